"""`make bench`: how fast a desk is here and now. Medians of one run; trust the ratios, for machines differ."""

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import httpx
import structlog
from rich.console import Console

from api.authorization.principal import OPERATOR
from api.graphql.context import Context
from api.graphql.execution.operations import OperationRequest, Operations
from api.graphql.schema import make_schema
from api.persistence.desk_row import newest
from api.persistence.engines import read_engine
from api.verification import verify as verifying
from tests.api.serving import served
from tests.benchmarks.desk import ACCOUNTS, Bench, bench_at, sqlite_in
from tests.services import PostgresServer, postgres_server_url

ROUNDS = 5
SUBSCRIBERS = 1_000
FOLLOWED = ACCOUNTS[1]
SIGNAL = """
mutation { executeSignal(input: {account: "bench-1", symbol: "AAPL", side: LONG, marketPrice: "100", stopLoss: "1",
  target1: "1000", quantity: "1"}) { signal { signalId status } position { id entryPrice } errors { code message } } }
"""
ACCOUNT = (
    '{ account(name: "bench-1") { equity cash buyingPower heatPercent openPositions tradeCount currentDrawdown } }'
)
POSITIONS = '{ positions(account: "bench-1") { nodes { id symbol lastPrice unrealizedPnl openRisk fills { price } } } }'
EVENTS = 'subscription { positionEvents(account: "bench-1") { cursor kind position { id symbol lastPrice openRisk } } }'

Work = Callable[[], Awaitable[object]]


def print_rate(what: str, figure: float, unit: str, base: float | None = None) -> None:
    """Print one line of the result; `base` is what it is compared with."""
    ratio = "" if base is None else f"  {figure / base:8.3g} x"
    sys.stdout.write(f"{what:<58}{figure:>12,.1f} {unit:<10}{ratio}\n")
    sys.stdout.flush()


async def rate(amount: int, work: Work, rounds: int = ROUNDS) -> float:
    """So much of something a second, at the median of some rounds."""
    return statistics.median([amount / await seconds(work) for _ in range(rounds)])


async def seconds(work: Work) -> float:
    """How long something takes."""
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def one_by_one(bench: Bench, number: int) -> None:
    """Signals that each wait for the answer to the one before."""
    for signal in bench.signals(number):
        await bench.send_together([signal])


async def signals(bench: Bench, name: str) -> None:
    """Durable signals through the writer."""
    single = await rate(20, lambda: one_by_one(bench, 20))
    print_rate(f"{name}: durable signals, one after another", single, "/s", single)
    for group in (16, 200):
        print_rate(
            f"{name}: durable signals, {group} at once",
            await rate(group, lambda: bench.send_together(bench.signals(group))),  # noqa: B023
            "/s",
            single,
        )


async def bars(folder: Path) -> None:
    """Bars in batches, with positions in their symbol."""
    base = None
    for positions, accounts in ((0, 1), (100, 1), (100, 100)):
        async with bench_at(sqlite_in(folder, f"bars-{positions}-{accounts}")) as bench:
            await bench.send_together(bench.signals(positions, ACCOUNTS[:accounts]))
            result = await rate(200, lambda: bench.send_together([bench.bars(200)]), 3)
        base = base or result
        print_rate(f"sqlite: bars by 200, {positions} positions on {accounts} accounts", result, "/s", base)


@asynccontextmanager
async def http(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the desk's server."""
    async with served(bench.desk.app) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        yield client


async def asked(client: httpx.AsyncClient, document: str, times: int = 1) -> None:
    """Send a document so many times at once."""
    answers = await asyncio.gather(*(client.post("/graphql", json={"query": document}) for _ in range(times)))
    assert all("errors" not in answer.json() for answer in answers), answers[0].text


async def over_http(bench: Bench) -> None:
    """What clients of the API see."""
    async with http(bench) as client:
        single = await rate(10, lambda: repeated(client, SIGNAL, 10))
        print_rate("http: executeSignal, one after another", single, "/s", single)
        print_rate("http: executeSignal, 16 at once", await rate(16, lambda: asked(client, SIGNAL, 16)), "/s", single)
        for name, document in (("account", ACCOUNT), ("50 positions", POSITIONS)):
            queries = await rate(20, lambda: repeated(client, document, 20))  # noqa: B023
            print_rate(f"http: the query for {name}", 1_000 / queries, "ms")


async def repeated(client: httpx.AsyncClient, document: str, times: int) -> None:
    """Send a document so many times, one after another."""
    for _ in range(times):
        await asked(client, document)


async def fan_out(bench: Bench) -> None:
    """Events to many subscribers, who ask the same, or each something of their own."""
    own = await delivered(bench, lambda number: f"{EVENTS} # {number}", 4)
    print_rate(f"events to {SUBSCRIBERS} subscribers, each executed alone", own, "/s", own)
    print_rate(
        f"events to {SUBSCRIBERS} subscribers, executed once", await delivered(bench, lambda _: EVENTS, 40), "/s", own
    )


async def delivered(bench: Bench, query: Callable[[int], str], events: int) -> float:
    """Deliveries a second, of events that all subscribers get."""
    operations = Operations(make_schema())
    asked_for = [operations.prepare(OperationRequest(query(number), None, None)) for number in range(SUBSCRIBERS)]
    streams = [await operations.subscribe(name, Context(bench.desk.services, OPERATOR)) for name in asked_for]

    async def receive(number: int) -> None:
        for _ in range(events):
            await anext(streams[number])

    receivers = [asyncio.create_task(receive(number)) for number in range(SUBSCRIBERS)]
    while len(bench.desk.services.streams._hub) < SUBSCRIBERS:  # noqa: ASYNC110 - the hub has no event for a new subscriber
        await asyncio.sleep(0.01)
    started = time.perf_counter()
    await bench.send_together(bench.signals(events, [FOLLOWED]))
    await asyncio.gather(*receivers)
    taken = time.perf_counter() - started
    for stream in streams:
        await stream.aclose()
    return SUBSCRIBERS * events / taken


async def verified(bench: Bench) -> None:
    """Facts folded and compared."""
    engine = read_engine(bench.settings.database)
    async with engine.connect() as connection, connection.begin():
        facts = await newest(connection)
    await engine.dispose()
    quiet = Console(file=StringIO())
    print_rate("verify: facts", await rate(facts, lambda: verifying.verify(bench.settings.database, quiet), 1), "/s")


async def main() -> None:
    """All measurements, one after another."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="papertape-bench-") as name:
        folder = Path(name)
        async with bench_at(sqlite_in(folder, "signals")) as bench:
            await signals(bench, "sqlite")
            await over_http(bench)
            await verified(bench)
        async with bench_at(sqlite_in(folder, "streams")) as bench:
            await fan_out(bench)
        await bars(folder)
        await on_postgres()


async def on_postgres() -> None:
    """The writer on PostgreSQL, if there is one."""
    server = PostgresServer(postgres_server_url())
    try:
        url = await server.create_async()
    except OSError as problem:
        sys.stdout.write(f"no PostgreSQL: {problem}\n")
        return
    try:
        async with bench_at(url) as bench:
            await signals(bench, "postgresql")
    finally:
        await server.drop_async(url)


if __name__ == "__main__":
    asyncio.run(main())
