"""What a running desk offers to those who use it, whichever way they come."""

from dataclasses import dataclass

from api.application.dispatcher import Dispatcher
from api.application.feed_states import FeedStates
from api.application.hooks import Hooks
from api.application.notifications.targets import Notifications
from api.application.read_model import Reader, Snapshot
from api.choices import ClockKind
from api.clock import WallClock, times_of
from api.streams.service import Streams
from domain.engine.commands import AmendPosition, AmendSignal, ExecuteSignal, Times
from domain.engine.decide.dispatch import preview, preview_amendment
from domain.refusals import Refusal
from domain.risk.limits import Assessment


@dataclass(frozen=True, slots=True)
class Services:
    """Commands, reads, live events, the time, how the feeds stand, hooks, and whom the desk tells what."""

    dispatcher: Dispatcher
    reader: Reader
    streams: Streams
    wall: WallClock
    clock: ClockKind
    feeds: FeedStates
    hooks: Hooks
    notifications: Notifications

    async def times(self, snapshot: Snapshot) -> Times:
        """Now: by the wall, and by the desk's clock as it stood in a snapshot."""
        return times_of(await snapshot.latest_end(), self.wall(), self.clock)

    async def preview(self, snapshot: Snapshot, command: ExecuteSignal) -> Assessment:
        """What would be decided about a signal, had it come now, by the desk of a snapshot (R20)."""
        desk = await snapshot.desk_for(command.account, command.request.symbol)
        return preview(desk, command, await self.times(snapshot))

    async def preview_amendment(self, snapshot: Snapshot, command: AmendSignal | AmendPosition) -> Assessment | Refusal:
        """What would be decided about an amendment, had it come now, by the desk of a snapshot (R41)."""
        key = command.id if isinstance(command, AmendSignal) else command.position_id
        return preview_amendment(await snapshot.desk_about(command.account, key), command, await self.times(snapshot))
