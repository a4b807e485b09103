"""Whether the wall clock can be right: it is held to the database's, and to the record, which lies in the past."""

import asyncio
from datetime import datetime, timedelta

import structlog

from api.clock import WallClock
from api.errors import Unavailable
from api.persistence.database import Database
from api.persistence.database_clock import Clocks, read_clocks
from api.persistence.database_errors import DatabaseFailure

_log = structlog.get_logger(__name__)

_TOLERANCE = timedelta(seconds=5)
_LOOK_SECONDS = 30.0


class ClockWatch:
    """Looks now and then at how far the wall clock is from where it can be, and tells when that changes."""

    def __init__(self, database: Database, wall: WallClock) -> None:
        self._database = database
        self._wall = wall
        self._skew = timedelta(0)
        self._task: asyncio.Task[None] | None = None

    @property
    def is_right(self) -> bool:
        """Whether the clock was not found wrong when it was last looked at."""
        return abs(self._skew) <= _TOLERANCE

    @property
    def skew(self) -> timedelta:
        """How far it is ahead of the database's clock, or, negative, behind that or the newest record."""
        return self._skew

    async def start(self) -> None:
        """Look at it once, and then again and again."""
        await self.look()
        self._task = asyncio.create_task(self._watch(), name="clock watch")

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Compare the clocks; while the database is out of reach, what was found last stands."""
        try:
            async with self._database.snapshot() as snapshot:
                asked = self._wall()
                clocks = await snapshot.ask(read_clocks)
                answered = self._wall()
        except (Unavailable, DatabaseFailure):
            return
        self._judge(clocks, asked, answered)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self.look()

    def _judge(self, clocks: Clocks, asked: datetime, answered: datetime) -> None:
        was_right = self.is_right
        ahead = _ahead(clocks.database, asked, answered)
        behind = timedelta(0) if clocks.newest_record is None else min(timedelta(0), answered - clocks.newest_record)
        self._skew = max(ahead, behind, key=abs)
        if was_right and not self.is_right:
            _log.warning(
                "the wall clock is wrong",
                ahead_of_database=ahead.total_seconds(),
                behind_newest_record=-behind.total_seconds(),
            )
        elif self.is_right and not was_right:
            _log.info("the wall clock is right again")


def _ahead(database: datetime | None, asked: datetime, answered: datetime) -> timedelta:
    """How far the wall is ahead of the database for certain: an answer that took long tells less."""
    if database is None or asked <= database <= answered:
        return timedelta(0)
    return asked - database if database < asked else answered - database
