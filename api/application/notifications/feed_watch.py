"""Feeds of this process that are lost, and that are back: noted once each time.

A feed is lost when it has neither been live nor caught up for a while; what passes sooner is nobody's concern.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.application.feed_states import FeedState, FeedStates, FeedStatus
from api.application.notifications.delivery import DeliveryContext
from api.application.notifications.templates import Told
from api.choices import NotificationEvent
from api.persistence.beside_record import write_beside
from api.persistence.notices import NewNotice, add_notice, last_notice
from api.persistence.notification_targets import Target

_LOST = frozenset({FeedStatus.CONNECTING, FeedStatus.WAITING, FeedStatus.FAILED})


@dataclass(slots=True)
class _Seen:
    """Since when a feed is not well, and whether that was noted."""

    unwell_since: datetime | None
    is_noted: bool


class FeedWatch:
    """Looks at the feeds of this process. What was noted before it began is told on."""

    def __init__(self, context: DeliveryContext, feeds: FeedStates) -> None:
        self._context = context
        self._feeds = feeds
        self._seen: dict[str, _Seen] = {}

    async def look(self, _: Sequence[Target]) -> None:
        """Note what feeds are lost, or back. Raises what the database raises."""
        for number, state in enumerate(self._feeds.all, start=1):
            await self._look_at(f"{state.name}-{number}", state)

    async def _look_at(self, name: str, state: FeedState) -> None:
        now = self._context.wall()
        seen = self._seen.get(name)
        if seen is None:
            seen = self._seen[name] = _Seen(None, await self._was_lost(name))
        if state.status not in _LOST:
            seen.unwell_since = None
            if seen.is_noted:
                await self._note(name, now, Told("feed.recovered", f"Feed {name} is back", "It brings bars again.", {}))
                seen.is_noted = False
            return
        seen.unwell_since = seen.unwell_since or now
        if not seen.is_noted and now - seen.unwell_since >= timedelta(seconds=self._context.patience.feed_lost):
            reason = state.problem or "it does not connect"
            since = seen.unwell_since
            figures = {"since": since, "problem": reason}
            await self._note(name, now, Told("feed.lost", f"Feed {name} is lost", f"No bars come: {reason}.", figures))
            seen.is_noted = True

    async def _was_lost(self, name: str) -> bool:
        async with self._context.reading.transaction() as transaction:
            last = await transaction.ask(last_notice, _key(name))
        return last is not None and last.content["type"] == "feed.lost"

    async def _note(self, name: str, now: datetime, told: Told) -> None:
        content = Told(told.type, told.title, told.text, {"feed": name, **told.data}).as_content()
        notice = NewNotice(f"{_key(name)}{now.isoformat()}", NotificationEvent.FEED_LOST, content)
        await self._context.writing.write(write_beside, add_notice, notice)


def _key(name: str) -> str:
    return f"feed {name} "
