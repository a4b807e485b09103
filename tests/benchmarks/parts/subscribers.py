"""What a subscriber costs that connects and then gets nothing, beside a WebSocket without GraphQL."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from pathlib import Path

from tests.benchmarks import desk
from tests.benchmarks.client import PATIENCE_SECONDS, connections, load
from tests.benchmarks.desk import Holding
from tests.benchmarks.measure import Sample, Series, Spread, quotients, resident_mebibytes
from tests.benchmarks.parts.signals import as_graphql, signal
from tests.benchmarks.processes import Served, yardstick
from tests.benchmarks.report import OURS, USUAL
from tests.benchmarks.run import Run
from tests.benchmarks.sockets import Socket, connected

_FIRST = 20
_QUIET_SECONDS = 0.5
_BARE = "bare Starlette WebSocket"


class Contender(ABC):
    """A kind of server, and of clients that wait for something from it."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder

    @abstractmethod
    def server(self) -> AbstractContextManager[Served]:
        """A server that has just begun."""

    @abstractmethod
    async def begin(self, socket: Socket) -> None:
        """Let a client begin to wait."""

    @abstractmethod
    async def check(self, server: Served, sockets: Sequence[Socket]) -> None:
        """Each client still gets what it waits for."""


class Desk(Contender):
    """A desk, and subscribers to the events of an account."""

    def server(self) -> AbstractContextManager[Served]:
        """A server that has just begun."""
        return desk.serving(self._url, self._folder)

    async def begin(self, socket: Socket) -> None:
        """Subscribe."""
        socket.send({"type": "connection_init"})
        assert await socket.receive() == {"type": "connection_ack"}
        socket.send({"id": "1", "type": "subscribe", "payload": {"query": desk.SUBSCRIPTION}})
        begun = await socket.receive()
        assert begun["payload"].keys() == {"id", "cursor"}, begun

    async def check(self, server: Served, sockets: Sequence[Socket]) -> None:
        """Each gets the event of a signal."""
        async with connections(server.port, 1) as clients:
            [[answer], _] = await load(clients, [iter([as_graphql(signal(desk.account(0), 0))])])
        sent = desk.executed(answer)["signalId"]
        for socket in sockets:
            event = (await socket.receive())["payload"]["data"]["positionEvents"]
            assert event["position"]["signalId"] == sent, event


class Bare(Contender):
    """A WebSocket that sends back what it gets."""

    def server(self) -> AbstractContextManager[Served]:
        """A server that has just begun."""
        return yardstick("bare_starlette", self._url, self._folder)

    async def begin(self, socket: Socket) -> None:
        """Get something once."""
        socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "ping"}

    async def check(self, server: Served, sockets: Sequence[Socket]) -> None:
        """Each gets something again."""
        for socket in sockets:
            await self.begin(socket)


async def idle(run: Run) -> None:
    """CPU to connect, and the memory that is then held."""
    number = 200 if run.short else 500
    url = await run.filled.copy(Holding.evenly(0, 1, 1), run.ram)
    contenders = {OURS: Desk(url, run.ram), USUAL: Bare(url, run.ram)}
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    memory: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(run.rounds):
        for name, contender in contenders.items():
            sample, kibibytes = await _waiting(contender, number)
            samples[name].append(sample)
            memory[name].append(kibibytes)
    _report(run, {name: Series(taken) for name, taken in samples.items()}, memory)


async def _waiting(contender: Contender, number: int) -> tuple[Sample, float]:
    """What so many clients take to begin, and the KiB that each then holds."""
    with contender.server() as server:
        async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE_SECONDS):

            async def begun(number: int) -> list[Socket]:
                return [await stack.enter_async_context(connected(server.port, contender.begin)) for _ in range(number)]

            sockets = await begun(_FIRST)
            cpu, memory, started = server.cpu, resident_mebibytes(server.pid), time.perf_counter()
            sockets += await begun(number)
            sample = Sample(number, time.perf_counter() - started, server.cpu - cpu)
            held = resident_mebibytes(server.pid) - memory
            await contender.check(server, sockets)
    return sample, 1_024 * held / number


def _report(run: Run, series: dict[str, Series], memory: dict[str, list[float]]) -> None:
    for name, work in ((OURS, "an idle subscriber"), (USUAL, f"a {_BARE}")):
        run.report.add(f"{work} connects", name, series[name], rate=False)
        middle = Spread.of(memory[name]).median
        run.report.add_plain(f"memory of {work}", name, f"{middle:.1f} KiB", kibibytes=middle)
    cpu = quotients(series[OURS].cpus, series[USUAL].cpus)
    run.report.add_ratio("an idle subscriber connects, CPU", _BARE, cpu, 3, 2, at_least=False)
    ratio = quotients(memory[OURS], memory[USUAL])
    run.report.add_ratio("an idle subscriber, memory", _BARE, ratio, 1.5, 1.2, at_least=False)
