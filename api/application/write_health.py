"""Whether the desk can write: what became of the last attempt, and of probes while there is none."""

from time import monotonic

import structlog

from api.errors import Unavailable
from api.persistence.database import Database
from api.persistence.database_errors import DatabaseFailure
from api.persistence.stale_writers import end_frozen_writer
from api.persistence.write_probe import try_writing

_log = structlog.get_logger(__name__)

IDLE_SECONDS = 5.0
"""How long after the last attempt a server that serves tries whether it can write."""
_RETRY_SECONDS = 2.0
_LONGEST_PROBE_SECONDS = 3.0


class WriteHealth:
    """What a writer knows of its ability to write, and how it finds out."""

    def __init__(self, database: Database, *, idle_seconds: float | None = None) -> None:
        self._database = database
        self._idle_seconds = idle_seconds
        self._can_write: bool | None = None
        self._tried_at = monotonic()
        self._probing_since: float | None = None

    @property
    def is_good(self) -> bool:
        """Whether the last attempt succeeded, and no probe hangs."""
        is_hanging = self._probing_since is not None and monotonic() - self._probing_since > _LONGEST_PROBE_SECONDS
        return self._can_write is True and not is_hanging

    @property
    def seconds_until_probe(self) -> float | None:
        """When to probe, unless a command is tried before; None for never."""
        if self._idle_seconds is None:
            return None
        pause = self._idle_seconds if self._can_write else min(self._idle_seconds, _RETRY_SECONDS)
        return max(0, self._tried_at + pause - monotonic())

    def succeeded(self) -> None:
        """Something was written."""
        if self._can_write is False:
            _log.info("the desk can write again")
        self._can_write, self._tried_at = True, monotonic()

    def failed(self, problem: Unavailable | DatabaseFailure) -> None:
        """Something could not be written."""
        if self._can_write is not False:
            cause = problem.__cause__ or problem
            _log.error("the desk cannot write", reason=(str(cause) or type(cause).__name__).splitlines()[0])
        self._can_write, self._tried_at = False, monotonic()

    async def probe(self) -> bool:
        """Try to write, and wait no longer than a command does; whether that succeeded."""
        self._probing_since = monotonic()
        try:
            await self._database.write(try_writing)
        except (Unavailable, DatabaseFailure) as problem:
            self.failed(problem)
            if isinstance(problem, DatabaseFailure) and problem.is_lock_timeout:
                await self._database.run(end_frozen_writer)
        else:
            self.succeeded()
        finally:
            self._probing_since = None
        return self._can_write is True
