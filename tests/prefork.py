"""Commands in processes forked from an interpreter that has imported `papertape` already.

Importing is most of what a short command, or the start of a server, costs. A forked process is one of its own all the
same: with its own folder, environment, standard streams, signals and end.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NoReturn

POLL_SECONDS = 0.01
_ROOT = Path(__file__).parents[1]
_STANDARD_STREAMS = 3
_LARGEST_REQUEST = 1 << 20
# Modules that libraries import by name, once they know what is asked of them.
_IMPORTED_LATER = (
    "aiosqlite",
    "alembic.ddl.sqlite",
    "asyncpg",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.lifespan.off",
    "uvicorn.loops.asyncio",
)


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
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], out: int, err: int
    ) -> ForkedProcess:
        """Run a `papertape` command; `out` and `err` are file descriptors."""
        request = json.dumps([[str(part) for part in command], str(folder), dict(environment)]).encode()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, open(os.devnull, "rb") as nothing:
            socket.send_fds(self._requests, [request], [nothing.fileno(), out, err, theirs.fileno()])
        return ForkedProcess(int(ours.recv(64)), ours)

    def close(self) -> None:
        """End the interpreter; the processes that it forked go on."""
        self._requests.close()
        self._process.wait()


def serve_forks(requests: socket.socket) -> list[str] | None:
    """Fork for each request, and tell how each process ended; in a forked process its command, at the end None."""
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
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for other in (requests, wakeup, woken, *exits.values()):
                    other.close()
                return _become(request, fds)
            exits[pid] = socket.socket(fileno=fds[_STANDARD_STREAMS])
            exits[pid].send(str(pid).encode())
            for fd in fds[:_STANDARD_STREAMS]:
                os.close(fd)


def _reap(exits: dict[int, socket.socket]) -> None:
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            with exits.pop(ended[0]) as asker, suppress(OSError):
                asker.send(str(ended[1]).encode())


def _become(request: bytes, fds: Sequence[int]) -> list[str]:
    command, folder, environment = json.loads(request)
    for stream, fd in enumerate(fds[:_STANDARD_STREAMS]):
        os.dup2(fd, stream)
    for fd in fds:
        os.close(fd)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv, sys.orig_argv = command, [sys.executable, *command]
    sys.modules["__main__"].__package__ = None  # as of a script, by whose name Click knows the command line
    return list(command)


def _prepare() -> Callable[[], None]:
    """Import whatever a command may need; the command line's entry point."""
    for command in iter_modules(import_module("api.cli").__path__):
        import_module(f"api.cli.{command.name}")
    for module in _IMPORTED_LATER:
        import_module(module)
    from api.cli.main import main
    from api.graphql.schema import make_schema
    from api.web.assets import assets

    make_schema()
    assets()
    return main


def _run() -> NoReturn:
    main = _prepare()
    gc.collect()
    # What is frozen is not gone through by a collector again, in no process that is forked from here.
    gc.freeze()
    if serve_forks(socket.socket(fileno=int(sys.argv[1]))) is None:
        sys.exit()
    main()
    sys.exit()


if __name__ == "__main__":
    _run()
