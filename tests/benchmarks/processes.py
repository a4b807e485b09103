"""Servers and children that are measured: each a process of its own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measure import Sample, cpu_seconds, family

PATIENCE_SECONDS = 1_800
_ROOT = Path(__file__).parents[2]


@dataclass
class Served:
    """A server that runs on a port of its own, and how long it took until it answered."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def pid(self) -> int:
        """Its first process."""
        return self.process.pid

    @property
    def cpu(self) -> float:
        """The seconds of CPU that it has taken, with all its processes."""
        return sum(cpu_seconds(pid) for pid in family(self.pid))

    def kill(self) -> None:
        """End it with no warning: what it acknowledged must be there all the same.

        What multiprocessing has beside workers, to tidy up after them, ends by itself.
        """
        for pid in family(self.pid):
            if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def served(command: Sequence[str], port: int, log: Path) -> Iterator[Served]:
    """A server that listens on `port`, asked to stop at the end; what it writes goes to a file."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAPERTAPE_")}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _accepts(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, f"{command} does not listen"
            time.sleep(0.01)
        yield Served(process, port)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE_SECONDS)


def yardstick(module: str, url: str, folder: Path) -> AbstractContextManager[Served]:
    """A yardstick's server on a database."""
    port = free_port()
    command = [sys.executable, "-m", f"tests.benchmarks.yardsticks.{module}", url, str(port)]
    return served(command, port, folder / f"{module}-{port}.log")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


class Child:
    """A process that does what it is told, a line each, and says what it took."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def sample(self, task: str, amount: int) -> Sample:
        """Let it do a task."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{task} {amount}\n".encode())
        return Sample(**json.loads(await self.line()))

    async def line(self) -> str:
        """The next line that it says."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, f"the child ended with {await self._process.wait()}"
        return line.decode()


@asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncIterator[Child]:
    """A module that runs `obey` in a process of its own; ready, and ended when its input ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"tests.benchmarks.{module}",
        *arguments,
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        begun = Child(process)
        await begun.line()
        yield begun
    finally:
        assert process.stdin is not None
        process.stdin.close()
        code = await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
    assert code == 0, f"{module} ended with {code}"


async def obey(tasks: Mapping[str, Callable[[int], Awaitable[Sample]]]) -> None:
    """Do what the parent asks for, until it asks no more."""
    loop = asyncio.get_running_loop()
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        task, amount = line.split()
        sample = await tasks[task](int(amount))
        told = {"units": sample.units, "seconds": sample.seconds, "cpu": sample.cpu}
        print(json.dumps(told), flush=True)  # noqa: T201


@asynccontextmanager
async def timed(units: int) -> AsyncIterator[list[Sample]]:
    """Puts into the list what its body took; the CPU is that of this process, and of what it still does just after."""
    samples: list[Sample] = []
    cpu, started = time.process_time(), time.perf_counter()
    yield samples
    seconds = time.perf_counter() - started
    await asyncio.sleep(0.1)
    samples.append(Sample(units, seconds, time.process_time() - cpu))
