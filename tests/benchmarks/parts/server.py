"""What a server costs around GraphQL: a request that asks for nothing, subscribers that get nothing, and how long a
healthy client waits beside those that ask for much."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.attacks.documents import ATTACKS
from tests.attacks.harness import Attack, Done, Target, a_target, measured
from tests.benchmarks import desk
from tests.benchmarks.client import PATIENCE_SECONDS, connections, get, load, post
from tests.benchmarks.desk import Holding
from tests.benchmarks.measure import Sample, Series, Spread, interleaved, quotients, resident_mebibytes
from tests.benchmarks.parts.signals import as_graphql, signal
from tests.benchmarks.processes import Served, yardstick
from tests.benchmarks.report import OURS, USUAL
from tests.benchmarks.run import Run
from tests.benchmarks.sockets import Socket, sockets

_ASKING = 4
_HOLDING = Holding.evenly(0, 1, 1)
_TYPENAME = b'{"data":{"__typename":"Query"}}'
_QUIET_SECONDS = 0.5
_ROUTE = "bare Starlette route"
_SOCKET = "bare Starlette WebSocket"


async def typename(run: Run) -> None:
    """`{ __typename }` over four connections, beside a route that answers the same without GraphQL."""
    url = await run.filled.copy(_HOLDING, run.ram)
    with desk.serving(url, run.ram) as ours, yardstick("bare_starlette", "", run.ram) as bare:
        series = await interleaved({OURS: _asking(ours, run.seconds), USUAL: _asking(bare, run.seconds)}, run.rounds)
    work = "{ __typename } over HTTP"
    run.report.add(work, OURS, series[OURS])
    run.report.add(f"{work}: {_ROUTE}", USUAL, series[USUAL])
    ratio = quotients(series[OURS].cpus, series[USUAL].cpus)
    run.report.add_ratio(f"{work}, CPU", _ROUTE, ratio, 2, 1.3, at_least=False)


def _asking(server: Served, seconds: float) -> Callable[[], Awaitable[Sample]]:
    request = post("/graphql", desk.graphql("{ __typename }", {}))

    async def ask() -> Sample:
        async with connections(server.port, _ASKING) as clients:
            before = server.cpu
            answers, taken = await load(clients, [repeat(request)] * _ASKING, seconds)
            sample = Sample(len(answers), taken, server.cpu - before)
        assert set(answers) == {_TYPENAME}
        return sample

    return ask


async def subscribers(run: Run) -> None:
    """Subscribers that connect and then get nothing, each time to servers that have just begun."""
    number = 200 if run.short else 1_000
    url = await run.filled.copy(_HOLDING, run.ram)
    starts: Mapping[str, tuple[Callable[[], AbstractContextManager[Served]], Connect, Connect]] = {
        OURS: (lambda: desk.serving(url, run.ram), _subscribe, _send_event),
        USUAL: (lambda: yardstick("bare_starlette", "", run.ram), _greet, _greet),
    }
    samples: dict[str, list[Sample]] = {name: [] for name in starts}
    memory: dict[str, list[float]] = {name: [] for name in starts}
    for _ in range(run.rounds):
        for name, (start, connect, check) in starts.items():
            with start() as server:
                sample, kibibytes = await _connected(server, number, connect, check)
            samples[name].append(sample)
            memory[name].append(kibibytes)
    series = {name: Series(taken) for name, taken in samples.items()}
    run.report.add("an idle subscriber connects", OURS, series[OURS], rate=False)
    run.report.add(f"a {_SOCKET} connects", USUAL, series[USUAL], rate=False)
    cpu = quotients(series[OURS].cpus, series[USUAL].cpus)
    run.report.add_ratio("an idle subscriber connects, CPU", _SOCKET, cpu, 3, 2, at_least=False)
    ratio = quotients(memory[OURS], memory[USUAL])
    run.report.add_ratio("an idle subscriber, memory", _SOCKET, ratio, 1.5, 1.2, at_least=False)
    for name, work in ((OURS, "memory of an idle subscriber"), (USUAL, f"memory of a {_SOCKET}")):
        middle = Spread.of(memory[name]).median
        run.report.add_plain(work, name, f"{middle:.1f} KiB", kibibytes=middle)


Connect = Callable[[Served, Sequence[Socket]], Awaitable[None]]


async def _connected(server: Served, number: int, connect: Connect, check: Connect) -> tuple[Sample, float]:
    """What so many connections take to begin, and the KiB that each then holds."""
    async with sockets(server.port, 10) as first:
        await connect(server, first)
        await asyncio.sleep(_QUIET_SECONDS)
        cpu, memory, started = server.cpu, resident_mebibytes(server.pid), time.perf_counter()
        async with sockets(server.port, number) as opened:
            await connect(server, opened)
            seconds = time.perf_counter() - started
            await asyncio.sleep(_QUIET_SECONDS)
            sample, held = Sample(number, seconds, server.cpu - cpu), resident_mebibytes(server.pid) - memory
            await check(server, [*first, *opened])
            return sample, 1_024 * held / number


async def _greet(server: Served, opened: Sequence[Socket]) -> None:
    for socket in opened:
        socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "ping"}


async def _subscribe(server: Served, opened: Sequence[Socket]) -> None:
    before = await _subscriptions(server)
    for socket in opened:
        socket.send({"type": "connection_init"})
        assert await socket.receive() == {"type": "connection_ack"}
        socket.send({"id": "1", "type": "subscribe", "payload": {"query": desk.SUBSCRIPTION}})
    deadline = time.monotonic() + PATIENCE_SECONDS
    while await _subscriptions(server) < before + len(opened):
        assert time.monotonic() < deadline, "not all subscriptions have begun"
        await asyncio.sleep(_QUIET_SECONDS / 5)


async def _subscriptions(server: Served) -> float:
    async with connections(server.port, 1) as clients:
        [[figures], _] = await load(clients, [iter([get("/metrics")])])
    [line] = [line for line in figures.decode().splitlines() if line.startswith("papertape_stream_subscribers ")]
    return float(line.split()[1])


async def _send_event(server: Served, opened: Sequence[Socket]) -> None:
    """Each of them gets what happens."""
    async with connections(server.port, 1) as clients:
        [[answer], _] = await load(clients, [iter([as_graphql(signal(desk.account(0), 0))])])
    sent = desk.executed(answer)["signalId"]
    for socket in opened:
        event = (await socket.receive())["payload"]["data"]["positionEvents"]
        assert event["position"]["signalId"] == sent, event


async def healthy(run: Run) -> None:
    """A healthy client's waits beside each hostile document, and each of the largest requests that are legitimate."""
    waits: dict[str, list[float]] = {"refused": [], "allowed": []}
    for _ in range(run.rounds):
        worst = await asyncio.to_thread(_worst_waits, run)
        for kind, (seconds, name) in worst.items():
            waits[kind].append(1_000 * seconds)
            run.report.note(f"p99 of a healthy client, {kind}: {1_000 * seconds:.0f} ms beside {name}")
    for kind, beside in (("refused", "a hostile document"), ("allowed", "a largest legitimate request")):
        run.report.add_ratio(
            f"a healthy client's wait, p99 beside {beside}", "the worst of them", Spread.of(waits[kind]), 250, 50,
            at_least=False, unit="ms",
        )  # fmt: skip


def _worst_waits(run: Run) -> Mapping[str, tuple[float, str]]:
    """By kind of request, the longest p99 and beside what it was."""
    worst = {"refused": (0.0, ""), "allowed": (0.0, "")}
    with TemporaryDirectory(dir=run.ram) as folder, a_target(Path(folder), short=True) as target:
        for name, attack in ATTACKS.items():
            row = measured(name, Attack(partial(_repeated, attack, run.seconds), attack.prepare), target)
            assert row.waits is not None, f"a healthy client got no answer beside {name}"
            kind = name.partition(":")[0]
            worst[kind] = max(worst[kind], (row.waits.p99, name))
    return worst


def _repeated(attack: Attack, seconds: float, target: Target) -> Done:
    """An attack over and over for so long; what it was answered the last time."""
    number, deadline = 0, time.monotonic() + seconds
    while True:
        done = attack.run(target)
        assert isinstance(done, Done)
        number += done.number
        if time.monotonic() > deadline:
            return Done(number, done.answer)
