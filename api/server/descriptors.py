"""Says when the process may open no more files or connections: uvloop then closes new connections without a word."""

import errno
import os
from collections.abc import Callable
from time import monotonic

import structlog

_log = structlog.get_logger(__name__)

_SECONDS_BETWEEN_LOG_LINES = 10


class DescriptorWatch:
    """Looks whether a descriptor is left."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._logged_at = float("-inf")

    def look(self) -> None:
        """Log that there is none, once in a while; to be called every second or so."""
        try:
            os.close(os.open(os.devnull, os.O_RDONLY))
        except OSError as problem:
            if problem.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
            if self._clock() - self._logged_at >= _SECONDS_BETWEEN_LOG_LINES:
                _log.error("no descriptor is left for another connection")
                self._logged_at = self._clock()
