"""Sending a backtest to a server, so that paper can be compared with it (R39)."""

from typing import Any

from api.backtest.engine import BacktestResult
from api.backtest.inputs import written
from api.feeds.client import DeskClient, refuse_errors
from domain.matching import told

RECORD_BACKTEST = """
mutation RecordBacktest($input: RecordBacktestInput!) {
  recordBacktest(input: $input) { backtest { id name } errors { code message } }
}
"""


MOST_TRADES = 10_000
"""How many trades a server takes; of more, the figures alone are recorded."""


async def register(client: DeskClient, result: BacktestResult, *, name: str, source: str) -> str:
    """Record a backtest on a server; the id it has there. Raises FeedError."""
    variables = {"input": recording(result, name=name, source=source)}
    payload = (await client.query(RECORD_BACKTEST, variables))["recordBacktest"]
    refuse_errors(payload)
    found: str = payload["backtest"]["id"]
    return found


def recording(result: BacktestResult, *, name: str, source: str) -> dict[str, Any]:
    """A backtest as the input of `recordBacktest`."""
    metrics = written(result.metrics)
    kept = result.trades if len(result.trades) <= MOST_TRADES else []
    trades = [written(told(each)) for each in kept]
    return {"name": name, "source": source, "metrics": metrics, "trades": trades}
