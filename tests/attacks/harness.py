"""Measures a server while it is attacked: its CPU, and the longest wait of a healthy client beside the attack.

A module of attacks has a registry, `ATTACKS: dict[str, Attack]`, whose keys are the rows' names. `make attacks` runs
each against a real server and prints a row; figures are printed and never judged, for machines differ. What fails the
run is a server that ends, or a healthy client that gets no answer.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.attacks.healthy import Waits
from tests.processes import Server, serving

TOKEN = "the-token-of-a-desk-under-attack"  # noqa: S105 - of a server that lives for a minute
DESCRIPTORS = 256


@dataclass(frozen=True)
class Target:
    """A running server to attack. With `short`, an attack should be over in a second or two."""

    server: Server
    short: bool

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self.server.port

    @property
    def headers(self) -> dict[str, str]:
        """What lets an HTTP request in."""
        return {"Authorization": f"Bearer {TOKEN}"}

    def sized(self, short: int, long: int) -> int:
        """How much of something to do."""
        return short if self.short else long


@dataclass(frozen=True)
class Done:
    """How many requests an attack was, and what the last was answered."""

    number: int
    answer: str


@dataclass(frozen=True)
class Attack:
    """`run` attacks, and returns how many requests, frames or connections it made; `prepare` comes before."""

    run: Callable[[Target], int | Done]
    prepare: Callable[[Target], None] | None = None


@dataclass(frozen=True)
class Row:
    """What one attack did to a server: `number` of something, `memory` in bytes, the rest in seconds.

    For `starved` the server had something to do and no core to do it on: where that is much, it is the machine that
    others had to wait for. `waits` is None if the healthy client got no answer; `answer` describes the attacker's last.
    """

    name: str
    number: int
    wall: float
    cpu: float
    starved: float
    memory: int
    waits: Waits | None
    answer: str


@contextmanager
def a_target(folder: Path, *, short: bool) -> Iterator[Target]:
    """A server with a token, on a new database, that may open few descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    options = ("--clock", "market", "--log-format", "json")
    with serving(*options, folder=folder, environment={"PAPERTAPE_TOKEN": TOKEN}) as server:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        server.http.headers.update({"Authorization": f"Bearer {TOKEN}"})
        yield Target(server, short)


def measured(name: str, attack: Attack, target: Target) -> Row:
    """Run an attack beside a healthy client."""
    if attack.prepare is not None:
        attack.prepare(target)
    with healthy_client(target) as waits:
        process = target.server.process.pid
        before, held, started = scheduled(process), resident(process), time.monotonic()
        ran = attack.run(target)
        wall, held = time.monotonic() - started, resident(process) - held
    done = Done(ran, "") if isinstance(ran, int) else ran
    assert target.server.process.poll() is None, f"the server ended: {target.server.err[-2000:]}"
    after = scheduled(process)
    return Row(name, done.number, wall, after[0] - before[0], after[1] - before[1], held, waits(), done.answer)


@contextmanager
def healthy_client(target: Target) -> Iterator[Callable[[], Waits | None]]:
    """A client in a process of its own; its waits can be read once the context has ended."""
    host, port = target.address
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.attacks.healthy", host, str(port), TOKEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield lambda: Waits(**json.loads(output)) if output else None
        output, _ = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()


def scheduled(process: int) -> tuple[float, float]:
    """The seconds for which a process has had a core so far, all its threads together, and has waited for one."""
    threads = [file.read_text().split() for file in Path(f"/proc/{process}/task").glob("*/schedstat")]
    return sum(int(has) for has, *_ in threads) / 1e9, sum(int(waited) for _, waited, _ in threads) / 1e9


def resident(process: int) -> int:
    """The bytes of memory that a process has now."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()


COLUMNS = ("number", "s", "CPU s", "ms each", "no core s", "MiB", "worst ms", "median ms")


def print_head() -> None:
    """Print the names of the columns."""
    sys.stdout.write(f"{'attack':<46}" + "".join(f"{column:>10}" for column in COLUMNS) + "  last answer\n")


def print_row(row: Row) -> None:
    """Print one line of the result."""
    cost = row.cpu / row.number * 1_000 if row.number else 0.0
    figures = (row.wall, row.cpu, cost, row.starved, row.memory / 2**20)
    waits = () if row.waits is None else (row.waits.worst * 1_000, row.waits.median * 1_000)
    columns = "".join(f"{figure:>10,.1f}" for figure in (*figures, *waits))
    sys.stdout.write(
        f"{row.name:<46}{row.number:>10,}{columns}  {row.answer if row.waits else 'nothing for the healthy'}\n"
    )
    sys.stdout.flush()
