"""What the subscriptions of all subjects share: where their events come from, and where they begin."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import strawberry

from api.codec.cursors import BadCursor
from api.errors import Code
from api.graphql.errors import StreamClosed, coded
from api.graphql.execution.sources import LiveSource
from api.streams.events import StreamEvent
from api.streams.following import Following
from api.streams.hub import TooSlow
from api.streams.service import UnknownAccount

Shown = TypeVar("Shown")

EVENT_CURSOR = (
    "Resume after this event by passing it as after. Cursors of one account, of whichever stream, compared as text "
    "stand in the order of its journal."
)

After = Annotated[
    str | None,
    strawberry.argument(
        description="Begin after this cursor, of an event or of account.cursor, and miss nothing; default: now."
    ),
]


class LiveEvents(LiveSource[Shown]):
    """The events of a subscription as subscribers see them: each is one object for all, so that it is rendered once.

    What goes wrong ends it with a code; beginning raises Forbidden too.
    """

    __slots__ = ("_begin", "_following", "_show")

    def __init__(self, begin: Callable[[], Awaitable[Following]], show: Callable[[StreamEvent, Any], Shown]) -> None:
        self._begin = begin
        self._show = show
        self._following: Following | None = None

    async def begin(self) -> str:
        """Begin, and tell the cursor after which."""
        return (await self._begun()).cursor

    async def _begun(self) -> Following:
        if self._following is None:
            with _failures_coded():
                self._following = await self._begin()
        return self._following

    def take(self) -> Shown | None:
        """The next event that is at hand, of a stream that has begun."""
        following = self._following
        if following is None:
            return None
        try:
            event = following.take()
        except TooSlow as problem:
            raise StreamClosed(Code.SLOW_CONSUMER, str(problem)) from problem
        return None if event is None else self._shown(event)

    def _shown(self, event: StreamEvent) -> Shown:
        shown: Shown | None = event.memo.get(self._show)  # type: ignore[assignment]
        if shown is None:
            shown = event.memo[self._show] = self._show(event, event.event)
        return shown

    async def ready(self) -> None:
        """Return when there may be an event to take."""
        await (await self._begun()).ready()

    def listen(self, receive: Callable[[Shown], bool]) -> bool:
        """Let events be received as they come, if all that came before were taken; whether that is so."""
        if self._following is None or not self._following.is_live:
            return False
        self._following.listen(lambda event: receive(self._shown(event)))
        return True

    async def aclose(self) -> None:
        """End it."""
        if self._following is not None:
            await self._following.aclose()


@contextmanager
def _failures_coded() -> Iterator[None]:
    try:
        yield
    except UnknownAccount as problem:
        raise coded(Code.ACCOUNT_NOT_FOUND, str(problem)) from problem
    except BadCursor as problem:
        raise coded(Code.BAD_USER_INPUT, str(problem)) from problem
