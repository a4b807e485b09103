"""What an alert becomes: a signal, a reversal, a closing, an amendment; once, or an answer that says why not."""

import json

import pytest

from api.hooks import guard
from tests.hooks.senders import HookedDesk, alert

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_alert_to_buy_is_a_signal_and_resent_is_the_same(desk: HookedDesk) -> None:
    body = alert(desk, action="buy", market_position="long", contracts=10)
    first, again = await desk.post(body), await desk.post(body)
    signal_id = first.body["signalId"]
    message = f"LONG 10 {desk.symbol} at 100"
    assert (first.status, first.body) == (200, {"status": "DONE", "message": message, "signalId": signal_id})
    assert (again.status, again.body) == (200, {"status": "REPLAYED", "message": message, "signalId": signal_id})
    assert await desk.positions("side", "quantity", "signalId") == [("LONG", "10", signal_id)]
    assert await desk.deliveries("number", "status", "command", "signalId", "excerpt") == [
        (1, "DONE", "executeSignal", signal_id, body),
        (2, "REPLAYED", "executeSignal", signal_id, body),
    ]


async def test_the_same_alert_through_another_hook_is_another_signal(desk: HookedDesk) -> None:
    body = alert(desk, action="buy", quantity=1)
    await desk.post(body)
    await desk.make_hook()
    assert (await desk.post(body)).body["status"] == "DONE"
    assert await desk.signal_count() == 2


async def test_a_hook_adds_its_stop_target_and_size(desk: HookedDesk) -> None:
    await desk.make_hook(stopPercent="5", target1R="2", riskPercent="1")
    assert (await desk.post(alert(desk, action="buy"))).status == 200
    await desk.make_hook(stopPercent="4", target1Percent="10", quantity="3")
    assert (await desk.post(alert(desk, action="buy"))).status == 200
    await desk.make_hook(target1Percent="10")
    assert (await desk.post(alert(desk, action="sell", quantity=2, stop=101, ticker="OTHER"))).status == 200
    assert await desk.positions("side", "quantity", "stopLoss", "target1") == [
        ("LONG", "200", "95", "110"),
        ("LONG", "3", "96", "110"),
        ("SHORT", "2", "101", "90"),
    ]


async def test_a_strategy_that_turns_reverses_all_that_it_holds_and_one_that_is_flat_closes(desk: HookedDesk) -> None:
    for number in range(3):
        order = {"action": "buy", "market_position": "long", "contracts": 10, "order_id": str(number)}
        await desk.post(alert(desk, **order))
    turned = alert(desk, action="sell", market_position="short", contracts=7)
    assert (await desk.post(turned)).body["message"] == f"reversed {desk.symbol}: SHORT 7 {desk.symbol} at 100"
    assert (await desk.post(turned)).body["status"] == "REPLAYED"
    flat = await desk.post(alert(desk, action="buy", market_position="flat"))
    assert (flat.status, flat.body) == (200, {"status": "DONE", "message": f"closed 1 position of {desk.symbol}"})
    assert await desk.positions("side", "status") == [*[("LONG", "CLOSED")] * 3, ("SHORT", "CLOSED")]
    assert [row[0] for row in await desk.deliveries("command")] == [
        *["executeSignal"] * 3,
        *["reversePosition"] * 2,
        "closeAll",
    ]


async def test_reverse_turns_whatever_is_open(desk: HookedDesk) -> None:
    await desk.post(alert(desk, action="sell", quantity=5))
    body = alert(desk, action="reverse", quantity=5)
    assert (await desk.post(body)).body["message"] == f"reversed {desk.symbol}: LONG 5 {desk.symbol} at 100"
    assert (await desk.post(body)).body["status"] == "REPLAYED"
    await desk.post(alert(desk, action="close"))
    nothing = await desk.post(alert(desk, action="reverse", quantity=6))
    assert (nothing.status, nothing.body["code"]) == (422, "POSITION_NOT_FOUND")


async def test_an_order_against_a_position_that_stays_closes_a_part_of_it_once(desk: HookedDesk) -> None:
    await desk.make_hook(quantity="8")
    await desk.post(alert(desk, action="buy", market_position="long"))
    part = alert(desk, action="sell", market_position="long", contracts=1, position_size=3)
    assert (await desk.post(part)).body["message"] == f"closed a part of {desk.symbol}, 6 left"
    assert (await desk.post(part)).body["status"] == "REPLAYED"
    by_percent = alert(desk, action="close", percent="50")
    assert (await desk.post(by_percent)).body["message"] == f"closed a part of {desk.symbol}, 3 left"
    assert await desk.positions("openQuantity") == [("3",)]


async def test_an_alert_amends_the_one_position_or_the_one_signal_that_waits(desk: HookedDesk) -> None:
    await desk.post(alert(desk, action="buy", quantity=5, entry="limit", entryPrice="90", stop="80"))
    assert (await desk.post(alert(desk, action="amend", stop="85"))).body["message"] == (
        f"amended the signal of {desk.symbol} that waits"
    )
    await desk.post(alert(desk, action="buy", quantity=5, stop="95"))
    moved = alert(desk, action="amend", stop="97", target="120")
    assert (await desk.post(moved)).body["message"] == f"amended the position of {desk.symbol}"
    assert (await desk.post(moved)).body["status"] == "REPLAYED"
    assert await desk.positions("stopLoss", "target1") == [("97", "120")]
    refused = await desk.post(alert(desk, action="amend", quantity=6))
    assert (refused.status, refused.body["message"]) == (422, "quantity cannot be amended of a position that is open")


async def test_tradingviews_own_sentence_is_read(desk: HookedDesk) -> None:
    await desk.make_hook(template="text")
    bought = f"MACD (12, 26): order buy @ 3 filled on NASDAQ_DLY:{desk.symbol}. New strategy position is 3"
    assert (await desk.post(bought)).body["message"] == f"LONG 3 {desk.symbol} at 100"
    closed = f"order sell @ 3 filled on {desk.symbol}. New strategy position is 0"
    assert (await desk.post(closed)).body["message"] == f"closed 1 position of {desk.symbol}"
    assert (await desk.post(f"action=sell,ticker={desk.symbol}\nprice=100,quantity=2")).status == 200


async def test_a_text_without_a_time_is_the_same_signal_for_a_minute_after_the_first(desk: HookedDesk) -> None:
    body = json.dumps({"ticker": desk.symbol, "action": "buy", "price": "100", "quantity": 1})
    for seconds in (0, 40, 19, 2, 59):
        desk.wall.pass_by(seconds)
        await desk.post(body)
    assert [row[0] for row in await desk.deliveries("status")] == ["DONE", "REPLAYED", "REPLAYED", "DONE", "REPLAYED"]
    assert await desk.signal_count() == 2


async def test_an_old_alert_is_late(desk: HookedDesk) -> None:
    body = alert(desk, action="buy", quantity=1, timenow="2023-12-01T15:00:00Z")
    late = await desk.post(body)
    assert (late.status, late.body["code"]) == (422, "LATE_SIGNAL")
    assert await desk.deliveries("status", "code", "message") == [("REFUSED", "LATE_SIGNAL", late.body["message"])]


async def test_a_ticker_without_a_price_is_named(desk: HookedDesk) -> None:
    refused = await desk.post(alert(desk, ticker="NOWHERE", action="buy", quantity=1, price=""))
    assert (refused.status, refused.body["code"]) == (422, "NO_MARKET_PRICE")
    assert "no price of NOWHERE is known" in refused.body["message"]


BAD = {
    '{"ticker": "X", "action": "buy"': "the alert is not JSON: Expecting ',' delimiter: line 1 column 32 (char 31)",
    "buy X now": "the alert is not JSON: Expecting value: line 1 column 1 (char 0)",
    '["buy"]': "the alert's JSON must be an object of fields",
    '{"action": "buy", "action": "sell"}': "the alert says 'action' twice",
    '{"ticker": "X", "price": NaN}': "the alert is not JSON: NaN is no number",
    '{"ticker": {"name": "X"}}': "'ticker' must be a single value, not a list or an object",
    "[" * 30_000: "the alert's JSON is nested too deeply: it is an object of single values",
    '{"action": "buy"}': 'the alert has no ticker: add "ticker": "{{ticker}}" to its text',
    '{"ticker": "X"}': "the alert says neither an action (buy, sell, close, reverse, amend) nor a position",
    '{"ticker": "X", "actoin": "buy"}': "there is no field 'actoin': is it action?",
    '{"ticker": "=CMD()", "action": "buy"}': (
        "'=CMD()' is no ticker of a desk: tell the hook which symbol it is, with --symbol FROM=TO"
    ),
    r'{"ticker": "\u202e", "action": "buy"}': (
        r"'\u202e' is no ticker of a desk: tell the hook which symbol it is, with --symbol FROM=TO"
    ),
    r'{"ticker": "X", "action": "close", "note": "\u0000"}': "'note' has control characters in it, or half a character",
    r'{"ticker": "X", "action": "close", "note": "\ud800"}': "'note' has control characters in it, or half a character",
    '{"ticker": "X", "action": "=CMD()"}': (
        "action must be one of buy, sell, close, reverse, amend, long, short, exit, flat, modify, update, not '=CMD()'"
    ),
    '{"ticker": "X", "action": "buy", "quantity": 1e999}': (
        "quantity must be at most 1000000000000000000 in magnitude, not '1e999'"
    ),
    '{"ticker": "X", "action": "buy", "quantity": "=1+1"}': (
        """quantity must be a number such as "1.5" or "3.2E-5", not '=1+1'"""
    ),
    '{"ticker": "X", "action": "buy"}': (
        "the alert says no quantity, and the hook has neither a quantity nor a risk in percent"
    ),
    '{"ticker": "{{ticker}}", "action": "buy"}': (
        "'ticker' is still '{{ticker}}': TradingView fills that in where it stands in the alert's message, not in the "
        "text of Pine's alert()"
    ),
    '{"ticker": "X", "action": "buy", "quantity": 1, "timenow": "yesterday"}': (
        """timestamp must be an ISO 8601 date and time such as "2024-01-02T14:30:00Z", not 'yesterday'"""
    ),
    '{"ticker": "X", "action": "sell", "market_position": "long"}': (
        "the order closes a part of what is open: say percent, quantity or contracts"
    ),
    '{"ticker": "X", "action": "amend"}': (
        "the alert amends nothing: say one of stopLoss, target1, target2, expiresAt, campaignId, note, entryPrice, "
        "stopDistance, stopPercent, target1R, target2R, quantity"
    ),
}


@pytest.mark.parametrize("body", BAD, ids=[sentence[:40] for sentence in BAD.values()])
async def test_an_alert_that_means_nothing_is_answered_with_why_and_leaves_nothing(desk: HookedDesk, body: str) -> None:
    before = await desk.client.stored()
    answer = await desk.post(body)
    assert (answer.status, answer.body) == (
        400,
        {"status": "INVALID", "message": BAD[body], "code": "INVALID_INPUT"},
    )
    after = await desk.client.stored()
    assert after == {**before, "hook_deliveries": before["hook_deliveries"] + 1}
    assert await desk.deliveries("status", "message") == [("INVALID", BAD[body])]


async def test_a_body_is_shown_by_its_beginning_without_what_a_terminal_would_act_on(desk: HookedDesk) -> None:
    await desk.post(b"\x1b[31m\xff\0 \xe2\x80\xae" + b"x" * 2_000)
    [(excerpt,)] = await desk.deliveries("excerpt")
    assert excerpt == r"\x1b[31m" + "�" + r"\x00 \u202e" + "x" * (500 - 20) + "…"


async def test_an_address_that_ends_in_a_slash_is_the_hooks_too(desk: HookedDesk) -> None:
    answer = await desk.post(alert(desk, action="buy", quantity=1, price="100"), f"{desk.path}/")
    assert (answer.status, answer.body["status"]) == (200, "DONE")


async def test_a_wrong_secret_an_unknown_hook_and_a_revoked_one_are_answered_alike(desk: HookedDesk) -> None:
    revoked = desk.path
    await desk.client.do("revokeHook", name=desk.hook)
    await desk.make_hook()
    body, before = alert(desk, action="buy", quantity=1), await desk.client.stored()
    answers = [await desk.post(body, path) for path in (revoked, f"/hooks/{desk.hook}/{'x' * 32}", "/hooks/no/hook")]
    for answer in answers:
        assert (answer.status, answer.body) == (404, {"message": "there is no such hook", "code": "BAD_REQUEST"})
        assert answer.headers == {**answers[0].headers}
    assert await desk.client.stored() == before
    figures = (await desk.client.http.get("/metrics")).text
    assert 'papertape_hook_deliveries_total{hook="",outcome="no_hook"}' in figures


async def test_who_guesses_is_slowed_and_then_turned_away(desk: HookedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_MOST_SLOWED", 0)
    answer = await desk.post("", "/hooks/no/hook")
    assert (answer.status, answer.body["code"], answer.headers["retry-after"]) == (429, "LIMIT_EXCEEDED", "1")


async def test_a_hook_that_is_called_too_often_does_no_work(desk: HookedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_BURST", 2)
    monkeypatch.setattr(guard, "_PER_SECOND", 0.001)
    answers = [await desk.post(alert(desk, action="close")) for _ in range(3)]
    assert [answer.status for answer in answers] == [422, 422, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 1_000
    assert len(await desk.deliveries("number")) == 2
    figures = (await desk.client.http.get("/metrics")).text
    assert f'papertape_hook_deliveries_total{{hook="{desk.hook}",outcome="limited"}} 1.0' in figures


async def test_a_body_that_is_too_large_is_not_read(desk: HookedDesk) -> None:
    answer = await desk.post("x" * 65_537)
    assert (answer.status, answer.body) == (
        413,
        {"message": "an alert has 65536 bytes at most", "code": "PAYLOAD_TOO_LARGE"},
    )
    assert await desk.deliveries("number") == []


async def test_only_posts_are_alerts(desk: HookedDesk) -> None:
    assert (await desk.client.http.get(desk.path)).status_code == 405
