"""The bars that a desk has, asked for page by page."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from api.client import DeskClient
from domain.market.bar import Bar

BARS = """
query Bars($symbol: String!, $after: String) {
  bars(symbol: $symbol, first: 1000, after: $after) {
    nodes { start end open high low close volume } pageInfo { hasNextPage endCursor }
  }
}
"""


async def stored(client: DeskClient, symbol: str) -> list[Bar]:
    """All bars of a symbol that a desk has, the oldest first."""
    nodes: list[Any] = []
    after = None
    while True:
        page = (await client.query(BARS, {"symbol": symbol, "after": after}))["bars"]
        if page is None:
            return []
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return [_bar(symbol, node) for node in reversed(nodes)]
        after = page["pageInfo"]["endCursor"]


def _bar(symbol: str, node: dict[str, Any]) -> Bar:
    start, end = (datetime.fromisoformat(node[name]) for name in ("start", "end"))
    return Bar(symbol, start, end, *(Decimal(node[name]) for name in ("open", "high", "low", "close", "volume")))
