"""Signals and positions amended over the API: what is told, what is refused, and that of two one wins."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.api.desk import DAY, OPENING, Client, Json, Trader, everything, figures, instant, newcomer

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE = {"timestamp": instant(OPENING)}
"""The desk is shared: its clock may be later than the bars of a test."""

AMENDMENTS = "amendments { time cursor changes { field from to } }"


def blamed(payload: Json) -> tuple[str, list[str] | None]:
    """Code and field of the one error of a payload."""
    [error] = payload["errors"]
    return error["code"], error["field"]


def codes(payload: Json) -> list[str]:
    return [error["code"] for error in payload["errors"]]


async def preview(trader: Trader, name: str, **content: Any) -> Json:
    kind = {"previewAmendment": "AmendPositionInput", "previewSignalAmendment": "AmendSignalInput"}[name]
    query = f"query ($input: {kind}!) {{ {name}(input: $input) {{ {everything('Assessment')} }} }}"
    shown: Json = (await trader.client.ask(query, input={"account": trader.account, **content}))[name]
    return shown


async def test_a_position_is_amended_and_says_what_was_and_what_is(trader: Trader) -> None:
    position = await trader.a_long()
    payload = await trader.do("amendPosition", positionId=position["id"], stopLoss="99", target2="108", note="n")
    assert (payload["errors"], payload["replayed"]) == ([], False)
    assert figures(payload["position"], "stopLoss", "initialStopLoss", "target2", "note") == ["99", "98", "108", "n"]
    [amendment] = payload["position"]["amendments"]
    assert [figures(change, "field", "from", "to") for change in amendment["changes"]] == [
        ["stopLoss", "98", "99"],
        ["target2", None, "108"],
        ["note", None, "n"],
    ]
    assert amendment["cursor"] == (await trader.totals())["cursor"]
    [shown] = await trader.list("positions")
    assert shown["amendments"] == [amendment]


async def test_what_is_left_out_stays_and_null_takes_away(trader: Trader) -> None:
    position = await trader.a_long(
        target2="106", campaignId="spring", trailingStop={"activation": "103", "offset": "1"}
    )
    payload = await trader.do("amendPosition", signalId=position["signalId"], target2=None, trailingStop=None)
    assert figures(payload["position"], "target1", "target2", "campaignId") == ["104", None, "spring"]
    changes = payload["position"]["amendments"][0]["changes"]
    assert [figures(change, "field", "from", "to") for change in changes] == [
        ["target2", "106", None],
        ["trailingStop", "1 behind, from 103 on", None],
    ]


async def test_amendments_are_told_in_their_order_each_as_of_its_position(trader: Trader) -> None:
    position = await trader.a_long()
    first = await trader.do("amendPosition", positionId=position["id"], stopLoss="99")
    await trader.do("amendPosition", positionId=position["id"], stopLoss="99.5")
    [shown] = await trader.list("positions")
    assert [amendment["changes"][0]["to"] for amendment in shown["amendments"]] == ["99", "99.5"]
    assert shown["amendments"][0] == first["position"]["amendments"][0]


async def test_a_working_signal_is_amended_and_its_position_is_as_it_says(trader: Trader) -> None:
    sent = await trader.send(entry="LIMIT", entryPrice="99", marketPrice=None)
    signal_id = sent["signal"]["signalId"]
    payload = await trader.do("amendSignal", signalId=signal_id, entryPrice="99.5", quantity="50", **AT_ONCE)
    assert figures(payload["signal"], "status", "entryPrice", "quantity") == ["WORKING", "99.5", "50"]
    changes = payload["signal"]["amendments"][0]["changes"]
    assert [figures(change, "field", "from", "to") for change in changes] == [
        ["entryPrice", "99", "99.5"],
        ["quantity", "100", "50"],
    ]
    await trader.see(trader.a_bar(OPENING + DAY, "99.4", "100", close="100"))
    [shown] = await trader.list("signals")
    assert (shown["status"], shown["position"]["entryPrice"], shown["position"]["quantity"]) == (
        "EXECUTED",
        "99.5",
        "50",
    )
    assert (len(shown["amendments"]), shown["position"]["amendments"]) == (1, [])


async def test_previews_tell_the_figures_and_do_nothing(trader: Trader) -> None:
    position = await trader.a_long()
    seen = await preview(trader, "previewAmendment", positionId=position["id"], stopLoss="95")
    assert figures(seen, "accepted", "tradeRiskPercent", "heatPercent", "quantity") == [
        *[True, "0.502012550314", "0.502012550314", "100"]
    ]
    refused = await preview(trader, "previewAmendment", positionId=position["id"], stopLoss="70")
    assert (refused["accepted"], codes(refused)) == (False, ["TRADE_RISK_EXCEEDED"])
    nothing = await preview(trader, "previewAmendment", positionId="Position_x", stopLoss="70")
    assert (nothing["accepted"], codes(nothing), nothing["side"]) == (False, ["POSITION_NOT_FOUND"], None)
    empty = await preview(trader, "previewAmendment", positionId=position["id"])
    assert codes(empty) == ["INVALID_INPUT"]
    sent = await trader.send(entry="LIMIT", entryPrice="99", marketPrice=None)
    signal_id = sent["signal"]["signalId"]
    sized = await preview(trader, "previewSignalAmendment", signalId=signal_id, riskPercent="0.5")
    assert figures(sized, "accepted", "side", "quantity") == [True, "LONG", "499"]
    [signal, _] = await trader.list("signals")
    assert (signal["quantity"], signal["amendments"]) == ("100", [])


async def test_of_two_that_know_the_same_one_wins_and_the_other_is_told(trader: Trader) -> None:
    position = await trader.a_long()
    cursor = (await trader.totals())["cursor"]
    payloads = await asyncio.gather(
        *(
            trader.do("amendPosition", positionId=position["id"], stopLoss=stop, ifCursor=cursor)
            for stop in ("99", "99.5")
        )
    )
    assert sorted(codes(payload) for payload in payloads) == [[], ["CHANGED_MEANWHILE"]]
    [won] = {payload["position"]["stopLoss"] for payload in payloads}
    assert (await trader.list("positions"))[0]["stopLoss"] == won
    [told] = [error["message"] for payload in payloads for error in payload["errors"]]
    assert told.endswith(f"it now has stopLoss {won}, target1 104 (R41)")


async def test_of_two_that_know_the_same_signal_one_wins_and_the_other_is_told(trader: Trader) -> None:
    sent = await trader.send(entry="LIMIT", entryPrice="99", marketPrice=None)
    signal_id, cursor = sent["signal"]["signalId"], (await trader.totals())["cursor"]
    payloads = await asyncio.gather(
        *(
            trader.do("amendSignal", signalId=signal_id, entryPrice=price, ifCursor=cursor, **AT_ONCE)
            for price in ("99.2", "99.5")
        )
    )
    assert sorted(codes(payload) for payload in payloads) == [[], ["CHANGED_MEANWHILE"]]
    [won] = {payload["signal"]["entryPrice"] for payload in payloads}
    [shown] = await trader.list("signals")
    assert (shown["entryPrice"], len(shown["amendments"])) == (won, 1)
    [told] = [error for payload in payloads for error in payload["errors"]]
    assert (told["field"], told["message"]) == (
        ["ifCursor"],
        f"the signal has changed since the cursor in ifCursor: amended 1 time, last at {instant(OPENING)}; it now has "
        f"entryPrice {won}, stopLoss 98, target1 104, quantity 100 (R41)",
    )


async def test_an_amendment_with_an_id_happens_once(trader: Trader) -> None:
    position, once = await trader.a_long(), str(uuid4())
    first = await trader.do("amendPosition", positionId=position["id"], stopLoss="99", id=once)
    await trader.do("amendPosition", positionId=position["id"], stopLoss="99.5")
    again = await trader.do("amendPosition", positionId=position["id"], stopLoss="99", id=once)
    assert (first["replayed"], again["replayed"], again["position"]["stopLoss"]) == (False, True, "99.5")
    other = await trader.do("amendPosition", positionId=position["id"], stopLoss="99.1", id=once)
    assert codes(other) == ["IDEMPOTENCY_CONFLICT"]


async def test_a_cursor_that_is_none_of_the_account_is_refused(trader: Trader) -> None:
    position, other = await trader.a_long(), await newcomer(trader.client)
    theirs = (await other.totals())["cursor"]
    for cursor, why in (
        ("", "not a cursor of this desk"),
        ("nonsense", "not a cursor of this desk"),
        (theirs, "a cursor of another account"),
    ):
        payload = await trader.do("amendPosition", positionId=position["id"], stopLoss="99", ifCursor=cursor)
        [error] = payload["errors"]
        assert (error["code"], error["field"], why in error["message"]) == ("INVALID_INPUT", ["ifCursor"], True)


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ({"stopLoss": "100"}, "STOP_ALREADY_BREACHED", ["stopLoss"]),
        ({"stopLoss": "-1"}, "INVALID_INPUT", ["stopLoss"]),
        ({"target1": "97"}, "INVALID_LEVELS", ["target1"]),
        ({"stopLoss": "60"}, "TRADE_RISK_EXCEEDED", None),
        ({"timestamp": instant(OPENING - 10 * DAY), "note": "x"}, "LATE_SIGNAL", ["timestamp"]),
        ({"expiresAt": instant(OPENING - timedelta(hours=1))}, "INVALID_INPUT", ["expiresAt"]),
        ({}, "INVALID_INPUT", ["input"]),
        ({"positionId": None, "stopLoss": "99"}, "INVALID_INPUT", ["positionId"]),
        ({"signalId": str(uuid4()), "stopLoss": "99"}, "INVALID_INPUT", ["positionId"]),
        ({"positionId": "Position_x", "stopLoss": "99"}, "POSITION_NOT_FOUND", ["positionId"]),
    ],
)
async def test_what_cannot_be_is_refused_with_the_field_to_blame(
    trader: Trader, content: Json, code: str, field: list[str] | None
) -> None:
    position = await trader.a_long()
    await trader.quote(OPENING, "100")
    payload = await trader.do("amendPosition", **{"positionId": position["id"], **content})
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [(code, field)]
    assert (await trader.list("positions"))[0]["stopLoss"] == "98"


async def test_a_signals_amendment_is_blamed_on_a_field_that_was_sent(trader: Trader) -> None:
    sent = await trader.send(entry="LIMIT", entryPrice="95", stopLoss="93", marketPrice=None)
    payload = await trader.do("amendSignal", signalId=sent["signal"]["signalId"], stopLoss="96", **AT_ONCE)
    [error] = payload["errors"]
    assert figures(error, "code", "field", "limit", "actual", "message") == [
        *("INVALID_LEVELS", ["stopLoss"], "95", "96"),
        "stopLoss 96 must be below entryPrice 95 for a LONG (R14)",
    ]
    by_r = await trader.send(
        entry="LIMIT", entryPrice="95", stopLoss="93", target1=None, target1R="2", marketPrice=None
    )
    payload = await trader.do("amendSignal", signalId=by_r["signal"]["signalId"], stopLoss=None, **AT_ONCE)
    assert blamed(payload) == ("INVALID_INPUT", ["stopLoss"])


async def test_what_is_not_there_cannot_be_amended(client: Client) -> None:
    payload = await client.do("amendSignal", account="nobody", signalId=str(uuid4()), note="x")
    assert codes(payload) == ["ACCOUNT_NOT_FOUND"]
    trader = await newcomer(client)
    assert codes(await trader.do("amendSignal", signalId=str(uuid4()), note="x")) == ["SIGNAL_NOT_FOUND"]
    sent = await trader.send()
    payload = await trader.do("amendSignal", signalId=sent["signal"]["signalId"], note="x")
    assert (codes(payload), payload["signal"]["status"]) == (["SIGNAL_NOT_WORKING"], "EXECUTED")


@pytest.mark.parametrize("is_open", [True, False])
async def test_what_is_anothers_is_neither_amended_nor_told(client: Client, trader: Trader, is_open: bool) -> None:
    other = await newcomer(client)
    position = await trader.a_long(note="mine alone")
    waiting = (await trader.send(entry="LIMIT", entryPrice="99", marketPrice=None))["signal"]["signalId"]
    if not is_open:
        await trader.do("closePosition", positionId=position["id"])
        await trader.do("cancelSignal", signalId=waiting)
    for named in ({"positionId": position["id"]}, {"signalId": position["signalId"]}):
        payload = await other.do("amendPosition", **named, stopLoss="99")
        assert (codes(payload), payload["position"]) == (["POSITION_NOT_FOUND"], None)
        payload = await other.do("closePosition", **named)
        assert (codes(payload), payload["position"], payload["trade"]) == (["POSITION_NOT_FOUND"], None, None)
        short = other.a_signal(side="SHORT", stopLoss="102", target1="96", id=str(uuid4()))
        payload = await other.do("reversePosition", **named, signal=short)
        assert (codes(payload), payload["position"], payload["trade"]) == (["POSITION_NOT_FOUND"], None, None)
    for mutation, content in (("amendSignal", {"note": "x"}), ("cancelSignal", {})):
        payload = await other.do(mutation, signalId=waiting, **content)
        assert (codes(payload), payload["signal"]) == (["SIGNAL_NOT_FOUND"], None)


async def test_activity_tells_amendments_as_events(trader: Trader) -> None:
    position = await trader.a_long()
    await trader.do("amendPosition", positionId=position["id"], stopLoss="99")
    query = f"""query ($name: String!) {{ activity(account: $name, first: 1) {{ nodes {{
      kind positionEvent {{ kind position {{ {AMENDMENTS} }} }} }} }} }}"""
    [newest] = (await trader.client.ask(query, name=trader.account))["activity"]["nodes"]
    event = newest["positionEvent"]
    assert (newest["kind"], event["kind"]) == ("POSITION", "AMENDED")
    assert event["position"]["amendments"][0]["changes"] == [{"field": "stopLoss", "from": "98", "to": "99"}]


async def test_a_position_is_reversed_in_one_command(trader: Trader) -> None:
    position = await trader.a_long()
    short = {"side": "SHORT", "stopLoss": "102", "target1": "96"}
    payload = await trader.do("reversePosition", positionId=position["id"], signal=trader.a_signal(**short))
    assert (payload["errors"], payload["trade"]["positionId"]) == ([], position["id"])
    assert figures(payload["position"], "side", "quantity", "entryPrice") == ["SHORT", "100", "99.98"]
    [shown] = await trader.list("positions", filter={"open": True})
    assert shown == payload["position"]


async def test_a_reversal_that_is_refused_says_why_and_closes_nothing(trader: Trader) -> None:
    position = await trader.a_long()
    for short, code, field in (
        ({"stopLoss": "99", "target1": "96"}, "STOP_ALREADY_BREACHED", ["signal", "stopLoss"]),
        ({"stopLoss": "102", "target1": "96", "quantity": "-1"}, "INVALID_INPUT", ["signal", "quantity"]),
        ({"stopLoss": "102", "target1": "96", "entry": "NEXT_OPEN", "marketPrice": None}, "INVALID_INPUT", None),
    ):
        signal = trader.a_signal(side="SHORT", **short)
        payload = await trader.do("reversePosition", signalId=position["signalId"], signal=signal)
        [error] = payload["errors"]
        assert (error["code"], error["field"]) == (code, field or ["signal", "entry"])
        assert (payload["trade"], payload["position"]) == (None, None)
    [shown] = await trader.list("positions")
    assert shown["isOpen"] is True


async def test_a_reversal_blames_its_own_fields_and_its_signals_where_they_stand(trader: Trader) -> None:
    position = await trader.a_long()
    short = trader.a_signal(side="SHORT", stopLoss="102", target1="96")
    early = {**short, "timestamp": instant(datetime.now(UTC) + DAY)}
    payload = await trader.do("reversePosition", positionId=position["id"], signal=early)
    assert blamed(payload) == ("INVALID_INPUT", ["signal", "timestamp"])
    taken = {**short, "id": position["signalId"]}
    payload = await trader.do("reversePosition", positionId=position["id"], signal=taken)
    assert blamed(payload) == ("IDEMPOTENCY_CONFLICT", ["signal", "id"])
    await trader.do("closePosition", positionId=position["id"])
    for named in ("positionId", "signalId"):
        position_id = position["id"] if named == "positionId" else position["signalId"]
        payload = await trader.do("reversePosition", **{named: position_id}, signal=short)
        assert blamed(payload) == ("POSITION_NOT_OPEN", [named])
        unknown = "Position_x" if named == "positionId" else str(uuid4())
        payload = await trader.do("reversePosition", **{named: unknown}, signal=short)
        assert blamed(payload) == ("POSITION_NOT_FOUND", [named])


async def test_a_reversal_sent_again_tells_what_it_closed_and_opened_as_it_now_stands(trader: Trader) -> None:
    position, once = await trader.a_long(), str(uuid4())
    short = trader.a_signal(side="SHORT", stopLoss="102", target1="96", id=once)
    first = await trader.do("reversePosition", positionId=position["id"], signal=short)
    await trader.do("closePosition", signalId=once)
    again = await trader.do("reversePosition", positionId=position["id"], signal=short)
    assert (again["replayed"], again["trade"]) == (True, first["trade"])
    assert figures(again["position"], "id", "status") == [first["position"]["id"], "CLOSED"]
