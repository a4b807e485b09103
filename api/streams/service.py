"""Where subscribers begin: at a cursor, or now."""

import asyncio
from functools import partial
from uuid import UUID

from api.authorization.principal import Principal, Scope
from api.codec.cursors import BadCursor, event_seq
from api.codec.events import Stream
from api.errors import PapertapeError, Unavailable
from api.persistence.database import Database
from api.persistence.event_log import account_journal
from api.persistence.live_state import LiveState
from api.persistence.queries import account_head
from api.streams.following import Following
from api.streams.hub import Hub, Subscriber
from api.streams.quotes import QuoteFollowing
from api.streams.tail import Tail
from domain.engine.events import JournalRecord
from domain.refusals import no_account

_PAGE = 500
_PAUSE_SECONDS = 1.0


class UnknownAccount(PapertapeError):
    """There is no account of that name to follow."""


class Streams:
    """Follows accounts, for subscribers."""

    def __init__(self, database: Database, live: LiveState, hub: Hub, tail: Tail) -> None:
        self._database = database
        self._live = live
        self._hub = hub
        self._tail = tail
        self._open: set[Following] = set()

    def __len__(self) -> int:
        """How many subscriptions are open, those that still read the journal included."""
        return len(self._open) + len(self._hub.quotes)

    def quotes(self, principal: Principal, symbols: frozenset[str] | None) -> QuoteFollowing:
        """The last prices of symbols, or of all, and each that comes, until it is closed. Raises Forbidden."""
        principal.require(Scope.READ)
        return QuoteFollowing(self._hub.quotes, symbols)

    async def begin(self, principal: Principal, account: str, after: str | None) -> tuple[UUID, int]:
        """An account's id, and the seq to follow it from. Raises Forbidden, UnknownAccount, BadCursor, Unavailable."""
        principal.require(Scope.READ)
        head = await self._head(account)
        if head is None:
            raise UnknownAccount(no_account(account))
        account_id, newest = head
        if after is None:
            return account_id, newest
        seq = event_seq(account_id, after)
        if seq > newest:
            raise BadCursor("`after` lies ahead of the journal: it is not a cursor of this desk")
        return account_id, seq

    async def _head(self, account: str) -> tuple[UUID, int] | None:
        """An account's id, and the newest seq of its journal."""
        if self._live.is_alone and self._live.newest is not None:
            known = self._live.newest.desk.accounts.get(account)
            return None if known is None else (known.id, known.seq)
        async with self._database.snapshot() as snapshot:
            head = await snapshot.ask(account_head, account)
        return None if head is None else (head[0], head[2])

    def follow(self, account_id: UUID, after: int, stream: Stream, symbols: frozenset[str] | None = None) -> Following:
        """All events after `after`, until it is closed."""
        read = partial(self._page, account_id, stream)
        return Following(self._open, self._hub, self._tail, read, Subscriber(account_id, stream, symbols), after)

    async def _page(self, account_id: UUID, stream: Stream, after: int, until: int) -> tuple[list[JournalRecord], int]:
        """One page, as soon as it can be read: a stream that has begun outlasts the database's absence."""
        while True:
            try:
                async with self._database.snapshot() as snapshot:
                    page = await snapshot.ask(account_journal, account_id, [stream], after, until, _PAGE)
            except Unavailable:
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return page, page[-1].entry.seq if len(page) == _PAGE else until
