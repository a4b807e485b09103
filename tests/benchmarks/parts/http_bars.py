"""500 bars over HTTP, beside the same through the writer: what reading them and answering costs."""

import json
from collections.abc import Awaitable, Callable, Iterator

from tests.benchmarks import desk
from tests.benchmarks.client import connections, load, post
from tests.benchmarks.desk import FIRST, MINUTE, PRICE, Holding
from tests.benchmarks.measure import Sample, interleaved, quotients
from tests.benchmarks.processes import Served
from tests.benchmarks.report import OURS
from tests.benchmarks.run import Run

_SYMBOLS = 500
_HOLDING = Holding.evenly(1_000, 100, _SYMBOLS)


async def batches(run: Run) -> None:
    """Batches over one connection, and through the writer of another desk."""
    each = 4 if run.short else 10
    urls = [await run.filled.copy(_HOLDING, run.ram) for _ in range(2)]
    sent = _sent()
    with desk.serving(urls[0], run.ram) as server:
        async with desk.in_child(urls[1], _SYMBOLS, len(_HOLDING.accounts), 0) as writer:
            series = await interleaved(
                {"http": _posting(server, sent, each), "writer": lambda: writer.sample("bars", each)}, run.rounds
            )
    work = "ingestBars of 500"
    run.report.add(f"{work} over HTTP", OURS, series["http"], rate=False)
    run.report.add(f"{work} through the writer", OURS, series["writer"], rate=False)
    ratio = quotients(series["http"].cpus, series["writer"].cpus)
    run.report.add_ratio(f"{work} over HTTP, CPU", "through the writer", ratio, 3, 1.5, at_least=False)


def _posting(server: Served, sent: Iterator[bytes], number: int) -> Callable[[], Awaitable[Sample]]:
    async def post_some() -> Sample:
        async with connections(server.port, 1) as clients:
            before = server.cpu
            answers, taken = await load(clients, [iter([next(sent) for _ in range(number)])], 1e9)
            sample = Sample(len(answers), taken, server.cpu - before)
        for answer in answers:
            assert json.loads(answer)["data"]["ingestBars"] == {"applied": _SYMBOLS, "fills": 0, "errors": []}, answer
        return sample

    return post_some


def _sent() -> Iterator[bytes]:
    """One minute of all symbols after the other."""
    start = FIRST
    while True:
        bars = [_bar(index, start.isoformat(), (start + MINUTE).isoformat()) for index in range(_SYMBOLS)]
        yield post("/graphql", desk.graphql(desk.BARS, {"input": {"bars": bars}}))
        start += MINUTE


def _bar(index: int, start: str, end: str) -> dict[str, str]:
    prices = {"open": PRICE, "high": PRICE + 1, "low": PRICE - 1, "close": PRICE}
    return {"symbol": desk.symbol(index), "start": start, "end": end} | {name: str(at) for name, at in prices.items()}
