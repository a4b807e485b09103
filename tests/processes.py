"""`papertape` as its users run it: in processes of its own, with their output, their ends, and their databases."""

import asyncio
import atexit
import json
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, TypeAlias, TypeVar

import httpx

from tests.prefork import COMMAND_LINE, ForkedProcess, Program, WarmInterpreter

PAPERTAPE = Path(sys.executable).with_name("papertape")
PATIENCE_SECONDS = 60
POLL_SECONDS = 0.02

_CONFIGURES_COVERAGE = frozenset({"COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"})

T = TypeVar("T")
Process: TypeAlias = "ForkedProcess | subprocess.Popen[bytes]"


@dataclass(frozen=True)
class Finished:
    """A command that has ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The last line on standard error."""
        return self.err.splitlines()[-1] if self.err else ""


def papertape(
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    stdin: IO[Any] | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Finished:
    """Run a command to its end."""
    with TemporaryFile() as out, TemporaryFile() as err:
        command, asked = [str(PAPERTAPE), *arguments], clean_environment(environment)
        process = _start(command, folder, asked, out, err, stdin=stdin)
        try:
            code = process.wait(patience)
        finally:
            process.kill()
        written = []
        for file in (out, err):
            file.seek(0)
            written.append(file.read().decode())
    return Finished(code, *written)


def _start(
    command: list[str],
    folder: Path,
    environment: Mapping[str, str],
    out: IO[bytes],
    err: IO[bytes],
    *,
    stdin: IO[Any] | None = None,
    program: Program = COMMAND_LINE,
) -> Process:
    """A process forked from a warm interpreter, or one of its own if the environment configures Python."""
    with open(os.devnull, "rb") as nothing:
        given = stdin or nothing
        if _configures_python(environment) or not _CONFIGURES_COVERAGE.isdisjoint(os.environ):
            return subprocess.Popen(command, cwd=folder, env=environment, stdin=given, stdout=out, stderr=err)
        interpreter = _warm_interpreter(resource.getrlimit(resource.RLIMIT_NOFILE), _network())
        streams = (given.fileno(), out.fileno(), err.fileno())
        return interpreter.start(program, command, folder, environment, streams)


def _configures_python(environment: Mapping[str, str]) -> bool:
    return any(name.startswith("PYTHON") and os.environ.get(name) != value for name, value in environment.items())


def _network() -> int:
    """The network namespace of this thread; 0 where there are none."""
    namespace = Path("/proc/thread-self/ns/net")
    return namespace.stat().st_ino if namespace.exists() else 0


@cache
def _warm_interpreter(descriptors: tuple[int, int], network: int) -> WarmInterpreter:
    """One for each limit of descriptors and each network, which its processes inherit from this thread."""
    interpreter = WarmInterpreter(clean_environment())
    atexit.register(interpreter.close)
    return interpreter


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without settings of Papertape's, and without colours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PAPERTAPE_")}
    return {**kept, "NO_COLOR": "1", "COLUMNS": "200", **(extra or {})}


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def wait_until(condition: Callable[[], T | None], failure: str, seconds: float = PATIENCE_SECONDS) -> T:
    """What `condition` returns once it is neither None nor False."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"{failure} within {seconds:g} s"
        time.sleep(POLL_SECONDS)
    return result


async def until(condition: Callable[[], bool], failure: str = "it did not hold") -> None:
    """Wait until a condition holds that has no event of its own, while this loop goes on."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{failure} within {PATIENCE_SECONDS} s"
        await asyncio.sleep(POLL_SECONDS / 4)


async def until_found(look: Callable[[], Awaitable[T | None]], failure: str) -> T:
    """What an awaited look returns once it is neither None nor False."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (result := await look()):
        assert time.monotonic() < deadline, f"{failure} within {PATIENCE_SECONDS} s"
        await asyncio.sleep(POLL_SECONDS)
    return result


class Server:
    """A running `papertape serve` or `papertape demo`."""

    def __init__(self, process: Process, out: Path, err: Path) -> None:
        self.process = process
        self._out = out
        self._err = err
        self.url = self._awaited(lambda: re.search(r"https?://\S+/graphql", self.out), "no URL was printed")[0]
        # To read certificates takes longer than most requests, and no server here has one.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.http = httpx.Client(base_url=self.url.removesuffix("/graphql"), timeout=30, verify=nobody)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.http.base_url.port or 0

    @property
    def out(self) -> str:
        """What it has written to standard output."""
        return self._out.read_text()

    @property
    def err(self) -> str:
        """What it has logged."""
        return self._err.read_text()

    def _awaited(self, condition: Callable[[], T | None], failure: str) -> T:
        def unless_ended() -> T | None:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.err}"
            return condition()

        return wait_until(unless_ended, failure)

    def await_ready(self) -> None:
        """Wait until /readyz answers 200."""
        self._awaited(self.is_ready, "the server was not ready")

    def is_ready(self) -> bool:
        """Whether /readyz answers 200."""
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def query(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data that a document answers with."""
        answer = self.http.post("/graphql", json={"query": document, "variables": variables}).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def until(self, condition: Callable[["Server"], T | None], failure: str) -> T:
        """What a condition on this server returns once it is neither None nor False; the server must go on."""
        return self._awaited(lambda: condition(self), failure)

    def logged(self) -> list[dict[str, Any]]:
        """The log's whole lines, of a server that logs in JSON."""
        return [json.loads(line) for line in self.err.splitlines(keepends=True) if line.endswith("\n")]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """End it with no warning."""
        self.stop(signal.SIGKILL)


@contextmanager
def serving(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None, command: str = "serve", port: int = 0
) -> Iterator[Server]:
    """A server on a free port of its own (or on `port`), ready; killed at the end, should it still run."""
    asked = {"PAPERTAPE_PORT": str(port), **(environment or {})}
    with running([str(PAPERTAPE), command, *arguments], folder=folder, environment=asked) as (process, out, err):
        server = Server(process, out, err)
        with server.http:
            server.await_ready()
            yield server


@contextmanager
def running(
    command: list[str],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    program: Program = COMMAND_LINE,
) -> Iterator[tuple[Process, Path, Path]]:
    """A command that runs, and the files into which it writes its output and errors; killed at the end."""
    number = len(list(folder.glob("*.out")))
    out, err = folder / f"{number}.out", folder / f"{number}.err"
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = _start(command, folder, clean_environment(environment), out_file, err_file, program=program)
    try:
        yield process, out, err
    finally:
        process.kill()
        process.wait()
