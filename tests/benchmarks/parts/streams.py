"""Events to a thousand subscribers, who ask the same, or each something of their own; and the time `verify` takes."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from tests.benchmarks import desk
from tests.benchmarks.client import connections, load, post
from tests.benchmarks.desk import Holding, account
from tests.benchmarks.measure import Sample, Series, interleaved, quotients
from tests.benchmarks.parts.commands import ran
from tests.benchmarks.parts.signals import as_graphql, signal
from tests.benchmarks.processes import Served, yardstick
from tests.benchmarks.report import LIMIT, OURS
from tests.benchmarks.run import Run
from tests.benchmarks.subscribers import crowd

SUBSCRIBERS = 1_000
_HELD = Holding.evenly(100, 50, 50)
_VERIFIED = Holding.evenly(2_000, 100, 50)
_EVENTS = (
    'subscription { positionEvents(account: "bench-0") { cursor kind position { id symbol lastPrice openRisk } } }'
)
_SHARED = "event to 1,000 subscribers with one document"
_ALONE = "event to 1,000 subscribers with documents of their own"
_RAW = "raw prebuilt frames"


def _same(_: int) -> str:
    return _EVENTS


def _own(number: int) -> str:
    return f"{_EVENTS} # {number}"


async def fan_out(run: Run) -> None:
    """Deliveries over WebSockets: ours, executed once or for each; graphql-core's for each; and frames alone."""
    async with AsyncExitStack() as stack:
        ours = stack.enter_context(desk.serving(await run.filled.copy(_HELD, run.ram), run.ram))
        reference = stack.enter_context(
            desk.serving(await run.filled.copy(_HELD, run.ram), run.ram, options=("--execution", "reference"))
        )
        raw = stack.enter_context(yardstick("raw_sockets", "", run.ram))
        contenders = {}
        for name, server, document, send, events in (
            ("shared", ours, _same, _signals, 20),
            ("own", ours, _own, _signals, 10),
            ("reference", reference, _own, _signals, 4),
            ("raw", raw, None, _frames, 20),
        ):
            contenders[name] = _delivered(server, document, send, events)
        series = await interleaved(contenders, run.rounds)
    run.report.add(_SHARED, OURS, series["shared"])
    run.report.add(_SHARED, LIMIT, series["raw"])
    run.report.add(_ALONE, OURS, series["own"])
    run.report.add(f"{_ALONE}, by graphql-core", OURS, series["reference"])
    ratio = quotients(series["shared"].cpus, series["raw"].cpus)
    run.report.add_ratio(f"{_SHARED}, CPU a delivery", _RAW, ratio, 2, 1.1, at_least=False)
    ratio = quotients(series["own"].cpus, series["reference"].cpus)
    run.report.add_ratio(f"{_ALONE}, CPU a delivery", "by graphql-core", ratio, 0.2, 0.1, at_least=False)


Send = Callable[[Served, int], Awaitable[None]]


def _delivered(
    server: Served, document: Callable[[int], str] | None, send: Send, events: int
) -> Callable[[], Awaitable[Sample]]:
    """Deliveries of events that all subscribers of a server get, without what making as many takes for nobody."""

    async def sample() -> Sample:
        before = server.cpu
        await send(server, events)
        making = server.cpu - before
        async with crowd(server.port, SUBSCRIBERS, document) as subscribers:
            subscribers.expect(1)
            await send(server, 1)
            await subscribers.served()
            subscribers.expect(events)
            before, started = server.cpu, asyncio.get_running_loop().time()
            await send(server, events)
            await subscribers.served()
            seconds = asyncio.get_running_loop().time() - started
            return Sample(events * SUBSCRIBERS, seconds, server.cpu - before - making)

    return sample


async def _signals(server: Served, events: int) -> None:
    async with connections(server.port, 1) as clients:
        await load(clients, [(as_graphql(signal(account(0), number)) for number in range(events))])


async def _frames(server: Served, events: int) -> None:
    async with connections(server.port, 1) as clients:
        await load(clients, [iter([post(f"/events/{events}", b"")])])


async def verify(run: Run) -> None:
    """`papertape verify`, by positions opened."""
    url = await run.filled.copy(_VERIFIED, run.ram)
    papertape = str(Path(sys.executable).with_name("papertape"))
    samples = [ran([papertape, "verify", "--database-url", url]) for _ in range(run.rounds)]
    taken = Series([Sample(_VERIFIED.positions, sample.seconds, sample.cpu) for sample in samples])
    run.report.add("papertape verify, a position", OURS, taken)
