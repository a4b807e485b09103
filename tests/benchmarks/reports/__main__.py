"""How long reports take over a long record: `python -m tests.benchmarks.reports [TRADES [POINTS]]`.

On SQLite in a temporary folder, and on the PostgreSQL server of the tests. Wall times of whole requests.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from api.codec.ids import account_id
from api.database_url import database_url
from api.persistence.engines import write_engine
from tests.api.desk import Client, desk_on
from tests.benchmarks.reports.record import write_record
from tests.databases import migrate_database
from tests.loop_engine import LoopEngine
from tests.services import PostgresServer, postgres_server_url

ACCOUNT = "long"
HEADLINE = """tradeCount winRate profitFactor averageR expectancy realizedPnl returnPercent maxDrawdown currentDrawdown
  sharpe sortino calmar volatility annualReturn liveEligibility { eligible progressPercent checks { actual } }"""
FIGURES = "figures { tradeCount winRate averageR profitFactor realizedPnl }"
BREAKDOWNS = f"""breakdowns {{ bySymbol {{ symbol {FIGURES} }} byPattern {{ pattern {FIGURES} }}
  bySide {{ side {FIGURES} }} byCampaign {{ campaignId {FIGURES} }} byExitReason {{ exitReason {FIGURES} }} }}"""
TRADES = "nodes { id realizedPnl fills { price } } pageInfo { endCursor hasNextPage }"

QUERIES = {
    "clock, for comparison": "{ clock }",
    "report, headline": f'{{ report(account: "{ACCOUNT}") {{ {HEADLINE} }} }}',
    "report, breakdowns": f'{{ report(account: "{ACCOUNT}") {{ {BREAKDOWNS} }} }}',
    "report, evidence": f'{{ liveEligibility(account: "{ACCOUNT}") {{ evidence {{ expectancyR {{ low high }} }} }} }}',
    "equityCurve, 1 000 points": f'{{ equityCurve(account: "{ACCOUNT}", maxPoints: 1000) {{ time equity drawdown }} }}',
    "equityCurve, half of it": f"""{{ equityCurve(account: "{ACCOUNT}", maxPoints: 1000, from: "2020-06-01T12:34:00Z",
        to: "2021-05-01T00:00:00Z") {{ time equity }} }}""",
    "trades, first page": f'{{ trades(account: "{ACCOUNT}", first: 100) {{ {TRADES} }} }}',
    "trades, total count": f'{{ trades(account: "{ACCOUNT}", first: 1) {{ totalCount }} }}',
}
ONCE = {
    "report, one symbol": f'{{ report(account: "{ACCOUNT}", filter: {{symbols: ["SYM3"]}}) {{ {HEADLINE} }} }}',
    "report, a month": f"""{{ report(account: "{ACCOUNT}", filter: {{
        from: "2020-07-01T00:00:00Z", to: "2020-08-01T00:00:00Z"}}) {{ {HEADLINE} }} }}""",
}
PAGES_DEEP = 200


async def _timed(ask: Callable[[], Awaitable[object]], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = perf_counter()
        await ask()
        taken.append((perf_counter() - began) * 1000)
    return taken


def _say(name: str, taken: list[float]) -> None:
    print(f"  {name:28} median {median(taken):10.1f} ms, least {min(taken):10.1f} ms")  # noqa: T201


async def _deep(client: Client) -> list[float]:
    """The times of the last pages of many that are read one after the other."""
    query = f'query($after: String) {{ trades(account: "{ACCOUNT}", first: 100, after: $after) {{ {TRADES} }} }}'
    after, taken = None, []
    for _ in range(PAGES_DEEP):
        began = perf_counter()
        page = (await client.ask(query, after=after))["trades"]
        taken.append((perf_counter() - began) * 1000)
        after = page["pageInfo"]["endCursor"]
    return taken[-50:]


async def _measure(url: str, trades: int, points: int) -> None:
    await migrate_database(url)
    async with desk_on(url) as client:
        await client.do("enable", account=ACCOUNT)
    began = perf_counter()
    await _write(url, trades, points)
    name = url.partition(":")[0].partition("+")[0]
    print(f"\n{name}: {trades} trades, {points} points, written in {perf_counter() - began:.0f} s")  # noqa: T201
    async with desk_on(url) as client:
        for name, query in QUERIES.items():
            _say(name, await _timed(partial(client.ask, query), 15))
        for name, query in ONCE.items():
            _say(name, await _timed(partial(client.ask, query), 1))
        _say(f"trades, page {PAGES_DEEP}", await _deep(client))


async def _write(url: str, trades: int, points: int) -> None:
    engine = LoopEngine(write_engine(database_url(url)))
    await write_record(engine, account_id(ACCOUNT), trades, points)
    await engine.dispose()


def main() -> None:
    """Measure both databases."""
    trades = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    points = int(sys.argv[2]) if len(sys.argv) > 2 else trades
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(f"sqlite+aiosqlite:///{Path(folder) / 'long.sqlite3'}", trades, points))
    server = PostgresServer(postgres_server_url())
    server.connect()
    url = server.create()
    try:
        asyncio.run(_measure(url, trades, points))
    finally:
        server.drop(url)
        server.close()


if __name__ == "__main__":
    main()
