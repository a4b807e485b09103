"""What alerts do about signals that wait: an end to them, or nothing."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.desk import instant
from tests.hooks.senders import NOW, HookedDesk, alert

pytestmark = pytest.mark.asyncio(loop_scope="module")


def limit(desk: HookedDesk, price: str, **fields: Any) -> str:
    return alert(desk, action="buy", quantity=1, entry="limit", entryPrice=price, stop="80", **fields)


async def test_a_strategy_that_is_flat_has_no_position_and_no_signal_that_waits(desk: HookedDesk) -> None:
    await desk.post(alert(desk, action="buy", quantity=10))
    await desk.post(limit(desk, "90"))
    await desk.post(limit(desk, "91"))
    await desk.post(limit(desk, "92", ticker="OTHER"))
    flat = alert(desk, action="sell", market_position="flat")
    message = f"closed 1 position of {desk.symbol}; cancelled 2 signals of {desk.symbol} that waited"
    first = await desk.post(flat)
    assert (first.status, first.body) == (200, {"status": "DONE", "message": message})
    assert await desk.positions("status") == [("CLOSED",)]
    await desk.post(limit(desk, "93"))
    assert (await desk.post(flat)).body == {"status": "REPLAYED", "message": message}
    assert await desk.signals("symbol", "status") == [
        (desk.symbol, "EXECUTED"),
        *[(desk.symbol, "CANCELLED")] * 2,
        ("OTHER", "WORKING"),
        (desk.symbol, "WORKING"),
    ]


@pytest.mark.parametrize(
    "flat", [{"market_position": "flat"}, {"action": "Flat"}, {"action": "exit", "position": "flat"}]
)
async def test_flat_where_nothing_is_open_ends_what_waits(desk: HookedDesk, flat: dict[str, str]) -> None:
    await desk.post(limit(desk, "90"))
    body = alert(desk, **flat)
    message = f"cancelled 1 signal of {desk.symbol} that waited"
    assert (await desk.post(body)).body == {"status": "DONE", "message": message}
    assert (await desk.post(body)).body == {"status": "REPLAYED", "message": message}
    nothing = await desk.post(alert(desk, **flat, note="again"))
    assert (nothing.status, nothing.body["code"]) == (422, "NOTHING_TO_CLOSE")
    assert await desk.deliveries("command", "status") == [
        ("executeSignal", "DONE"),
        ("cancelSignal", "DONE"),
        ("cancelSignal", "REPLAYED"),
        ("closeAll", "REFUSED"),
    ]


async def test_an_alert_to_close_or_an_older_one_that_is_flat_leaves_what_waits(desk: HookedDesk) -> None:
    await desk.post(limit(desk, "90"))
    await desk.make_hook()
    earlier = instant(NOW - timedelta(seconds=1))
    for body in (alert(desk, action="close"), alert(desk, market_position="flat", timenow=earlier)):
        assert (await desk.post(body)).body["code"] == "NOTHING_TO_CLOSE"
    assert await desk.signals("status") == [("WORKING",)]


async def test_a_signal_that_waits_reverses_nothing_and_closes_nothing(desk: HookedDesk) -> None:
    for note in "ab":
        await desk.post(alert(desk, action="sell", quantity=5, note=note))
    refused = await desk.post(limit(desk, "90"))
    message = f"{desk.symbol} is open on the other side, and a reversal enters at the market (R41): close it first"
    assert (refused.status, refused.body) == (
        422,
        {"status": "REFUSED", "message": message, "code": "INVALID_INPUT"},
    )
    assert await desk.positions("status") == [("OPEN",)] * 2
