"""History decided again without some market data: read from the database, window by window (R7, R40)."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.persistence import tables
from api.persistence.beginnings import Condition, account_as_begun, fixings, market_at
from api.persistence.chunks import chunks
from api.persistence.history import WINDOW, Recorded, RecordedCommand, window
from api.persistence.repositories import load_signals, named_signal
from api.persistence.retractable import TouchedSession
from api.persistence.retracting import from_then_on
from api.replay.exported import command_of
from domain.engine.commands import AccountCommand, Dependence, ExecuteSignal, Times
from domain.engine.events import JournalRecord, ReplayedCurve, SignalEvent
from domain.engine.replay import Replay, ReplayedBatch
from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.orders.signal import Signal
from domain.portfolio.account import Account

Kind = TypeVar("Kind")

_MOST_NAMED = 500


@dataclass(frozen=True, slots=True)
class _Fixing:
    """Another account fixed a symbol's asset class."""

    ordinal: int
    symbol: str
    asset_class: AssetClass


@dataclass(slots=True)
class _Record:
    """A command, and what was recorded of what it did."""

    command: RecordedCommand
    bars: list[Bar] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    is_new: bool = False
    entries: list[JournalRecord] = field(default_factory=list)


class RetractionReplay:
    """Accounts decided again from the starts of their sessions on, without a symbol's data from a time on.

    It can be taken further as history grows; `reached` is the ordinal up to which it knows it.
    """

    def __init__(self, symbol: str, since: datetime, first: int, sessions: Sequence[TouchedSession]) -> None:
        self.reached = min(session.row.began for session in sessions)
        self._symbol = symbol
        self._since = since
        self._replay = Replay(since, differs=first <= self.reached)
        self._sessions = {session.row.account_id: session for session in sessions}
        self._names = {session.account: session.row.account_id for session in sessions}
        self._joining: list[tuple[int, Account]] = []
        self._fixings: list[_Fixing] = []
        self._symbols: set[str] = set()
        self._record: _Record | None = None
        self._known_until = -1

    @classmethod
    async def begin(
        cls, connection: AsyncConnection, symbol: str, since: datetime, first: int, sessions: Sequence[TouchedSession]
    ) -> "RetractionReplay":
        """A replay of accounts, each from the start of a session; `first` is the ordinal of the first of the data."""
        found = cls(symbol, since, first, sessions)
        for each in sorted(sessions, key=lambda each: each.row.began):
            found._joining.append((each.row.began, await account_as_begun(connection, each.account, each.row)))
        return found

    @property
    def accounts(self) -> Collection[UUID]:
        """Whom it follows."""
        return self._sessions.keys()

    @property
    def dependent(self) -> Sequence[Dependence]:
        """What would have come otherwise."""
        return self._replay.dependent

    async def read(self, connection: AsyncConnection, until: int) -> Sequence[Recorded]:
        """What was recorded next, up to an ordinal at which a transaction ended, to be taken before more is read."""
        if self._known_until != until:
            await self._learn(connection)
            self._known_until = until
        found = await window(connection, self.reached, min(until, self.reached + WINDOW), self._wanted())
        await self._recall(connection, found)
        return found

    def take(self, found: Sequence[Recorded], until: int) -> None:
        """Decide what was read."""
        for each in found:
            self._take(each)
        self.reached = min(until, self.reached + WINDOW)
        if self.reached == until:
            self._complete()
            self._catch_up(until + 1)

    def curves(self) -> list[ReplayedCurve]:
        """The curves of all sessions that it followed."""
        return self._replay.curves()

    async def _learn(self, connection: AsyncConnection) -> None:
        """Learn which symbols the accounts have signalled by now, how their markets stood where it has come, and when
        others fixed their asset classes."""
        symbols = await self._signalled(connection)
        fixed = await fixings(connection, sorted(symbols))
        classes = {each.symbol: AssetClass(each.asset_class) for each in fixed if each.ordinal <= self.reached}
        for symbol in sorted(symbols - self._symbols):
            market = await market_at(connection, symbol, self.reached, classes.get(symbol), self._counting)
            self._replay.know(market)
        self._symbols = symbols
        self._fixings = [fixing for fixing in self._fixings if fixing.ordinal <= self.reached] + [
            _Fixing(each.ordinal, each.symbol, AssetClass(each.asset_class))
            for each in fixed
            if each.ordinal > self.reached and not self._follows(each.account_id, each.ordinal)
        ]

    async def _recall(self, connection: AsyncConnection, found: Sequence[Recorded]) -> None:
        """Learn the signals of earlier sessions that commands with ids named in vain, which is why these were refused.

        They ended with their sessions; what becomes of later ones the replay itself finds out.
        """
        refused = [each.fact() for each in found if each.table is tables.commands and each.row.refusal is not None]
        records = [_expect(RecordedCommand, each).record for each in refused]
        named = {named_signal(record.command) for record in records if record is not None}
        for ids in chunks(sorted(each for each in named if each is not None)):
            signals = await load_signals(connection, tables.signals.c.id.in_(ids))
            self._replay.remember(signal for signal in signals if self._is_earlier(signal))

    def _is_earlier(self, signal: Signal) -> bool:
        followed = self._sessions.get(signal.account_id)
        return followed is not None and signal.session < followed.row.number

    async def _signalled(self, connection: AsyncConnection) -> set[str]:
        signalled = tables.signalled.c
        query = select(tables.signalled).where(*_among(signalled.account_id, self._sessions))
        return {
            row.symbol
            for row in await connection.execute(query)
            if row.account_id in self._sessions and row.session >= self._sessions[row.account_id].row.number
        }

    def _counting(self, table: Table) -> Sequence[Condition]:
        return [tables.IS_NOT_RETRACTED, not_(from_then_on(table, self._symbol, self._since))]

    def _wanted(self) -> Mapping[Table, Sequence[ColumnElement[bool]]]:
        commands = tables.commands.c
        named = _among(commands.account, self._names)
        return {
            tables.commands: [or_(commands.kind.in_([kind.value for kind in MARKET_DATA_LISTS]), *named)]
            if named
            else [],
            tables.bars: _among(tables.bars.c.symbol, self._symbols),
            tables.quotes: _among(tables.quotes.c.symbol, self._symbols),
            tables.journal: _among(tables.journal.c.account_id, self._sessions),
        }

    def _take(self, each: Recorded) -> None:
        if each.table is tables.commands:
            self._complete()
            self._record = _Record(_expect(RecordedCommand, each.fact()))
        elif self._record is not None and each.table is tables.journal:
            self._take_entry(self._record, each)
        elif self._record is not None and each.row.symbol in self._symbols:
            self._take_bar(self._record, each)

    def _take_entry(self, record: _Record, each: Recorded) -> None:
        if self._follows(each.row.account_id, each.ordinal):
            record.entries.append(_expect(JournalRecord, each.fact()))

    def _take_bar(self, record: _Record, each: Recorded) -> None:
        bar = _expect(Bar, each.fact())
        is_meant = bar.symbol == self._symbol and bar.lies_after(self._since)
        if each.row.retracted is None and not is_meant:
            record.bars.append(bar)
            return
        record.left_out.append(bar.symbol)
        record.is_new |= each.row.retracted is None

    def _complete(self) -> None:
        """Decide the command that is recorded whole."""
        record, self._record = self._record, None
        if record is None:
            return
        recorded = record.command
        self._catch_up(recorded.ordinal)
        times = Times(recorded.envelope.recorded_at, recorded.clock)
        if recorded.envelope.kind in MARKET_DATA_LISTS:
            batch = ReplayedBatch(record.bars, record.left_out, record.is_new)
            self._replay.ingest(batch, times, recorded.ordinal, record.entries)
        elif (command := self._command(record)) is not None:
            self._replay.take(command, times, recorded.ordinal, record.entries, recorded.record)

    def _command(self, record: _Record) -> AccountCommand | None:
        """The command of an account that is followed."""
        recorded = record.command
        account_id = None if recorded.envelope.account is None else self._names.get(recorded.envelope.account)
        if recorded.envelope.account is None or account_id is None or not self._follows(account_id, recorded.ordinal):
            return None
        if recorded.record is not None:
            return recorded.record.command
        if recorded.envelope.kind is CommandKind.EXECUTE_SIGNAL:
            signal = _expect(SignalEvent, record.entries[0].entry.event).signal
            return ExecuteSignal(recorded.envelope.account, signal.id, signal.signal_id, signal.request)
        return command_of(recorded.envelope.kind, recorded.envelope.account, json.loads(recorded.envelope.sent))

    def _catch_up(self, ordinal: int) -> None:
        """What happened before a command: sessions that began, asset classes that others fixed."""
        while self._joining and self._joining[0][0] < ordinal:
            self._replay.join(self._joining.pop(0)[1])
        while self._fixings and self._fixings[0].ordinal < ordinal:
            fixing = self._fixings.pop(0)
            self._replay.fix(fixing.symbol, fixing.asset_class)

    def _follows(self, account_id: UUID, ordinal: int) -> bool:
        return account_id in self._sessions and ordinal > self._sessions[account_id].row.began


def _among(column: Column[Any], wanted: Collection[Any]) -> list[ColumnElement[bool]]:
    """That a column has one of some values, unless there are more than a database takes in one question."""
    return [column.in_(list(wanted))] if len(wanted) <= _MOST_NAMED else []


def _expect(kind: type[Kind], value: object) -> Kind:
    assert isinstance(value, kind)  # noqa: S101 - what the table holds
    return value
