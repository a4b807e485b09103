"""The tail: one reader per process follows the journal in the desk's order and hands on what is new."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from api.clock import WallClock
from api.codec.events import Stream
from api.persistence.chain import Head
from api.persistence.change_feed import Change, ChangeBatch, Priced, changes_after, initial_prices
from api.persistence.database import Database
from api.persistence.desk_row import head
from api.persistence.live_state import LiveState
from api.streams.events import StreamEvent, stream_event, updated
from api.streams.hub import Hub, Subscriber
from api.streams.wakeup import Wakeup
from domain.engine.events import PositionEvent
from domain.engine.state import Desk
from domain.market.state import Mark
from domain.portfolio.account import Account
from domain.portfolio.position import Position
from domain.portfolio.valuation import mark_of

_log = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0
_PATIENCE_SECONDS = 0.1
_ROWS = 1_000
_STALE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Reported:
    """The place of an open position's last event in the journal, and the mark that it carried, if it was followed."""

    ordinal: int
    mark: Mark | None = None


class Tail:
    """Follows the journal, keeps what is open, and feeds the hub: journal events, and prices after market data."""

    def __init__(self, database: Database, live: LiveState, hub: Hub, wakeup: Wakeup, wall: WallClock) -> None:
        self._database = database
        self._live = live
        self._hub = hub
        self._wakeup = wakeup
        self._wall = wall
        self._ordinal = 0
        self._head: Head | None = None
        self._markets_at = self._began_at = 0
        self._desk = Desk()
        self._names: dict[UUID, str] = {}
        self._seqs: dict[UUID, int] = {}
        self._reported: dict[UUID, _Reported] = {}
        self._priced: dict[str, Priced] = {}
        self._marks: dict[UUID, list[StreamEvent]] = {}
        self._read_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it has read the journal lately."""
        if self._task is None or self._task.done() or self._read_at is None:
            return False
        return self.age.total_seconds() < _STALE_SECONDS

    @property
    def ordinal(self) -> int:
        """The newest ordinal that it has read."""
        return self._ordinal

    @property
    def head(self) -> Head | None:
        """Where the record ended when it was last looked at."""
        return self._head

    @property
    def age(self) -> timedelta:
        """How long ago it last looked at the journal."""
        return timedelta(0) if self._read_at is None else self._wall() - self._read_at

    def seq(self, account_id: UUID) -> int:
        """The newest journal event of an account that has been handed on."""
        return self._seqs.get(account_id, 0)

    def marks(self, subscriber: Subscriber) -> list[StreamEvent]:
        """What a stream of positions begins with: the newest marks that a subscriber wants."""
        if subscriber.stream is not Stream.POSITION:
            return []
        return [mark for mark in self._marks_of(subscriber.account_id) if subscriber.wants(mark.symbol)]

    def _marks_of(self, account_id: UUID) -> list[StreamEvent]:
        """The newest mark of each open position of an account, unless its last event carried it.

        What was journaled after the newest prices that are known is left out: its mark comes with the prices. As long
        as nothing happens, all who begin get the same events.
        """
        if account_id in self._marks:
            return self._marks[account_id]
        events = self._marks[account_id] = []
        account = self._account(account_id)
        for position in account.positions.values() if account is not None else ():
            priced = self._priced.get(position.symbol)
            reported = self._reported.get(position.id, _Reported(self._began_at))
            if priced is None or reported.ordinal > self._markets_at:
                continue
            override = position.override_price
            told = reported.mark, None if override is None else override.mark
            if mark_of(position, {position.symbol: priced.market}) not in told:
                events.append(self._updated(position, priced))
        return events

    async def start(self) -> None:
        """Begin at the journal's end."""
        async with self._database.transaction() as transaction:
            end, prices = await transaction.ask(initial_prices)
            desk = await self._live.at(transaction.ask, end)
        assert desk is not None  # noqa: S101 - nothing newer was written yet
        self._head, self._desk = end, desk
        self._ordinal = self._markets_at = self._began_at = end.ordinal
        self._seqs = {account.id: account.seq for account in desk.accounts.values()}
        self._priced = {priced.market.symbol: priced for priced in prices}
        self._hub.quotes.offer(priced.market for priced in prices)
        self._read_at = self._wall()
        self._live.listen(self._feed)
        self._task = asyncio.create_task(self._follow(), name="tail")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            try:
                await self._read()
            except Exception as problem:  # noqa: BLE001 - the tail's edge: it goes on when the database is back
                _log.warning("journal tail could not read", reason=str(problem.__cause__ or problem))
            await self._moved()

    async def _moved(self) -> None:
        """Return when there may be something to read: others wrote, or nothing was read for a while."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _POLL_SECONDS
        while (left := until - loop.time()) > 0:
            reached = await self._wakeup.wait(left)
            if reached is not None and reached > self._ordinal:
                # A group that is being written reads what others wrote before it.
                await self._live.at_rest(_PATIENCE_SECONDS)
            if reached is None or reached > self._ordinal:
                return

    def _feed(self, batch: ChangeBatch, desk: Desk) -> None:
        """Hand on what this process wrote or has read anyway."""
        if batch.since == self._ordinal:
            self._advance(batch, desk)

    async def _read(self) -> None:
        """Let the desk in memory catch up, which feeds the tail; if that was too much at once, read it in parts."""
        is_behind = True
        while is_behind:
            async with self._database.transaction() as transaction:
                end = await transaction.ask(head)
                desk = await self._live.at(transaction.ask, end)
                is_behind = self._ordinal < end.ordinal
                if is_behind:
                    batch = await transaction.ask(changes_after, self._ordinal, self._markets_at, end, _ROWS)
            if not is_behind:
                self._read_at = self._wall()
            elif batch.ordinal > self._ordinal and desk is not None:
                self._advance(batch, self._desk if batch.is_part else desk)

    def _advance(self, batch: ChangeBatch, desk: Desk) -> None:
        """Hand on a batch, but for what was handed on while it was read."""
        new = [change for change in batch.changes if change.ordinal > self._ordinal]
        self._desk, self._ordinal, self._head, self._read_at = desk, batch.ordinal, batch.head, self._wall()
        self._wakeup.has_read(batch.ordinal)
        self._marks.clear()
        for change in new:
            self._take(change)
        followed = self._hub.accounts_followed(Stream.POSITION)
        for priced in batch.markets:
            self._mark(priced, followed)
        self._hub.quotes.offer(priced.market for priced in batch.markets)
        if not batch.is_part:
            self._markets_at = batch.ordinal

    def _take(self, change: Change) -> None:
        self._seqs[change.account_id] = change.seq
        is_followed = self._hub.listens(change.account_id)
        if change.is_of_position:
            event = change.read().entry.event
            assert isinstance(event, PositionEvent)  # noqa: S101 - for so it says
            if event.position.is_open:
                self._reported[event.position.id] = _Reported(change.ordinal, event.mark)
            else:
                self._reported.pop(event.position.id, None)
        if is_followed:
            self._hub.offer(stream_event(change.read()))

    def _mark(self, priced: Priced, followed: Sequence[UUID]) -> None:
        market = priced.market
        known = self._priced.get(market.symbol)
        if known is not None and known.market.updates == market.updates and known.market.last == market.last:
            return
        self._priced[market.symbol] = priced
        for account_id in followed:
            account = self._account(account_id)
            for position in account.positions.of_symbol(market.symbol).values() if account is not None else ():
                self._hub.offer(self._updated(position, priced))

    def _account(self, account_id: UUID) -> Account | None:
        if account_id not in self._names:
            self._names = {account.id: name for name, account in self._desk.accounts.items()}
        name = self._names.get(account_id)
        return None if name is None else self._desk.accounts.get(name)

    def _updated(self, position: Position, priced: Priced) -> StreamEvent:
        mark = mark_of(position, {position.symbol: priced.market})
        return updated(position, mark, self._seqs[position.account_id], priced.recorded_at)
