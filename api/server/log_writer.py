"""Writes the log in a thread of its own, so that nobody who logs waits for whoever reads it."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import sleep, time
from typing import TextIO

from structlog.types import EventDict

MOST_WAITING = 10_000
_TOGETHER_SECONDS = 0.05
_PATIENCE_SECONDS = 5.0


class LogWriter:
    """Renders records and writes them, many at once, a moment after they came.

    While nobody reads the log, so many wait; those that come then are left out, and counted in the log.
    """

    def __init__(self, render: Callable[[EventDict], str], file: TextIO) -> None:
        self._render = render
        self._file = file
        self._waiting: deque[EventDict] = deque()
        self._left_out = 0
        self._has_some = threading.Event()
        self._writing = threading.Lock()
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def put(self, record: EventDict) -> None:
        """Take a record to write."""
        if len(self._waiting) >= MOST_WAITING:
            self._left_out += 1
            return
        self._waiting.append(record)
        if not self._has_some.is_set():
            self._has_some.set()

    def flush(self) -> None:
        """Write what has come so far; give up where nobody reads it."""
        if self._writing.acquire(timeout=_PATIENCE_SECONDS):
            try:
                self._write()
            finally:
                self._writing.release()

    def _run(self) -> None:
        while True:
            self._has_some.wait()
            sleep(_TOGETHER_SECONDS)
            self._has_some.clear()
            with self._writing:
                self._write()

    def _write(self) -> None:
        records = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if self._left_out:
            records.append(
                {"event": "records left out", "number": self._left_out, "level": "error", "timestamp": time()}
            )
            self._left_out = 0
        # Whoever closed the log wants to see no more of it.
        with suppress(OSError, ValueError):
            self._file.write("".join([f"{self._render(record)}\n" for record in records]))
            self._file.flush()
