"""Several server processes on one machine, behind the same sockets."""

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from time import monotonic

import structlog

_log = structlog.get_logger(__name__)

_GRACE_SECONDS = 15.0
_PAUSE_SECONDS = 2.0

Began = Callable[[], None]
Work = Callable[[Sequence[socket.socket], Began], None]


class Workers:
    """Runs a function in a number of processes until a signal comes; a process that dies is replaced."""

    def __init__(self, count: int, work: Work, sockets: Sequence[socket.socket]) -> None:
        self._count = count
        self._work = work
        self._sockets = sockets
        self._context = multiprocessing.get_context("spawn")
        self._serving: Event = self._context.Event()
        self._asked, self._ask = os.pipe()

    def run(self) -> int:
        """Run until SIGINT or SIGTERM; 1 if a process failed before it could serve at all."""
        for number in (signal.SIGINT, signal.SIGTERM):
            # Nothing that locks: the handler runs amid whatever this thread is doing.
            signal.signal(number, lambda *_: os.write(self._ask, b"."))
        processes = [self._start() for _ in range(self._count)]
        failed = False
        while not failed and not self._is_asked_to_stop(beside=processes):
            for place, process in enumerate(processes):
                if process.is_alive():
                    continue
                if failed := process.exitcode == 1 and not self._serving.is_set():
                    break
                _log.error("worker died", process=process.pid, exit_code=process.exitcode)
                if process.exitcode == 1 and self._is_asked_to_stop(within=_PAUSE_SECONDS):
                    break
                processes[place] = self._start()
        self._end(processes)
        return 1 if failed else 0

    def _is_asked_to_stop(self, *, beside: Sequence[BaseProcess] = (), within: float | None = None) -> bool:
        """Whether a signal has come, once one has, or a process has died, or a time is over."""
        return self._asked in wait([self._asked, *(process.sentinel for process in beside)], within)

    def _start(self) -> BaseProcess:
        process = self._context.Process(target=_work, args=(self._work, list(self._sockets), self._serving))
        process.start()
        return process

    def _end(self, processes: Sequence[BaseProcess]) -> None:
        for process in processes:
            process.terminate()
        until = monotonic() + _GRACE_SECONDS
        for process in processes:
            process.join(max(0.0, until - monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


def _work(work: Work, sockets: Sequence[socket.socket], serving: Event) -> None:
    """What a process does: its work, for as long as there is the one that began it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work(sockets, serving.set)


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
