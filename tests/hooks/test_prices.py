"""At what price an alert's closing leaves: its own, unless the symbol has a later one."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.api.desk import instant
from tests.hooks.senders import NOW, HookedDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLOSINGS = pytest.mark.parametrize(
    "closing",
    [
        {"action": "sell", "market_position": "flat"},
        {"action": "close"},
        {"action": "sell", "market_position": "long", "percent": "100"},
        {"action": "sell", "market_position": "short", "quantity": 1},
    ],
    ids=["flat", "close", "part", "reverse"],
)


def alert(desk: HookedDesk, **fields: Any) -> str:
    """An alert about a symbol of which the desk has no market data."""
    return json.dumps({"ticker": f"{desk.symbol}X", "timenow": instant(NOW), **fields})


async def exits(desk: HookedDesk) -> list[tuple[Any, ...]]:
    """At what, when and with what result the account's trades ended, the oldest first."""
    query = """query ($account: String!) {
      trades(account: $account) { nodes { exitPrice exitTime realizedPnl } }
    }"""
    nodes = (await desk.client.ask(query, account=desk.account))["trades"]["nodes"]
    return [(node["exitPrice"], node["exitTime"], node["realizedPnl"]) for node in reversed(nodes)]


@CLOSINGS
async def test_a_closing_leaves_at_the_alerts_price_once(desk: HookedDesk, closing: dict[str, Any]) -> None:
    await desk.post(alert(desk, action="buy", quantity=2, price="100"))
    later = NOW + timedelta(seconds=1)
    desk.wall.pass_by(1)
    body = alert(desk, **closing, price="110", timenow=instant(later))
    first, again = await desk.post(body), await desk.post(body)
    assert (first.body["status"], again.body["status"]) == ("DONE", "REPLAYED")
    assert first.body["message"] == again.body["message"]
    assert await exits(desk) == [("110", instant(later), "20")]


@CLOSINGS
async def test_a_later_price_of_the_market_counts_instead(desk: HookedDesk, closing: dict[str, Any]) -> None:
    await desk.post(alert(desk, action="buy", quantity=2, price="100"))
    desk.wall.pass_by(2)
    quote = {"symbol": f"{desk.symbol}X", "time": instant(NOW + timedelta(seconds=2)), "price": "105"}
    await desk.client.do("ingestQuotes", quotes=[quote])
    await desk.post(alert(desk, **closing, price="110", timenow=instant(NOW + timedelta(seconds=1))))
    assert await exits(desk) == [("105", instant(NOW + timedelta(seconds=2)), "10")]


async def test_all_that_a_reversal_closes_leaves_at_its_price(desk: HookedDesk) -> None:
    for number in range(3):
        await desk.post(alert(desk, action="buy", quantity=1, price=str(100 + number)))
    await desk.post(alert(desk, action="sell", quantity=1, price="110"))
    assert await exits(desk) == [("110", instant(NOW), pnl) for pnl in ("10", "9", "8")]
