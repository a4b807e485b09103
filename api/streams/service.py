"""A subscriber's view of the streams: from a cursor, without a gap, until it ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from api.authorization.principal import Principal, Scope
from api.codec.cursors import BadCursor, event_seq
from api.codec.events import Stream
from api.errors import PapertapeError, Unavailable
from api.persistence.database import Database
from api.persistence.event_log import account_journal
from api.persistence.queries import account_head
from api.streams.events import StreamEvent, stream_event
from api.streams.hub import Hub, Subscriber
from api.streams.tail import Tail
from domain.engine.events import JournalRecord
from domain.refusals import no_account

_PAGE = 500
_NO_END = 2**62
_PAUSE_SECONDS = 1.0


class UnknownAccount(PapertapeError):
    """There is no account of that name to follow."""


class Streams:
    """Follows accounts, for subscribers."""

    def __init__(self, database: Database, hub: Hub, tail: Tail) -> None:
        self._database = database
        self._hub = hub
        self._tail = tail
        self._open = 0

    def __len__(self) -> int:
        """How many subscriptions are open, those that still read the journal included."""
        return self._open

    async def begin(self, principal: Principal, account: str, after: str | None) -> tuple[UUID, int]:
        """An account's id, and the seq to follow it from. Raises Forbidden, UnknownAccount, BadCursor, Unavailable."""
        principal.require(Scope.READ)
        async with self._database.snapshot() as snapshot:
            head = await snapshot.ask(account_head, account)
        if head is None:
            raise UnknownAccount(no_account(account))
        account_id, _, newest = head
        if after is None:
            return account_id, newest
        seq = event_seq(account_id, after)
        if seq > newest:
            raise BadCursor("`after` lies ahead of the journal: it is not a cursor of this desk")
        return account_id, seq

    async def follow(
        self, account_id: UUID, after: int, stream: Stream, symbols: frozenset[str] | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """All events after `after`: what the journal holds first, then what comes. Raises hub.TooSlow."""
        self._open += 1
        try:
            async with aclosing(self._events(account_id, after, stream, symbols)) as events:
                async for event in events:
                    yield event
        finally:
            self._open -= 1

    async def _events(
        self, account_id: UUID, after: int, stream: Stream, symbols: frozenset[str] | None
    ) -> AsyncGenerator[StreamEvent, None]:
        reached = after
        async with aclosing(self._replay(account_id, stream, reached, _NO_END)) as past:
            async for event in past:
                reached = event.seq
                if _is_wanted(event, symbols):
                    yield event
        joining = Subscriber(account_id, stream, symbols, self._tail.seq(account_id))
        with self._hub.joined(joining) as subscriber:
            for mark in self._tail.marks(account_id) if stream is Stream.POSITION else ():
                if subscriber.wants(mark):
                    subscriber.offer(mark)
            async with aclosing(self._replay(account_id, stream, reached, subscriber.joined_at)) as missed:
                async for event in missed:
                    reached = event.seq
                    if _is_wanted(event, symbols):
                        yield event
            async with aclosing(_live(subscriber, reached)) as live:
                async for event in live:
                    yield event

    async def _replay(
        self, account_id: UUID, stream: Stream, after: int, until: int
    ) -> AsyncGenerator[StreamEvent, None]:
        """The journal's events after `after`, page by page; no transaction is open while one is handed on."""
        count = _PAGE
        while count == _PAGE and after < until:
            records = await self._page(account_id, stream, after, until)
            count = len(records)
            for record in records:
                after = record.entry.seq
                yield stream_event(record)

    async def _page(self, account_id: UUID, stream: Stream, after: int, until: int) -> list[JournalRecord]:
        """One page, as soon as it can be read: a stream that has begun outlasts the database's absence."""
        while True:
            try:
                async with self._database.snapshot() as snapshot:
                    return await snapshot.ask(account_journal, account_id, [stream], after, until, _PAGE)
            except Unavailable:
                await asyncio.sleep(_PAUSE_SECONDS)


async def _live(subscriber: Subscriber, known: int) -> AsyncGenerator[StreamEvent, None]:
    """What comes in from here on. The tail may lag behind what a client has read, and its marks with it."""
    reached = known
    while True:
        event = await subscriber.next()
        if event.is_mark and event.seq >= known:
            yield event
        elif not event.is_mark and event.seq > reached:
            reached = event.seq
            yield event


def _is_wanted(event: StreamEvent, symbols: frozenset[str] | None) -> bool:
    return symbols is None or event.symbol in symbols
