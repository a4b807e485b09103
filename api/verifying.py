"""`papertape verify`: the record folded anew, and compared with what is stored, to the last digit."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table as Sheet
from sqlalchemy import URL, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.engines import read_engine
from api.persistence.history import CommandBegins, facts
from api.persistence.journal import Line
from api.persistence.loading import newest
from api.persistence.migrating import require_current
from api.persistence.records import (
    Values,
    account_values,
    market_values,
    marks_values,
    point_values,
    session_values,
    signal_values,
    signalled_values,
    values_of,
)
from api.persistence.tallying import Key, keys_of, tally_values
from domain.account import Account
from domain.audit import Fold, account_faults, position_faults
from domain.events import Entry, PositionEvent, SignalEvent, TradeEvent
from domain.market import Bar
from domain.money import plain
from domain.performance import Tally

_MOST_SHOWN = 20
_CHUNK = 2_000


@dataclass(slots=True)
class Findings:
    """What was counted, and what is wrong, by account."""

    counted: dict[UUID, dict[str, int]] = field(default_factory=dict)
    wrong: dict[UUID, list[str]] = field(default_factory=dict)

    def count(self, account_id: UUID, what: str) -> None:
        """One more of something."""
        counts = self.counted.setdefault(account_id, {})
        counts[what] = counts.get(what, 0) + 1

    def blame(self, account_id: UUID, fault: str) -> None:
        """Something is wrong."""
        self.wrong.setdefault(account_id, []).append(fault)


_DESK = UUID(int=0)
"""Where faults are put that belong to no account."""


class Expected:
    """What the rows must hold: a digest of each, for a long history does not fit in memory."""

    def __init__(self) -> None:
        self._digests: dict[Table, dict[tuple[object, ...], int]] = {}
        self._seqs: dict[tuple[Table, UUID], int] = {}

    def put(self, table: Table, values: Values) -> None:
        """A row as it must be now."""
        key = tuple(values[column.name] for column in table.primary_key)
        self._digests.setdefault(table, {})[key] = _digest(table, values)

    def first_seq(self, table: Table, key: UUID, seq: int) -> int:
        """The seq of a row's first event, given that of an event."""
        return self._seqs.setdefault((table, key), seq)

    async def differences(self, connection: AsyncConnection, table: Table) -> AsyncIterator[tuple[UUID, str]]:
        """Rows that differ, are missing, or should not be there: with their account."""
        expected = dict(self._digests.get(table, {}))
        result = await connection.stream(select(table).execution_options(yield_per=_CHUNK))
        async for row in result:
            values = dict(row._mapping)
            key = tuple(values[column.name] for column in table.primary_key)
            if expected.pop(key, None) != _digest(table, values):
                yield _owner(values), f"{table.name} {_named(key)} is not what the journal says"
        for key in expected:
            yield _DESK, f"{table.name} {_named(key)} is missing"


_PLACES = {"ordinal", "opened", "began", "ended", "first", "last"}
_NOT_COMPARED = {tables.markets: {"recorded_at"}}
"""Where in the one order of things a row belongs, and when a price came, follow from no journal."""


def _digest(table: Table, values: Mapping[str, Any]) -> int:
    left_out = _PLACES | _NOT_COMPARED.get(table, set())
    names = [column.name for column in table.c if column.name not in left_out]
    return hash(tuple(_comparable(values[name]) for name in names))


def _comparable(value: object) -> object:
    return value.normalize() if isinstance(value, Decimal) else value


def _owner(values: Mapping[str, Any]) -> UUID:
    found = values.get("account_id", values["id"] if "enabled" in values else _DESK)
    return found if isinstance(found, UUID) else _DESK


def _named(key: tuple[object, ...]) -> str:
    return " ".join(str(each) for each in key)


class _Verification:
    """One pass over the history."""

    def __init__(self) -> None:
        self.fold = Fold()
        self.findings = Findings()
        self.expected = Expected()
        self.seqs: dict[UUID, int] = {}
        self.tallies: dict[Key, Tally] = {}
        self.reached = 0

    async def take(self, connection: AsyncConnection, until: int) -> None:
        """Fold what was recorded since, up to an ordinal."""
        async for fact in facts(connection, self.reached, until):
            match fact:
                case CommandBegins():
                    self.fold.command()
                    self._settle()
                case Bar():
                    self.fold.bar(fact)
                    day = {"symbol": fact.symbol, "day": fact.start.date()}
                    self.expected.put(tables.market_days, day)
                case Line():
                    self._take_line(fact)
        self.reached = until

    def finish(self) -> None:
        """What must be stored now."""
        self.fold.command()
        self._settle()
        for account in self.fold.desk.accounts.values():
            self._expect_account(account)
            for fault in account_faults(account, self.fold.desk):
                self.findings.blame(account.id, fault)
        for key, tally in self.tallies.items():
            self.expected.put(tables.tallies, tally_values(key, tally))
        for market in self.fold.desk.markets.values():
            self.expected.put(tables.markets, market_values(market))

    def _settle(self) -> None:
        """Take what a command left behind out of the fold, so that it does not grow with history."""
        for point in self.fold.points:
            self.expected.put(tables.equity_points, point_values(point))
            self.expected.put(tables.equity_days, values_of(point, tables.equity_days))
        for account in self.fold.archived:
            self._expect_session(account)
        self.fold.points, self.fold.archived = [], []
        self.fold.desk = self.fold.desk.settled()

    def _take_line(self, line: Line) -> None:
        if line.seq != self.seqs.get(line.account_id, 0) + 1:
            self.findings.blame(line.account_id, f"the journal has a gap before {line.seq}")
        self.seqs[line.account_id] = line.seq
        self.findings.count(line.account_id, "events")
        self.fold.entry(Entry(line.account_id, line.seq, line.event))
        match line.event:
            case SignalEvent(signal):
                seq = self.expected.first_seq(tables.signals, signal.id, line.seq)
                self.expected.put(tables.signals, {"seq": seq, **signal_values(signal)})
                self.expected.put(tables.signalled, signalled_values(signal))
            case PositionEvent():
                self._expect_position(line, line.event)
            case TradeEvent(trade):
                self.findings.count(line.account_id, "trades")
                for key in keys_of(trade):
                    self.tallies[key] = self.tallies.get(key, Tally()).with_trade(trade)
                self.expected.put(tables.trades, {"seq": line.seq, **values_of(trade, tables.trades)})

    def _expect_position(self, line: Line, event: PositionEvent) -> None:
        position = event.position
        seq = self.expected.first_seq(tables.positions, position.id, line.seq)
        self.expected.put(tables.positions, {"seq": seq, **values_of(position, tables.positions)})
        if event.fill is not None:
            self.findings.count(line.account_id, "fills")
            self.expected.put(tables.fills, {"position_id": position.id, **values_of(event.fill, tables.fills)})
        for fault in position_faults(position):
            self.findings.blame(line.account_id, f"position {position.id}: {fault}")

    def _expect_account(self, account: Account) -> None:
        self.expected.put(tables.accounts, account_values(account))
        self._expect_session(account)
        for position_id, price in account.marks.extremes.items():
            values = {"position_id": position_id, "account_id": account.id, "price": price}
            self.expected.put(tables.extremes, values)

    def _expect_session(self, account: Account) -> None:
        self.expected.put(tables.sessions, session_values(account))
        self.expected.put(tables.marks, marks_values(account))


_COMPARED = (
    tables.accounts,
    tables.sessions,
    tables.marks,
    tables.extremes,
    tables.equity_points,
    tables.equity_days,
    tables.signals,
    tables.signalled,
    tables.positions,
    tables.fills,
    tables.trades,
    tables.tallies,
    tables.markets,
    tables.market_days,
)


async def verify(url: URL, console: Console) -> int:
    """Verify a database, and print a table; 1 if anything differs. A server may go on writing meanwhile."""
    engine = read_engine(url)
    verification = _Verification()
    try:
        await require_current(engine)
        async with engine.connect() as connection, connection.begin():
            target = await newest(connection)
            await verification.take(connection, target)
        async with engine.connect() as connection, connection.begin():
            await verification.take(connection, await newest(connection))
            verification.finish()
            for table in _COMPARED:
                async for account_id, fault in verification.expected.differences(connection, table):
                    verification.findings.blame(account_id, fault)
    finally:
        await engine.dispose()
    return _report(verification, console)


def _report(verification: _Verification, console: Console) -> int:
    findings = verification.findings
    sheet = Sheet("account", "events", "fills", "trades", "cash", "realized P&L", "result")
    for account in sorted(verification.fold.desk.accounts.values(), key=lambda each: each.name):
        counts, wrong = findings.counted.get(account.id, {}), findings.wrong.get(account.id, [])
        sheet.add_row(
            account.name,
            *(str(counts.get(each, 0)) for each in ("events", "fills", "trades")),
            plain(account.books.cash),
            plain(account.books.realized_pnl),
            f"{len(wrong)} differences" if wrong else "ok",
        )
    console.print(sheet)
    faults = [fault for each in findings.wrong.values() for fault in each]
    for fault in faults[:_MOST_SHOWN]:
        console.print(f"- {fault}")
    if len(faults) > _MOST_SHOWN:
        console.print(f"- and {len(faults) - _MOST_SHOWN} more")
    said = f"{len(faults)} differences" if faults else "no differences"
    console.print(f"{verification.reached} facts folded: {said}.")
    return 1 if faults else 0
