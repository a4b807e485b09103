"""What a running desk offers to those who use it, whichever way they come."""

from dataclasses import dataclass

from api.application.dispatcher import Dispatcher
from api.application.read_model import Reader, Snapshot
from api.choices import ClockKind
from api.clock import WallClock, times_of
from api.streams.service import Streams
from domain.engine.commands import ExecuteSignal, Times
from domain.engine.decide.dispatch import preview
from domain.risk.limits import Assessment


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

    async def preview(self, snapshot: Snapshot, command: ExecuteSignal) -> Assessment:
        """What would be decided about a signal, had it come now, by the desk of a snapshot (R20)."""
        desk = await snapshot.desk_for(command.account, command.request.symbol)
        return preview(desk, command, await self.times(snapshot))
