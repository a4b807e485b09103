"""What a group of commands changed, as rows: gathered first, then written with one statement a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Executable, Table, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from api.codec.commands import CommandEnvelope
from api.persistence import tables
from api.persistence.chain import Head, RunningHash
from api.persistence.event_log import journal_values
from api.persistence.history import HASHED
from api.persistence.mappers import (
    Values,
    account_values,
    backtest_values,
    identity_values,
    market_day_values,
    market_values,
    marks_values,
    point_values,
    quote_values,
    retraction_values,
    session_values,
    signal_values,
    signalled_values,
    values_of,
    zone_values,
)
from api.persistence.projections.equity_hours import hours_with
from api.persistence.projections.trade_stats import with_trades
from api.persistence.retracting import retracted_rows
from api.persistence.write_ahead_log import mark_state
from domain.analytics.comparison import Backtest
from domain.calendar import UTC_ZONE
from domain.engine.events import (
    AccountOpened,
    CurvePoint,
    JournalEntry,
    JournalRecord,
    PositionEvent,
    ReplayedCurve,
    Retraction,
    SessionEnded,
    SessionStarted,
    SignalEvent,
    TradeEvent,
)
from domain.engine.results import Decision
from domain.engine.state import Desk
from domain.market.bar import Bar
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.account import Account
from domain.portfolio.session import Session
from domain.portfolio.trade import Trade


@dataclass(slots=True)
class Changes:
    """The rows of one group, from the desk and the end of the record that it began with."""

    before: Desk
    since: Head
    rows: dict[Table, list[Values]] = field(default_factory=dict)
    latest: dict[Table, dict[object, Values]] = field(default_factory=dict)
    archived: list[Account] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    points: list[CurvePoint] = field(default_factory=list)
    opened: dict[UUID, int] = field(default_factory=dict)
    began: dict[tuple[UUID, int], int] = field(default_factory=dict)
    ended: dict[tuple[UUID, int], int] = field(default_factory=dict)
    recorded_at: dict[str, datetime] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    retractions: list[tuple[int, Retraction, Sequence[ReplayedCurve]]] = field(default_factory=list)
    ordinal: int = field(init=False)
    _hash: RunningHash = field(init=False)

    def __post_init__(self) -> None:
        self.ordinal = self.since.ordinal
        self._hash = RunningHash(self.since.hash)

    @property
    def head(self) -> Head:
        """Where the record ends with these rows."""
        grown = self.ordinal > self.since.ordinal
        return Head(self.ordinal, self._hash.digits, self.since.groups + grown)

    def add(self, envelope: CommandEnvelope, clock: datetime, outcome: Decision) -> None:
        """Take in a command that did something, and all it did, in the order in which it did it."""
        batch = self._next()
        values = {**values_of(envelope, tables.commands), "clock": clock, **identity_values(outcome)}
        self._append(tables.commands, {"ordinal": batch, **values})
        for fact in outcome.facts:
            match fact:
                case Bar():
                    self._add_bar(fact, batch)
                    self.recorded_at[fact.symbol] = envelope.recorded_at
                case JournalEntry():
                    self._add_entry(fact, envelope.recorded_at)
                case Backtest():
                    self._append(tables.backtests, {"ordinal": self._next(), **backtest_values(fact)})
                case Retraction():
                    place = {"ordinal": self._next(), "batch": batch}
                    self._append(tables.retractions, {**place, **retraction_values(fact)})
                    self.retractions.append((self.ordinal, fact, outcome.curves))
                    self.recorded_at[fact.symbol] = envelope.recorded_at
        for point in outcome.points:
            session = (point.account_id, point.session)
            self._replace(tables.equity_points, (*session, point.time), point_values(point))
            self._replace(tables.equity_days, (*session, point.day), values_of(point, tables.equity_days))
        self.points += outcome.points
        self.archived += outcome.archived

    async def save(self, connection: AsyncConnection, after: Desk) -> None:
        """Write everything, and move the end of the desk's record on."""
        head = self.head
        self._append(tables.chain, {"ordinal": head.ordinal, "first": self.since.ordinal + 1, "hash": head.hash})
        self._add_state(after)
        for key, values in (await with_trades(connection, self.trades)).items():
            self._replace(tables.tallies, key, values)
        for hour, values in (await hours_with(connection, self.points)).items():
            self._replace(tables.equity_hours, hour, values)
        for ordinal, retraction, curves in self.retractions:
            async for table, place, values in retracted_rows(connection, retraction, ordinal, curves):
                self._replace(table, place, values)
        for table, rows in self.rows.items():
            await _write(connection, table.insert(), rows)
        for table, latest in self.latest.items():
            await _write(connection, _upserting(table, connection.dialect.name), list(latest.values()))
        await self._forget_extremes(connection, after)
        place = {"ordinal": head.ordinal, "head": head.hash, "groups": head.groups}
        values = {**place, "latest_end": after.latest_end}
        await connection.execute(update(tables.desk).values(values))
        await mark_state(connection, head.groups)

    def _next(self) -> int:
        self.ordinal += 1
        return self.ordinal

    def _append(self, table: Table, values: Values) -> None:
        self.rows.setdefault(table, []).append(values)
        if table in HASHED:
            self._hash.add(table, values)

    def _replace(self, table: Table, key: object, values: Values) -> None:
        known = self.latest.setdefault(table, {})
        known[key] = {**known.get(key, {}), **values}

    def _add_bar(self, bar: Bar, batch: int) -> None:
        place = {"ordinal": self._next(), "batch": batch}
        day = (bar.symbol, bar.start.date())
        known = self.latest.get(tables.market_days, {}).get(day, {})
        first, hours = known.get("first", self.ordinal), known.get("hours", 0) | 1 << bar.start.hour
        self._replace(tables.market_days, day, market_day_values(*day, first, self.ordinal, hours))
        if bar.is_quote:
            self._append(tables.quotes, {**place, **quote_values(bar)})
        else:
            self._append(tables.bars, {**place, **values_of(bar, tables.bars)})

    def _add_entry(self, entry: JournalEntry, recorded_at: datetime) -> None:
        event = entry.event
        self._append(tables.journal, journal_values(JournalRecord(self._next(), recorded_at, entry)))
        match event:
            case SignalEvent(signal):
                self._replace_from(tables.signals, signal.id, signal_values(signal), entry.seq)
                self._note_symbol(signal, recorded_at)
            case PositionEvent():
                position = event.position
                self._replace_from(tables.positions, position.id, values_of(position, tables.positions), entry.seq)
                if event.fill is not None:
                    self._append(tables.fills, {"position_id": position.id, **values_of(event.fill, tables.fills)})
            case AccountOpened():
                self.opened[event.account_id] = self.ordinal
                self._begin(entry.account_id, event.session)
            case SessionStarted():
                self._begin(entry.account_id, event.session)
            case SessionEnded():
                self.ended[entry.account_id, event.session.number] = self.ordinal
            case TradeEvent(trade):
                self.trades.append(trade)
                self._append(tables.trades, {"seq": entry.seq, **values_of(trade, tables.trades)})

    def _begin(self, account_id: UUID, session: Session) -> None:
        self.began[account_id, session.number] = self.ordinal
        if session.zone != UTC_ZONE:
            self._append(tables.session_zones, zone_values(account_id, session))

    def _note_symbol(self, signal: Signal, recorded_at: datetime) -> None:
        """A session's days are those of the symbols that it signalled (R38); the first fixes its asset class (R6)."""
        symbol = signal.request.symbol
        self._replace(tables.signalled, (signal.account_id, signal.session, symbol), signalled_values(signal))
        market = self.before.markets.get(symbol)
        is_unknown = (market is None or market.asset_class is None) and symbol not in self.fixed
        if is_unknown and signal.status is not SignalStatus.REJECTED:
            self.fixed.add(symbol)
            self.recorded_at[symbol] = recorded_at

    def _replace_from(self, table: Table, key: UUID, values: Values, seq: int) -> None:
        """The row as it is now; its `seq` stays that of its first event, which the database remembers."""
        self._replace(table, key, values)
        self.latest[table][key].setdefault("seq", seq)

    def _add_state(self, after: Desk) -> None:
        for account in after.accounts.changes.values():
            place: Values = {"ordinal": self.ordinal, "opened": self.opened.get(account.id, 0)}
            self._replace(tables.accounts, account.id, {**account_values(account), **place})
            self._add_session(account)
            for position_id, price in account.marks.extremes.items():
                values = {"position_id": position_id, "account_id": account.id, "price": price}
                self._replace(tables.extremes, position_id, values)
        for account in self.archived:
            self._add_session(account)
        for market in after.markets.changes.values():
            recorded: Values = {"ordinal": self.ordinal, "recorded_at": self.recorded_at[market.symbol]}
            self._replace(tables.markets, market.symbol, {**market_values(market), **recorded})

    def _add_session(self, account: Account) -> None:
        key = (account.id, account.session.number)
        span: Values = {"began": self.began.get(key, 0), "ended": self.ended.get(key)}
        self._replace(tables.sessions, key, {**session_values(account), **span})
        self._replace(tables.marks, key, marks_values(account))

    async def _forget_extremes(self, connection: AsyncConnection, after: Desk) -> None:
        kept = {extreme for account in after.accounts.changes.values() for extreme in account.marks.extremes}
        known = {
            extreme
            for name in after.accounts.changes
            if (account := self.before.accounts.get(name)) is not None
            for extreme in account.marks.extremes
        }
        if gone := sorted(known - kept):
            await connection.execute(delete(tables.extremes).where(tables.extremes.c.position_id.in_(gone)))


_NEVER_UPDATED = {
    tables.accounts: {"opened"},
    tables.market_days: {"first"},
    tables.positions: {"seq"},
    tables.sessions: {"began"},
    tables.signals: {"seq"},
}
_GATHERED: Mapping[Table, Sequence[Column[int]]] = {tables.market_days: [tables.market_days.c.hours]}
"""Bits, to which those of new rows are added."""

_AT_ONCE = 500
_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


async def _write(connection: AsyncConnection, statement: Executable, rows: Sequence[Values]) -> None:
    """Bit by bit, so that others are served while many rows are made ready."""
    for first in range(0, len(rows), _AT_ONCE):
        await connection.execute(statement, rows[first : first + _AT_ONCE])


@cache
def _upserting(table: Table, dialect: str) -> Any:
    keys = [column.name for column in table.primary_key]
    kept = {*keys, *_NEVER_UPDATED.get(table, ())}
    statement = _INSERT[dialect](table)
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in kept}
    for column in _GATHERED.get(table, ()):
        changed[column.name] = column.bitwise_or(statement.excluded[column.name])
    if changed:
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return statement.on_conflict_do_nothing(index_elements=keys)
