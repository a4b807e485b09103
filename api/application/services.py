"""What a running desk offers to those who use it, whichever way they come."""

from dataclasses import dataclass

from api.application.dispatcher import Dispatcher
from api.application.read_model import Reader, Snapshot
from api.clock import ClockKind, WallClock, times_of
from api.streams.service import Streams
from domain.engine.commands import Times


@dataclass(frozen=True, slots=True)
class Services:
    """Commands, reads, live events, and the time."""

    dispatcher: Dispatcher
    reader: Reader
    streams: Streams
    wall: WallClock
    clock: ClockKind

    async def times(self, snapshot: Snapshot) -> Times:
        """Now: by the wall, and by the desk's clock as it stood in a snapshot."""
        return times_of(await snapshot.latest_end(), self.wall(), self.clock)
