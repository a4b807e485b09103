"""What one subscriber sees: the events of an account's stream after a cursor, without a gap, until it closes."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Self

from api.codec.cursors import event_cursor
from api.streams.events import StreamEvent, stream_event
from api.streams.hub import Hub, Receive, Subscriber
from api.streams.tail import Tail
from domain.engine.events import JournalRecord

ReadPage = Callable[[int, int], Awaitable[tuple[list[JournalRecord], int]]]
"""The next records of a stream after a seq of the journal up to another, and the seq up to which these are all."""


class Following:
    """What the journal holds after a cursor first, then what comes, and marks.

    Events are awaited one after another. Or those at hand are taken, and `ready` is awaited when there are none; once
    it `is_live`, they can be received as they come instead.
    """

    __slots__ = ("_after", "_all", "_hub", "_known", "_page", "_reached", "_read", "_subscriber", "_tail", "is_live")

    def __init__(
        self, everybody: set["Following"], hub: Hub, tail: Tail, read: ReadPage, subscriber: Subscriber, after: int
    ) -> None:
        self._all = everybody
        self._hub = hub
        self._tail = tail
        self._read = read
        self._subscriber = subscriber
        self._after = self._reached = self._known = after
        self._page: deque[JournalRecord] | None = None
        self.is_live = False
        everybody.add(self)

    @property
    def cursor(self) -> str:
        """Where it begins."""
        return event_cursor(self._subscriber.account_id, self._after)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamEvent:
        while (event := self.take()) is None:
            await self.ready()
        return event

    def take(self) -> StreamEvent | None:
        """The next event that is at hand. Raises TooSlow."""
        while self._page:
            event = stream_event(self._page.popleft())
            if self._subscriber.wants(event.symbol):
                return event
        return self._new() if self.is_live else None

    def _new(self) -> StreamEvent | None:
        """The next that came, but for those that were known: the tail may lag behind what a client has read."""
        while (event := self._subscriber.take()) is not None:
            if self._is_new(event):
                return event
        return None

    def _is_new(self, event: StreamEvent) -> bool:
        return event.seq > self._known or (event.is_mark and event.seq == self._known)

    async def ready(self) -> None:
        """Return when there may be an event to take; where there is none to be read, that is when one comes."""
        if self.is_live:
            await self._subscriber.another()
            return
        newest = self._tail.seq(self._subscriber.account_id)
        if self._reached >= newest:
            self._join()
            return
        page, self._reached = await self._read(self._reached, newest)
        self._page = deque(page)

    def _join(self) -> None:
        self._page, self._known, self.is_live = None, self._reached, True
        self._hub.join(self._subscriber)
        for mark in self._tail.marks(self._subscriber):
            self._subscriber.offer(mark)

    def listen(self, receive: Receive | None) -> None:
        """Let events be received as they come to one that is live, or no more; what is not taken waits."""
        if receive is None:
            self._subscriber.receive = None
        else:
            self._subscriber.receive = lambda event: not self._is_new(event) or receive(event)

    async def aclose(self) -> None:
        """End it; that it ended before does not matter."""
        if self.is_live:
            self._hub.leave(self._subscriber)
            self.is_live = False
        self._all.discard(self)
