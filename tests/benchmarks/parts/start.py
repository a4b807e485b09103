"""Start: what a server costs from its first instruction to /readyz, with very many open positions; its memory."""

import time
from contextlib import closing
from http.client import HTTPConnection

from tests.benchmarks import desk
from tests.benchmarks.measure import Spread, resident_mebibytes
from tests.benchmarks.parts.bars import many
from tests.benchmarks.parts.signals import Sender, as_graphql
from tests.benchmarks.processes import PATIENCE_SECONDS, Served
from tests.benchmarks.report import OURS, spread
from tests.benchmarks.run import Run


async def to_ready(run: Run) -> None:
    """A server on a copy each time; what its first signal costs more is told beside it."""
    cpus, memory, first_cpus, first_memory = [], [], [], []
    held = many(run)
    for _ in range(1 if run.short else 3):
        url = await run.filled.copy(held, run.ram)
        with desk.serving(url, run.ram) as server:
            await_ready(server)
            cpus.append(server.cpu)
            memory.append(resident_mebibytes(server.pid))
            sender = Sender(server, url, 1, as_graphql, desk.executed)
            first = await sender.taken([sender.requests(desk.account(0), 1)])
            first_cpus.append(first.cpu)
            first_memory.append(resident_mebibytes(server.pid))
    work = f"serve to /readyz with {held.positions:,} open positions"
    for part, cpu, mebibytes in (("", cpus, memory), (", and its first signal", first_cpus, first_memory)):
        text = f"{spread(Spread.of(cpu))} s CPU\n{spread(Spread.of(mebibytes))} MiB"
        found = {"cpu_seconds": Spread.of(cpu).median, "mebibytes": Spread.of(mebibytes).median}
        run.report.add_plain(f"{work}{part}", OURS, text, **found)
    run.report.add_ratio(f"{work}, CPU", "–", Spread.of(cpus), 3, 1, at_least=False, unit="s")
    run.report.add_ratio(f"{work}, memory", "–", Spread.of(memory), 350, 200, at_least=False, unit="MiB")


def await_ready(server: Served) -> None:
    """Wait until /readyz answers 200."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_ready(server.port):
        assert time.monotonic() < deadline, "the server is not ready"
        time.sleep(0.05)


def _is_ready(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
