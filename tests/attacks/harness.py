"""What a server does while it is attacked: its CPU, and how long a healthy client beside the attack waits at worst.

A module of attacks has a registry, `ATTACKS: dict[str, Attack]`, whose keys are the rows' names. `make attacks` runs
each against a real server and prints a row; figures are printed and never judged, for machines differ. What fails the
run is a server that ends, or a healthy client that gets no answer.
"""

import json
import os
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
_TICKS = os.sysconf("SC_CLK_TCK")


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
    """`run` does its worst, and returns how many requests, frames or connections that were; `prepare` comes before."""

    run: Callable[[Target], int | Done]
    prepare: Callable[[Target], None] | None = None


@dataclass(frozen=True)
class Row:
    """What one attack did: times in seconds."""

    name: str
    number: int
    wall: float
    cpu: float
    waits: Waits | None
    """None if the healthy client got no answer."""
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
        cpu, begun = cpu_seconds(target.server.process.pid), time.monotonic()
        ran = attack.run(target)
        wall = time.monotonic() - begun
    done = Done(ran, "") if isinstance(ran, int) else ran
    assert target.server.process.poll() is None, f"the server ended: {target.server.err[-2000:]}"
    return Row(name, done.number, wall, cpu_seconds(target.server.process.pid) - cpu, waits(), done.answer)


@contextmanager
def healthy_client(target: Target) -> Iterator[Callable[[], Waits | None]]:
    """A client in a process of its own; how it fared can be asked once the context has ended."""
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
        yield lambda: Waits(**json.loads(told)) if told else None
        told, _ = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()


def cpu_seconds(process: int) -> float:
    """The CPU time that a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def tell(row: Row) -> None:
    """One line of the result."""
    each = row.cpu / row.number * 1_000 if row.number else 0.0
    waits = "no answer" if row.waits is None else f"{milliseconds(row.waits.worst)} {milliseconds(row.waits.median)}"
    sys.stdout.write(
        f"{row.name:<52} {row.number:>10,} {row.wall:>8.1f} s {row.cpu:>8.2f} s {each:>10.3f} ms {waits}"
        f"  {row.answer}\n"
    )
    sys.stdout.flush()


def milliseconds(seconds: float) -> str:
    """A figure of the last columns."""
    return f"{seconds * 1_000:>9,.1f} ms"


def tell_head() -> None:
    """What the columns are."""
    sys.stdout.write(
        f"{'attack':<52} {'number':>10} {'wall':>10} {'CPU':>10} {'CPU each':>13} {'worst wait':>12} {'median':>12}"
        "  last answer\n"
    )
