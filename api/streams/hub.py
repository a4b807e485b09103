"""Fan-out: which subscriber gets what. Journal events queue; marks are conflated, the latest wins."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from uuid import UUID

from api.codec.events import Stream
from api.errors import PapertapeError
from api.streams.events import StreamEvent
from api.streams.quotes import QuoteHub

_LONGEST_QUEUE = 10_000
_AT_ONCE = 250


class TooSlow(PapertapeError):
    """A subscriber fell so far behind that it must resume from its cursor."""


Receive = Callable[[StreamEvent], bool]
"""Takes an event as it comes, or leaves it to wait; whether it was taken."""


class Subscriber:
    """One subscriber's events that it has not taken yet. While none waits, `receive` is offered each that comes."""

    __slots__ = ("_journal", "_marks", "_too_slow", "account_id", "receive", "stream", "symbols")

    def __init__(self, account_id: UUID, stream: Stream, symbols: frozenset[str] | None) -> None:
        self.account_id = account_id
        self.stream = stream
        self.symbols = symbols
        self.receive: Receive | None = None
        self._journal: deque[StreamEvent] | None = None
        self._marks: dict[UUID, StreamEvent] = {}
        self._too_slow = False

    def wants(self, symbol: str | None) -> bool:
        """Whether events of a symbol are for this subscriber."""
        return self.symbols is None or symbol in self.symbols

    def offer(self, event: StreamEvent) -> None:
        """Hand on an event; or queue one of the journal, or replace a mark that has not been taken.

        A mark takes the place of the one it replaces, so that a slow reader comes round to every position.
        """
        if self.receive is not None and not self._journal and not self._marks and self.receive(event):
            return
        if event.is_mark:
            self._marks[event.subject] = event
        else:
            if self._marks:
                self._marks.pop(event.subject, None)
            self._queue(event)

    def _queue(self, event: StreamEvent) -> None:
        if self._journal is None:
            self._journal = deque()
        if len(self._journal) >= _LONGEST_QUEUE:
            self._too_slow = True
            self._journal.clear()
        elif not self._too_slow:
            self._journal.append(event)

    @property
    def waiting(self) -> int:
        """How many journal events have not been taken."""
        return len(self._journal or ())

    def take(self) -> StreamEvent | None:
        """The next event, if one waits: what was journaled first, then marks. Raises TooSlow."""
        if self._too_slow:
            raise TooSlow(f"more than {_LONGEST_QUEUE} events were waiting: resume from your last cursor")
        if self._journal:
            return self._journal.popleft()
        if self._marks:
            return self._marks.pop(next(iter(self._marks)))
        return None

    async def another(self) -> None:
        """Return when an event waits, though none does yet."""
        waits: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def receive(_: StreamEvent) -> bool:
            if not waits.done():
                waits.set_result(None)
            return False

        self.receive = receive
        try:
            await waits
        finally:
            self.receive = None


class Hub:
    """The subscribers of this process, by account and stream, and those of last prices."""

    def __init__(self) -> None:
        self.quotes = QuoteHub()
        self._subscribers: dict[UUID, dict[Stream, dict[Subscriber, None]]] = {}
        self._offered: deque[tuple[StreamEvent, Iterator[Subscriber]]] = deque()

    def join(self, subscriber: Subscriber) -> None:
        """Receive events from here on."""
        streams = self._subscribers.setdefault(subscriber.account_id, {})
        streams.setdefault(subscriber.stream, {})[subscriber] = None

    def leave(self, subscriber: Subscriber) -> None:
        """Receive none any more."""
        streams = self._subscribers[subscriber.account_id]
        del streams[subscriber.stream][subscriber]
        if not streams[subscriber.stream]:
            del streams[subscriber.stream]
        if not streams:
            del self._subscribers[subscriber.account_id]

    def _all(self) -> Iterator[Subscriber]:
        for streams in self._subscribers.values():
            for group in streams.values():
                yield from group

    def __len__(self) -> int:
        return sum(1 for _ in self._all())

    @property
    def most_waiting(self) -> int:
        """How many events the slowest subscriber has not taken."""
        return max((subscriber.waiting for subscriber in self._all()), default=0)

    def accounts_followed(self, stream: Stream) -> list[UUID]:
        """The accounts of which anyone follows a stream."""
        return [account_id for account_id, streams in self._subscribers.items() if stream in streams]

    def listens(self, account_id: UUID) -> bool:
        """Whether anyone follows an account."""
        return account_id in self._subscribers

    def offer(self, event: StreamEvent) -> None:
        """Hand an event to all who now follow its account and stream, each event after those before it.

        To as many as `_AT_ONCE` that is done before this returns, and to others in the next turns of the event loop: a
        group of commands has many events, and a thousand may follow an account.
        """
        if subscribers := self._subscribers.get(event.account_id, {}).get(event.stream):
            self._offered.append((event, iter(tuple(subscribers))))
            if len(self._offered) == 1:
                self._hand_on()

    def _hand_on(self) -> None:
        left = _AT_ONCE
        while left and self._offered:
            event, others = self._offered[0]
            subscribers, symbol = tuple(islice(others, left)), event.symbol
            for subscriber in subscribers:
                if subscriber.wants(symbol):
                    subscriber.offer(event)
            if len(subscribers) < left:
                self._offered.popleft()
            left -= len(subscribers)
        if self._offered:
            asyncio.get_running_loop().call_soon(self._hand_on)
