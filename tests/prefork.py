"""Commands in processes forked from an interpreter that has imported `papertape` already.

Importing is most of what a short command, or the start of a server, costs. A forked process is one of its own all the
same: with its own folder, environment, standard streams, signals and end.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import NoReturn

POLL_SECONDS = 0.01
_ROOT = Path(__file__).parents[1]
_STANDARD_STREAMS = 3
_LARGEST_REQUEST = 1 << 20
# Modules that libraries import by name, once they know what is asked of them.
_IMPORTED_LATER = (
    "aiosqlite",
    "alembic.ddl.sqlite",
    "api.server.agent_server",
    "asyncpg",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.lifespan.off",
    "uvicorn.loops.asyncio",
)


@dataclass(frozen=True)
class Program:
    """A function that is a program's beginning; its module is imported before it is forked."""

    module: str
    function: str = "main"


COMMAND_LINE = Program("api.cli.main")


class ForkedProcess:
    """A process as `subprocess.Popen` shows one, whose parent is the interpreter that forked it."""

    def __init__(self, pid: int, exits: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._exits = exits

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._received(socket.MSG_DONTWAIT)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once there is one. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it with no warning."""
        self.send_signal(signal.SIGKILL)

    def _received(self, flags: int) -> int | None:
        if self.returncode is None:
            with suppress(BlockingIOError):
                self.returncode = os.waitstatus_to_exitcode(int(self._exits.recv(64, flags)))
                self._exits.close()
        return self.returncode


class WarmInterpreter:
    """An interpreter that has imported all that the command line needs, and forks a process for each command."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.prefork", str(theirs.fileno())],
                cwd=_ROOT,
                env=dict(environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def start(
        self,
        program: Program,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: tuple[int, int, int],
    ) -> ForkedProcess:
        """Run a program by a command; `streams` are the file descriptors of its input, output and errors."""
        command = [str(part) for part in command]
        request = json.dumps([asdict(program), command, str(folder), dict(environment)]).encode()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._requests, [request], [*streams, theirs.fileno()])
        return ForkedProcess(int(ours.recv(64)), ours)

    def close(self) -> None:
        """End the interpreter; the processes that it forked go on."""
        self._requests.close()
        self._process.wait()


def serve_forks(requests: socket.socket) -> Callable[[], None] | None:
    """Fork for each request, and tell how each process ended; in a forked process its program, at the end None."""
    exits: dict[int, socket.socket] = {}
    wakeup, woken = socket.socketpair()
    wakeup.setblocking(False)
    signal.set_wakeup_fd(wakeup.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([requests, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            _reap(exits)
        if requests in ready:
            request, fds, _, _ = socket.recv_fds(requests, _LARGEST_REQUEST, _STANDARD_STREAMS + 1)
            if not request:
                return None
            asked, command, folder, environment = json.loads(request)
            program = _imported(Program(**asked))
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for other in (requests, wakeup, woken, *exits.values()):
                    other.close()
                _become(command, folder, environment, fds)
                return program
            exits[pid] = socket.socket(fileno=fds[_STANDARD_STREAMS])
            exits[pid].send(str(pid).encode())
            for fd in fds[:_STANDARD_STREAMS]:
                os.close(fd)


def _reap(exits: dict[int, socket.socket]) -> None:
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            with exits.pop(ended[0]) as asker, suppress(OSError):
                asker.send(str(ended[1]).encode())


@cache
def _load(module: str) -> ModuleType:
    loaded = import_module(module)
    gc.collect()
    # What is frozen is not gone through by a collector again, in no process that is forked from here.
    gc.freeze()
    return loaded


def _imported(program: Program) -> Callable[[], None]:
    begin: Callable[[], None] = getattr(_load(program.module), program.function)
    return begin


def _become(command: list[str], folder: str, environment: Mapping[str, str], fds: Sequence[int]) -> None:
    for stream, fd in enumerate(fds[:_STANDARD_STREAMS]):
        os.dup2(fd, stream)
    for fd in fds:
        os.close(fd)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv, sys.orig_argv = command, [sys.executable, *command]
    sys.modules["__main__"].__package__ = None  # as of a script, by whose name Click knows the command line


def _prepare() -> None:
    """Import whatever a command of the command line may need."""
    for command in iter_modules(import_module("api.cli").__path__):
        import_module(f"api.cli.{command.name}")
    for module in _IMPORTED_LATER:
        import_module(module)
    from api.graphql.schema import make_schema
    from api.web.assets import assets

    make_schema()
    assets()
    _load(COMMAND_LINE.module)


def _run() -> NoReturn:
    _prepare()
    program = serve_forks(socket.socket(fileno=int(sys.argv[1])))
    if program is None:
        sys.exit()
    try:
        program()
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        _exit(ended.code or 0)
    _exit(0)


def _exit(code: int) -> NoReturn:
    """End as a program does, but leave its memory to the system.

    To take apart the modules that were imported before it was forked costs as much again as a short command.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _run()
