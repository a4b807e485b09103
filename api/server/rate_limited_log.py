"""Log lines that clients can cause by the thousand."""

import logging
from collections.abc import Callable
from time import monotonic

SECONDS = 10.0
_CAUSED_BY_CLIENTS = {
    "asyncio": ("socket.accept() out of system resource",),
    "uvicorn.error": (
        "Invalid HTTP request received.",
        "Invalid UTF-8 sequence received from client.",
        "Unsupported upgrade request.",
    ),
}


class RateLimitedLines(logging.Filter):
    """Lets lines that begin alike through once in a while, the next one with the number of those left out."""

    def __init__(self, beginning: str, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._beginning = beginning
        self._clock = clock
        self._begun = float("-inf")
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it."""
        if not str(record.msg).startswith(self._beginning):
            return True
        if self._clock() - self._begun < SECONDS:
            self._left_out += 1
            return False
        if self._left_out:
            record.msg = f"{record.msg} ({self._left_out} more since the last such line)"
        self._begun, self._left_out = self._clock(), 0
        return True


def limit_log_rate() -> None:
    """Keep clients from filling the log."""
    for name, beginnings in _CAUSED_BY_CLIENTS.items():
        for beginning in beginnings:
            logging.getLogger(name).addFilter(RateLimitedLines(beginning))
