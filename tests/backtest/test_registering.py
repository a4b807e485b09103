"""A backtest of a session's export, recorded on the server that it came from: paper and backtest agree in all."""

from datetime import timedelta
from pathlib import Path

import httpx

from api.backtest.files import Exported, run_files
from api.backtest.registering import register
from api.clock import wall_clock
from api.feeds.client import DeskClient
from tests.api.desk import desk_on
from tests.backtest.ledgers import exported
from tests.backtest.test_parity import a_bar, a_signal

_REPORT = """
query Report($to: ID!) {
  report(compareTo: $to) {
    comparison { severity metrics { metric difference severity } trades { matched { total } missed { symbol } } }
  }
}
"""


async def test_paper_agrees_with_the_backtest_of_its_own_export(database_url: str, tmp_path: Path) -> None:
    async with desk_on(database_url) as client:
        await client.do("enable")
        await client.do("ingestBars", bars=[a_bar(0, "99", "100")])
        await client.do("executeSignal", **a_signal(target1="101"))
        await client.do("executeSignal", **a_signal(stopLoss="98", target1="103"))
        await client.do("ingestBars", bars=[a_bar(1, "100", "102"), a_bar(2, "95", "102")])
        result = run_files(Exported(await exported(client.database, "default", 1, tmp_path / "s.jsonl")), wall_clock)
        transport = httpx.ASGITransport(client.desk.app)
        async with DeskClient("http://127.0.0.1/graphql", transport=transport) as feed:
            backtest_id = await register(feed, result, name="the same", source="papertape backtest")
        comparison = (await client.ask(_REPORT, to=backtest_id))["report"]["comparison"]
    assert len(result.trades) == 2
    assert comparison["severity"] == "OK"
    assert [each["difference"] for each in comparison["metrics"]] == ["0"] * 5
    assert comparison["trades"] == {"matched": [{"total": "0"}, {"total": "0"}], "missed": []}
    assert result.days[-1].day - result.days[0].day == timedelta(days=2)
