"""Signals, positions and market data, as a client sends and sees them: every mutation but those of accounts."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.api.desk import DAY, OPENING, Json, Trader, figures, instant, newcomer, nothing_is_kept

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_market_signal_fills_at_once_and_pays_its_costs(trader: Trader) -> None:
    payload = await trader.send()
    signal, position = payload["signal"], payload["position"]
    assert (payload["errors"], payload["replayed"]) == ([], False)
    assert figures(signal, "status", "quantity", "side", "entry") == ["EXECUTED", "100", "LONG", "MARKET"]
    assert signal["position"] == position
    assert figures(position, "entryPrice", "commission", "slippage", "openRisk") == ["100.02", "0.5", "2", "202"]
    assert figures(position, "entryTime", "lastPrice", "unrealizedPnl") == [instant(OPENING), "100", "-2"]
    assert position["rMultiple"] == "-0.009900990099"
    account = await trader.totals()
    assert figures(account, "cash", "equity", "buyingPower") == ["89997.5", "99997.5", "89997.5"]
    assert figures(account, "totalPnl", "unrealizedPnl", "openCommission") == ["-2.5", "-2", "0.5"]
    assert account["heatPercent"] == "0.202005050126"


async def test_a_limit_signal_works_until_the_market_comes_to_it(trader: Trader) -> None:
    sent = await trader.send(entry="LIMIT", entryPrice="99", marketPrice=None)
    assert (sent["signal"]["status"], sent["position"], sent["errors"]) == ("WORKING", None, [])
    account = await trader.totals()
    assert figures(account, "workingSignals", "buyingPower", "heatPercent") == [1, "90100", "0.1"]
    assert (await trader.see(trader.a_bar(OPENING, "98.5", "101", close="100")))["fills"] == 1
    [position] = await trader.list("positions")
    assert figures(position, "entryPrice", "slippage", "entryTime") == ["99", "0", instant(OPENING + DAY)]


async def test_a_stop_signal_fills_at_the_open_beyond_it(trader: Trader) -> None:
    await trader.send(entry="STOP", entryPrice="101", marketPrice=None)
    await trader.see(trader.a_bar(OPENING, "102", "102"))
    [position] = await trader.list("positions")
    [fill] = position["fills"]
    assert figures(fill, "reason", "rawPrice", "price", "gap") == ["ENTRY", "102", "102.0204", True]
    assert position["entryTime"] == instant(OPENING)


async def test_a_next_open_signal_fills_at_the_next_open(trader: Trader) -> None:
    await trader.quote(OPENING - timedelta(hours=1), "100")
    await trader.send(entry="NEXT_OPEN", marketPrice=None)
    await trader.see(trader.a_bar(OPENING, "100.5", "101"))
    [position] = await trader.list("positions")
    assert figures(position, "entryPrice", "quantity") == ["100.5201", "100"]


async def test_a_market_signal_without_a_price_of_its_own_takes_the_last_one(trader: Trader) -> None:
    await trader.quote(OPENING - timedelta(hours=1), "100")
    position = await trader.a_long(marketPrice=None)
    assert figures(position, "entryPrice", "lastPriceTime") == ["100.02", instant(OPENING - timedelta(hours=1))]


async def test_a_short_by_its_pattern_with_all_that_a_signal_can_carry(trader: Trader) -> None:
    content = {
        "assetClass": "CRYPTO",
        "phase": "C",
        "timeframe": "1d",
        "confidence": "87.5",
        "source": "scanner",
        "campaignId": "spring-2024",
        "note": "The range held twice.\n\tVolume fell: épuisement 📉",
        "pattern": "UTAD",
        "stopLoss": "102",
        "target1": "96",
        "target2": "94",
    }
    more = {"quantity": None, "riskPercent": "0.5", "scaleOutPercent": "25", "breakEvenAfterTarget1": True}
    trailing = {"trailingStop": {"activation": "95", "offset": "1"}, "expiresAt": instant(OPENING + 30 * DAY)}
    payload = await trader.send(side=None, **content, **more, **trailing)
    signal = payload["signal"]
    assert {name: signal[name] for name in content} == content
    assert figures(signal, "side", "riskPercent", "quantity") == ["SHORT", "0.5", payload["position"]["quantity"]]
    assert [shown["expiresAt"] for shown in (signal, payload["position"])] == [trailing["expiresAt"]] * 2
    assert figures(payload["position"], "entryPrice", "quantity", "campaignId", "note") == [
        "99.98",
        "247.52475247",
        "spring-2024",
        content["note"],
    ]


async def test_a_signal_sent_again_gives_the_first_answer_as_it_now_stands(trader: Trader) -> None:
    signal_id = str(uuid4())
    first = await trader.send(id=signal_id)
    await trader.do("closePosition", positionId=first["position"]["id"])
    async with nothing_is_kept(trader):
        again = await trader.send(id=signal_id)
    assert (again["replayed"], again["errors"]) == (True, [])
    assert (again["signal"]["id"], again["signal"]["signalId"]) == (first["signal"]["id"], signal_id)
    assert figures(again["position"], "id", "status") == [first["position"]["id"], "CLOSED"]


async def test_the_same_content_may_be_written_differently(trader: Trader) -> None:
    signal_id = str(uuid4())
    await trader.send(id=signal_id)
    spellings: list[Json] = [
        {"quantity": "100.00"},
        {"quantity": 100},
        {"marketPrice": "0100.0"},
        {"timestamp": "2024-01-02T16:30:00+02:00"},
        {"timestamp": "2024-01-02T14:30:00.000000Z"},
        {"id": signal_id.upper()},
        {"entry": "MARKET", "assetClass": "STOCK"},
        {"pattern": None, "phase": None},
    ]
    async with nothing_is_kept(trader):
        answers = [await trader.send(**{"id": signal_id, **spelling}) for spelling in spellings]
    assert [answer["replayed"] for answer in answers] == [True] * len(spellings)


@pytest.mark.parametrize(
    "other",
    [
        {"quantity": "101"},
        {"symbol": "OTHER"},
        {"timestamp": "2024-01-02T14:30:00+02:00"},
        {"timestamp": None},
        {"source": "another"},
        {"note": "another"},
        {"side": "LONG", "pattern": "SPRING"},
        {"target2": "104"},
    ],
    ids=str,
)
async def test_an_id_used_again_with_other_content_is_a_conflict(trader: Trader, other: Json) -> None:
    signal_id = str(uuid4())
    await trader.send(id=signal_id)
    async with nothing_is_kept(trader):
        payload = await trader.send(id=signal_id, **other)
    [error] = payload["errors"]
    assert figures(payload, "signal", "position", "replayed") == [None, None, False]
    assert figures(error, "code", "field") == ["IDEMPOTENCY_CONFLICT", ["id"]]
    assert error["message"] == f"signal {signal_id} was sent before with other content (R5)"


async def test_a_refusal_is_remembered_as_any_other_answer(trader: Trader) -> None:
    signal_id = str(uuid4())
    first = await trader.send(id=signal_id, quantity="10000")
    async with nothing_is_kept(trader):
        again = await trader.send(id=signal_id, quantity="10000")
    assert again == {**first, "replayed": True}


async def test_an_id_belongs_to_its_account(trader: Trader) -> None:
    other, signal_id = await newcomer(trader.client), str(uuid4())
    first, second = await trader.send(id=signal_id), await other.send(id=signal_id)
    assert (second["errors"], second["replayed"]) == ([], False)
    assert first["signal"]["id"] != second["signal"]["id"]


async def test_cancel_signal_cancels_what_works_and_nothing_else(trader: Trader) -> None:
    working = (await trader.send(entry="LIMIT", entryPrice="99", marketPrice=None))["signal"]
    payload = await trader.do("cancelSignal", signalId=working["signalId"])
    assert (payload["errors"], payload["signal"]["status"]) == ([], "CANCELLED")
    assert figures(await trader.totals(), "workingSignals", "buyingPower") == [0, "100000"]
    async with nothing_is_kept(trader):
        again = await trader.do("cancelSignal", signalId=working["signalId"])
        unknown = await trader.do("cancelSignal", signalId=str(uuid4()))
    assert figures(again["errors"][0], "code", "field") == ["SIGNAL_NOT_WORKING", ["signalId"]]
    assert again["signal"] == payload["signal"]
    assert figures(unknown["errors"][0], "code", "field") == ["SIGNAL_NOT_FOUND", ["signalId"]]
    assert unknown["signal"] is None


async def test_close_position_exits_at_the_last_price(trader: Trader) -> None:
    position = await trader.a_long()
    await trader.quote(OPENING + timedelta(hours=1), "103")
    payload = await trader.do("closePosition", positionId=position["id"])
    trade = payload["trade"]
    assert figures(payload["position"], "status", "isOpen", "openQuantity", "trade") == ["CLOSED", False, "0", trade]
    assert figures(trade, "exitReason", "exitPrice", "realizedPnl") == ["MANUAL", "102.9794", "294.94"]
    assert figures(trade, "exitTime", "positionId") == [instant(OPENING + timedelta(hours=1)), position["id"]]
    assert trade["rMultiple"] == "1.460099009901"


async def test_close_position_takes_a_price_and_a_time_of_the_clients_own(trader: Trader) -> None:
    position, later = await trader.a_long(), OPENING + timedelta(hours=2)
    payload = await trader.do("closePosition", positionId=position["id"], marketPrice="101", timestamp=instant(later))
    assert figures(payload["trade"], "exitPrice", "exitTime") == ["100.9798", instant(later)]


async def test_close_position_refuses_what_is_not_an_open_position_of_the_account(trader: Trader) -> None:
    position, other = await trader.a_long(), await newcomer(trader.client)
    closed = await trader.a_long()
    await trader.do("closePosition", positionId=closed["id"])
    odd = ["", "x", "Position_", f"Position_{uuid4()}", position["id"].replace("Position", "Trade"), "9" * 10_000]
    async with nothing_is_kept(trader):
        answers = [await trader.do("closePosition", positionId=value) for value in odd]
        answers.append(await other.do("closePosition", positionId=position["id"]))
        again = await trader.do("closePosition", positionId=closed["id"])
    codes = [error["code"] for answer in answers for error in answer["errors"]]
    assert codes == ["POSITION_NOT_FOUND"] * (len(odd) + 1)
    assert {answer["errors"][0]["message"] for answer in answers[:-1]} == {
        f"account {trader.account} has no such position"
    }
    assert figures(again["errors"][0], "code", "field") == ["POSITION_NOT_OPEN", ["positionId"]]
    assert [answer["position"] for answer in (*answers, again)] == [None] * (len(odd) + 2)


async def test_a_closing_with_invalid_input_is_refused_and_changes_nothing(trader: Trader) -> None:
    position = (await trader.a_long())["id"]
    wrong: list[tuple[Json, str]] = [
        ({"marketPrice": "0"}, "marketPrice must be above 0, not 0"),
        ({"marketPrice": "-1"}, "marketPrice must be above 0, not -1"),
        ({"timestamp": "2150-01-01T00:00:00Z"}, "timestamp lies more than a minute in the future"),
    ]
    async with nothing_is_kept(trader):
        answers = [await trader.do("closePosition", positionId=position, **content) for content, _ in wrong]
    assert [answer["errors"][0]["message"] for answer in answers] == [message for _, message in wrong]
    assert {answer["errors"][0]["code"] for answer in answers} == {"INVALID_INPUT"}


async def test_bars_that_fill_are_counted_over_all_accounts(trader: Trader) -> None:
    other = Trader(trader.client, (await newcomer(trader.client)).account, trader.symbol)
    await trader.a_long()
    await other.a_long()
    answer = await trader.see(trader.a_bar(OPENING, "97", "99"), trader.a_bar(OPENING + DAY, "97", "99"))
    assert figures(answer, "applied", "fills", "rejected") == [2, 2, []]
    assert [figures(node, "exitPrice", "exitReason") for node in await other.list("trades")] == [
        ["96.9806", "STOP_LOSS"]
    ]


async def test_a_scale_out_to_the_second_target_is_one_trade(trader: Trader) -> None:
    await trader.send(target2="106")
    await trader.see(trader.a_bar(OPENING, "99", "105"))
    [position] = await trader.list("positions")
    assert figures(position, "status", "openQuantity", "trade") == ["TARGET_1_HIT", "50", None]
    await trader.see(trader.a_bar(OPENING + DAY, "103", "107"))
    [trade] = await trader.list("trades")
    assert [figures(fill, "reason", "quantity", "price") for fill in trade["fills"]] == [
        ["ENTRY", "100", "100.02"],
        ["TARGET_1", "50", "104"],
        ["TARGET_2", "50", "106"],
    ]
    assert figures(trade, "exitPrice", "exitReason", "realizedPnl") == ["105", "TARGET_2", "497"]
    account = await trader.totals()
    assert figures(account, "tradeCount", "winningTrades", "losingTrades", "winRate") == [1, 1, 0, "100"]
    assert figures(account, "cash", "realizedPnl", "commission", "slippage") == ["100497", "497", "1", "2"]
    assert account["averageR"] == trade["rMultiple"] == "2.460396039604"


async def test_a_closing_with_an_id_happens_once_and_is_answered_with_its_trade(trader: Trader) -> None:
    position, closing_id = await trader.a_long(), str(uuid4())
    content = {"positionId": position["id"], "marketPrice": "103", "timestamp": instant(OPENING), "id": closing_id}
    first = await trader.do("closePosition", **content)
    assert (first["errors"], first["replayed"], first["trade"]["realizedPnl"]) == ([], False, "294.94")
    spellings: list[Json] = [{}, {"marketPrice": "103.00"}, {"timestamp": "2024-01-02T16:30:00+02:00"}]
    async with nothing_is_kept(trader):
        for spelling in spellings:
            assert await trader.do("closePosition", **{**content, **spelling}) == {**first, "replayed": True}
        other = await trader.do("closePosition", **{**content, "marketPrice": None})
        signal = await trader.send(id=closing_id)
    for payload in (other, signal):
        assert figures(payload["errors"][0], "code", "field") == ["IDEMPOTENCY_CONFLICT", ["id"]]
    assert figures(other, "position", "trade", "replayed") == [None, None, False]


async def test_a_cancellation_refused_with_an_id_stays_refused(trader: Trader) -> None:
    executed, cancelling_id = await trader.a_long(), str(uuid4())
    content = {"signalId": executed["signalId"], "id": cancelling_id}
    first = await trader.do("cancelSignal", **content)
    assert figures(first["errors"][0], "code", "field") == ["SIGNAL_NOT_WORKING", ["signalId"]]
    async with nothing_is_kept(trader):
        assert await trader.do("cancelSignal", **content) == {**first, "replayed": True}


# Closing in parts, and all at once


async def test_a_part_closed_by_hand_leaves_the_rest_open_and_is_no_trade(trader: Trader) -> None:
    position = await trader.a_long()
    await trader.quote(OPENING + timedelta(hours=1), "103")
    half = await trader.do("closePosition", signalId=position["signalId"], percent="50")
    assert figures(half, "trade", "errors") == [None, []]
    assert figures(half["position"], "id", "status", "isOpen", "openQuantity") == [position["id"], "OPEN", True, "50"]
    assert [figures(fill, "reason", "quantity") for fill in half["position"]["fills"]] == [
        ["ENTRY", "100"],
        ["MANUAL", "50"],
    ]
    rest = await trader.do("closePosition", positionId=position["id"], quantity="50")
    assert figures(rest["position"], "status", "openQuantity") == ["CLOSED", "0"]
    assert figures(rest["trade"], "exitReason", "quantity", "exitPrice") == ["MANUAL", "100", "102.9794"]


async def test_a_part_closed_with_an_id_happens_once_and_is_told_as_the_position_stands(trader: Trader) -> None:
    position, closing_id = await trader.a_long(), str(uuid4())
    content = {"positionId": position["id"], "quantity": "30", "id": closing_id}
    first = await trader.do("closePosition", **content)
    async with nothing_is_kept(trader):
        assert await trader.do("closePosition", **content) == {**first, "replayed": True}
        by_signal = {"signalId": position["signalId"], "quantity": "30.0", "id": closing_id}
        assert await trader.do("closePosition", **by_signal) == {**first, "replayed": True}
        other = await trader.do("closePosition", **{**content, "quantity": "31"})
    assert figures(other["errors"][0], "code", "field") == ["IDEMPOTENCY_CONFLICT", ["id"]]
    await trader.do("closePosition", positionId=position["id"])
    again = await trader.do("closePosition", **content)
    assert figures(again["position"], "status", "openQuantity") == ["CLOSED", "0"]


async def test_a_part_that_cannot_be_is_refused_with_figures_and_nothing_is_half_done(trader: Trader) -> None:
    position, other = await trader.a_long(), await newcomer(trader.client)
    named = {"positionId": position["id"]}
    wrong: list[tuple[Json, list[object]]] = [
        ({**named, "percent": "0"}, ["INVALID_INPUT", ["percent"], None, None]),
        ({**named, "percent": "101"}, ["INVALID_INPUT", ["percent"], None, None]),
        ({**named, "quantity": "1", "percent": "1"}, ["INVALID_INPUT", ["percent"], None, None]),
        ({**named, "quantity": "0.5"}, ["INVALID_INPUT", ["quantity"], None, None]),
        ({**named, "quantity": "101"}, ["QUANTITY_TOO_LARGE", ["quantity"], "100", "101"]),
        ({**named, "percent": "0.5"}, ["QUANTITY_TOO_SMALL", ["percent"], "1", "0.5"]),
        ({**named, "signalId": position["signalId"]}, ["INVALID_INPUT", ["positionId"], None, None]),
        ({}, ["INVALID_INPUT", ["positionId"], None, None]),
        ({"signalId": str(uuid4())}, ["POSITION_NOT_FOUND", ["signalId"], None, None]),
    ]
    async with nothing_is_kept(trader):
        answers = [await trader.do("closePosition", **content) for content, _ in wrong]
        foreign = await other.do("closePosition", signalId=position["signalId"], quantity="1")
    problems = [answer["errors"][0] for answer in answers]
    assert [figures(problem, "code", "field", "limit", "actual") for problem in problems] == [
        expected for _, expected in wrong
    ]
    assert figures(foreign["errors"][0], "code", "field") == ["POSITION_NOT_FOUND", ["signalId"]]


async def test_close_all_closes_in_the_signals_order_and_once(trader: Trader) -> None:
    positions = [await trader.a_long() for _ in range(3)]
    content = {"id": str(uuid4()), "symbol": trader.symbol}
    first = await trader.do("closeAll", **content)
    assert [trade["positionId"] for trade in first["trades"]] == [position["id"] for position in positions]
    assert [figures(position, "id", "status") for position in first["positions"]] == [
        [position["id"], "CLOSED"] for position in positions
    ]
    async with nothing_is_kept(trader):
        assert await trader.do("closeAll", **content) == {**first, "replayed": True}
        nothing = await trader.do("closeAll")
        nowhere = await trader.do("closeAll", symbol="nowhere")
    assert figures(nothing["errors"][0], "code", "field") == ["NOTHING_TO_CLOSE", None]
    assert figures(nothing, "positions", "trades") == [[], []]
    assert figures(nowhere["errors"][0], "code", "field") == ["INVALID_INPUT", ["symbol"]]
