"""Sending a backtest to a server, so that paper can be compared with it (R39)."""

from collections.abc import Sequence
from typing import Any, TypeVar

from api.client import DeskClient, refuse_errors
from api.codec.json_codec import plain_data
from api.replay.backtest import BacktestResult
from domain.analytics.attribution import external_trade
from domain.analytics.comparison import EquityAt
from domain.analytics.replayed_curve import CurvePoint

RECORD_BACKTEST = """
mutation RecordBacktest($input: RecordBacktestInput!) {
  recordBacktest(input: $input) { backtest { id name } errors { code message } }
}
"""


_Point = TypeVar("_Point", CurvePoint, EquityAt)

MOST_TRADES = 10_000
"""How many trades a server takes; of more, the figures alone are recorded."""

MOST_POINTS = 1_000
"""How many points of a curve a server takes; longer ones are thinned so that their extremes stay."""

_KEPT_OF_A_RUN = 4


async def register(client: DeskClient, result: BacktestResult, *, name: str, source: str) -> str:
    """Record a backtest on a server; the id it has there. Raises DeskError."""
    variables = {"input": recording(result, name=name, source=source)}
    payload = (await client.query(RECORD_BACKTEST, variables))["recordBacktest"]
    refuse_errors(payload)
    backtest_id: str = payload["backtest"]["id"]
    return backtest_id


def recording(result: BacktestResult, *, name: str, source: str) -> dict[str, Any]:
    """A backtest as the input of `recordBacktest`."""
    metrics = plain_data(result.metrics)
    kept = result.trades if len(result.trades) <= MOST_TRADES else []
    trades = [plain_data(external_trade(trade)) for trade in kept]
    curve = [plain_data(EquityAt(point.time, point.equity)) for point in thinned(result.points, MOST_POINTS)]
    return {"name": name, "source": source, "metrics": metrics, "trades": trades, "curve": curve}


def thinned(points: Sequence[_Point], at_most: int) -> Sequence[_Point]:
    """Of runs of as many points, the first, the last, the lowest and the highest."""
    if len(points) <= at_most:
        return points
    size = -(-len(points) // (at_most // _KEPT_OF_A_RUN))
    kept: set[int] = set()
    for start in range(0, len(points), size):
        equities = [point.equity for point in points[start : start + size]]
        lowest, highest = equities.index(min(equities)), equities.index(max(equities))
        kept |= {start, start + len(equities) - 1, start + lowest, start + highest}
    return [points[place] for place in sorted(kept)]
