"""Fan-out: which subscriber gets what. Journal events queue; marks are conflated, the latest wins."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from api.codec.events import Stream
from api.errors import PapertapeError
from api.streams.events import StreamEvent

_LONGEST_QUEUE = 10_000


class TooSlow(PapertapeError):
    """A subscriber fell so far behind that it must resume from its cursor."""


class Subscriber:
    """One subscriber's events that it has not taken yet."""

    def __init__(self, account_id: UUID, stream: Stream, symbols: frozenset[str] | None, joined_at: int) -> None:
        self.account_id = account_id
        self.stream = stream
        self.symbols = symbols
        self.joined_at = joined_at
        self._journal: deque[StreamEvent] = deque()
        self._marks: dict[UUID, StreamEvent] = {}
        self._something = asyncio.Event()
        self._too_slow = False

    def wants(self, event: StreamEvent) -> bool:
        """Whether the event is for this subscriber."""
        return event.stream is self.stream and (self.symbols is None or event.symbol in self.symbols)

    def offer(self, event: StreamEvent) -> None:
        """Queue a journal event, or replace a mark that has not been taken.

        A mark takes the place of the one it replaces, so that a slow reader comes round to every position.
        """
        if event.is_mark:
            self._marks[event.subject] = event
        else:
            self._marks.pop(event.subject, None)
            self._queue(event)
        self._something.set()

    def _queue(self, event: StreamEvent) -> None:
        if len(self._journal) >= _LONGEST_QUEUE:
            self._too_slow = True
            self._journal.clear()
        elif not self._too_slow:
            self._journal.append(event)

    @property
    def waiting(self) -> int:
        """How many journal events have not been taken."""
        return len(self._journal)

    async def next(self) -> StreamEvent:
        """The next event: what was journaled first, then marks. Raises TooSlow."""
        while True:
            if self._too_slow:
                raise TooSlow(f"more than {_LONGEST_QUEUE} events were waiting: resume from your last cursor")
            if self._journal:
                return self._journal.popleft()
            if self._marks:
                return self._marks.pop(next(iter(self._marks)))
            self._something.clear()
            await self._something.wait()


class Hub:
    """The subscribers of this process, by account."""

    def __init__(self) -> None:
        self._subscribers: dict[UUID, set[Subscriber]] = {}

    @contextmanager
    def joined(self, subscriber: Subscriber) -> Iterator[Subscriber]:
        """Receive events for as long as the context lasts."""
        group = self._subscribers.setdefault(subscriber.account_id, set())
        group.add(subscriber)
        try:
            yield subscriber
        finally:
            group.discard(subscriber)
            if not group:
                self._subscribers.pop(subscriber.account_id, None)

    def __len__(self) -> int:
        return sum(len(group) for group in self._subscribers.values())

    @property
    def most_waiting(self) -> int:
        """How many events the slowest subscriber has not taken."""
        return max((subscriber.waiting for group in self._subscribers.values() for subscriber in group), default=0)

    @property
    def followed(self) -> list[UUID]:
        """The accounts that anyone follows."""
        return list(self._subscribers)

    def listens(self, account_id: UUID) -> bool:
        """Whether anyone follows an account."""
        return account_id in self._subscribers

    def offer(self, event: StreamEvent) -> None:
        """Hand an event to the subscribers of its account."""
        for subscriber in self._subscribers.get(event.account_id, ()):
            if subscriber.wants(event):
                subscriber.offer(event)
