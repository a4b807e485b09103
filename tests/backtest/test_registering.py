"""A backtest of a session's export, recorded on the server that it came from, equals paper in every figure."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx

from api.cli.register_backtest import MOST_POINTS, register, thinned
from api.client import DeskClient
from api.clock import wall_clock
from api.replay.from_files import Exported, run_files
from domain.analytics.replayed_curve import CurvePoint
from tests.api.desk import desk_on
from tests.backtest.ledgers import QUIET, exported
from tests.backtest.parity import bar_json, signal_json

_CURVE = "query Curve($id: ID!) { node(id: $id) { ... on Backtest { curve { time equity drawdown } } } }"
_REPORT = """
query Report($to: ID!) {
  report(compareTo: $to) {
    comparison { severity metrics { metric difference severity } trades { matched { total } missed { symbol } } }
  }
}
"""


async def test_paper_equals_the_backtest_of_its_own_export(database_url: str, tmp_path: Path) -> None:
    async with desk_on(database_url) as client:
        await client.do("enable")
        await client.do("ingestBars", bars=[bar_json(0, "99", "100")])
        await client.do("executeSignal", **signal_json(target1="101"))
        await client.do("executeSignal", **signal_json(stopLoss="98", target1="103"))
        await client.do("ingestBars", bars=[bar_json(1, "100", "102"), bar_json(2, "95", "102")])
        export = Exported(await exported(client.database, "default", 1, tmp_path / "s.jsonl"))
        result = run_files(export, wall_clock, QUIET)
        transport = httpx.ASGITransport(client.desk.app)
        async with DeskClient("http://127.0.0.1/graphql", transport=transport) as feed:
            backtest_id = await register(feed, result, name="the same", source="papertape backtest")
        comparison = (await client.ask(_REPORT, to=backtest_id))["report"]["comparison"]
        backtested = (await client.ask(_CURVE, id=backtest_id))["node"]["curve"]
        paper = (await client.ask("{ equityCurve { time equity drawdown } }"))["equityCurve"]
    assert len(result.trades) == 2
    assert [point["equity"] for point in backtested] == [point["equity"] for point in paper]
    assert [point["time"] for point in backtested] == [point["time"] for point in paper]
    assert comparison["severity"] == "OK"
    assert [metric["difference"] for metric in comparison["metrics"]] == ["0"] * 5
    assert comparison["trades"] == {"matched": [{"total": "0"}, {"total": "0"}], "missed": []}
    assert result.days[-1].day - result.days[0].day == timedelta(days=2)


def a_point(number: int, equity: int) -> CurvePoint:
    time = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return CurvePoint(time, Decimal(equity), Decimal(equity))


def test_a_long_curve_is_thinned_to_the_ends_and_extremes_of_its_runs() -> None:
    points = [a_point(number, equity) for number, equity in enumerate([5, 6, 9, 7, 1, 8, 5, 5, 4, 4])]
    assert [point.equity for point in thinned(points, 8)] == [5, 9, 1, 8, 4, 4]
    assert thinned(points, 10) is points


def test_a_thinned_curve_has_no_more_points_than_may_be_sent() -> None:
    points = [a_point(number, number * 7919 % 1000) for number in range(10_007)]
    kept = thinned(points, MOST_POINTS)
    assert len(kept) <= MOST_POINTS
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert {min(row.equity for row in kept), max(row.equity for row in kept)} == {Decimal(0), Decimal(999)}
