"""The tail: one reader per process follows the journal in the desk's order and hands on what is new."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from api.clock import WallClock
from api.persistence.chain import Head
from api.persistence.change_feed import ChangeBatch, JournalRow, Priced, changes_after, initial_state
from api.persistence.database import Database
from api.streams.events import StreamEvent, stream_event, updated
from api.streams.hub import Hub
from api.streams.wakeup import Wakeup
from domain.engine.events import PositionEvent
from domain.market.state import Mark
from domain.portfolio.position import Position
from domain.portfolio.valuation import mark_of

_log = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0
_ROWS = 1_000
_STALE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Held:
    """An open position, and the place of its last event in the journal, and the marks which that carried."""

    position: Position
    ordinal: int
    mark: Mark | None = None

    @property
    def reported(self) -> tuple[Mark | None, ...]:
        """The marks that the journal holds: its last event's, and its signal's own."""
        own = self.position.override_price
        return self.mark, None if own is None else own.mark


class Tail:
    """Follows the journal, keeps what is open, and feeds the hub: journal events, and marks after market data."""

    def __init__(self, database: Database, hub: Hub, wakeup: Wakeup, wall: WallClock) -> None:
        self._database = database
        self._hub = hub
        self._wakeup = wakeup
        self._wall = wall
        self._ordinal = 0
        self._head: Head | None = None
        self._markets_at = 0
        self._seqs: dict[UUID, int] = {}
        self._open: dict[str, dict[UUID, Position]] = defaultdict(dict)
        self._held: dict[UUID, dict[UUID, _Held]] = defaultdict(dict)
        self._priced: dict[str, Priced] = {}
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

    def marks(self, account_id: UUID) -> list[StreamEvent]:
        """The newest mark of each open position of an account, unless its last event carried it.

        What was journaled after the newest prices that are known is left out: its mark comes with the prices.
        """
        events = []
        for held in self._held.get(account_id, {}).values():
            priced = self._priced.get(held.position.symbol)
            if priced is None or held.ordinal > self._markets_at:
                continue
            if mark_of(held.position, {held.position.symbol: priced.market}) not in held.reported:
                events.append(self._updated(held.position, priced))
        return events

    async def start(self) -> None:
        """Begin at the journal's end."""
        async with self._database.transaction() as transaction:
            state = await transaction.ask(initial_state)
        self._head = state.head
        self._ordinal = self._markets_at = state.head.ordinal
        self._seqs = dict(state.seqs)
        for position in state.positions:
            self._keep(_Held(position, state.head.ordinal))
        self._priced = {priced.market.symbol: priced for priced in state.markets}
        self._read_at = self._wall()
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
            await self._wakeup.wait(_POLL_SECONDS)

    async def _read(self) -> None:
        more = True
        while more:
            async with self._database.transaction() as transaction:
                batch = await transaction.ask(changes_after, self._ordinal, self._markets_at, _ROWS)
            self._hand_on(batch)
            more = len(batch.rows) == _ROWS
            if not more:
                self._markets_at = batch.ordinal
            self._ordinal, self._head = batch.ordinal, batch.head
            self._read_at = self._wall()

    def _hand_on(self, batch: ChangeBatch) -> None:
        for row in batch.rows:
            self._take(row)
        for priced in batch.markets:
            self._mark(priced)

    def _take(self, row: JournalRow) -> None:
        self._seqs[row.account_id] = row.seq
        followed = self._hub.listens(row.account_id)
        if not row.is_of_position and not followed:
            return
        record = row.read()
        if isinstance(record.entry.event, PositionEvent):
            self._keep(_Held(record.entry.event.position, row.ordinal, record.entry.event.mark))
        if followed:
            self._hub.offer(stream_event(record))

    def _keep(self, held: "_Held") -> None:
        position = held.position
        if position.is_open:
            self._open[position.symbol][position.id] = position
            self._held[position.account_id][position.id] = held
        else:
            self._open[position.symbol].pop(position.id, None)
            self._held[position.account_id].pop(position.id, None)

    def _mark(self, priced: Priced) -> None:
        market = priced.market
        known = self._priced.get(market.symbol)
        if known is not None and (known.market.updates, known.market.last) == (market.updates, market.last):
            return
        self._priced[market.symbol] = priced
        for position in self._open[market.symbol].values():
            if self._hub.listens(position.account_id):
                self._hub.offer(self._updated(position, priced))

    def _updated(self, position: Position, priced: Priced) -> StreamEvent:
        mark = mark_of(position, {position.symbol: priced.market})
        return updated(position, mark, self._seqs[position.account_id], priced.recorded_at)
