"""History in the one order of things: commands, market data and journal, merged by ordinal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from api.codec.commands import CommandEnvelope
from api.codec.encoding import require_encoding
from api.codec.entry_payload import EntryLabel
from api.persistence import tables
from api.persistence.chain import Link, RunningHash
from api.persistence.event_log import journal_record_of, label_of
from api.persistence.facts import command_record_of, retraction_of
from api.persistence.mappers import record_from_row
from api.persistence.types import UNREADABLE, as_stored
from domain.analytics.comparison import Backtest
from domain.engine.commands import CommandRecord
from domain.engine.events import JournalRecord, Retraction
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate

WINDOW = 5_000
"""How many ordinals are read at once."""


@dataclass(frozen=True, slots=True)
class RecordedCommand:
    """A command that was carried out, or came with an id and was refused; up to the next, history is what it did.

    `id` is the desk's, of a signal or of a command that happens once; `record` is what is remembered of the latter.
    """

    ordinal: int
    envelope: CommandEnvelope
    clock: datetime
    id: UUID | None
    record: CommandRecord | None


HistoryFact = RecordedCommand | MarketUpdate | Backtest | Retraction | JournalRecord


def _command_of(row: Row[Any]) -> RecordedCommand:
    require_encoding(row.encoding, "commands", row.ordinal)
    envelope = record_from_row(CommandEnvelope, row)
    record = None if row.content is None else command_record_of(row)
    return RecordedCommand(row.ordinal, envelope, row.clock, row.id, record)


_READERS: dict[Table, Callable[[Row[Any]], HistoryFact]] = {
    tables.commands: _command_of,
    tables.bars: partial(record_from_row, Bar),
    tables.quotes: partial(record_from_row, Quote),
    tables.retractions: retraction_of,
    tables.backtests: partial(record_from_row, Backtest),
    tables.journal: journal_record_of,
}
"""The tables of history, each with how its rows are read."""

_TABLES = (*_READERS, tables.chain)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of history, or a link of its chain; it is read when its fact is asked for.

    With a problem it is a row as it is stored, of which a value cannot be read.
    """

    _table: Table
    _row: Row[Any]
    _problem: Exception | None = None

    @property
    def ordinal(self) -> int:
        """Its place in the one order of things."""
        return int(self._row.ordinal)

    @property
    def name(self) -> str:
        """What it is called where something is wrong with it."""
        return f"{self._table.name} {self.ordinal}"

    def fact(self) -> HistoryFact:
        """What it says happened. Raises its problem."""
        if self._problem is not None:
            raise self._problem
        return _READERS[self._table](self._row)

    @property
    def is_command(self) -> bool:
        """Whether it is a command, which what it did follows."""
        return self._table is tables.commands

    @property
    def is_refused(self) -> bool:
        """Whether it is a command that was refused."""
        return self.is_command and self._row.refusal is not None

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of an account's journal."""
        return self._table is tables.journal

    @property
    def account_id(self) -> UUID:
        """Whose event it is."""
        account_id: UUID = self._row.account_id
        return account_id

    @property
    def symbol(self) -> str:
        """Of which symbol a bar or a quote is."""
        return str(self._row.symbol)

    @property
    def batch(self) -> int:
        """The ordinal of the command that a bar, a quote or a retraction came with."""
        return int(self._row.batch)

    @property
    def number(self) -> int:
        """The number of a bar or a quote among those of its symbol."""
        return int(self._row.number)

    @property
    def retracted_at(self) -> int | None:
        """The ordinal at which a bar or a quote was retracted."""
        return None if self._row.retracted is None else int(self._row.retracted)

    @property
    def is_retracted(self) -> bool:
        """Whether a bar or a quote does not count any more."""
        return self.retracted_at is not None

    @property
    def is_link(self) -> bool:
        """Whether it is no fact, but the link of the chain that ends a group."""
        return self._table is tables.chain

    def link(self) -> Link:
        """The link that it is."""
        return Link(self._row.first, self._row.ordinal, self._row.hash)

    def add_to(self, running: RunningHash) -> None:
        """Take a row of history into a hash."""
        if self._problem is None:
            running.add(self._table, dict(self._row._mapping))
        else:
            running.add_stored(self._table, [tuple(self._row)])

    def is_labelled_as(self, record: JournalRecord) -> bool:
        """Whether the columns of an entry, all but what it holds, are those of a record."""
        return record_from_row(EntryLabel, self._row) == label_of(record)


def history(connection: Connection, after: int, until: int) -> Iterator[Recorded]:
    """All that was recorded with after < ordinal <= until, in order; links of the chain after what they hold.

    A row that cannot be read is among them, with its problem.
    """
    while after < until:
        end = min(until, after + WINDOW)
        yield from _on_trial(connection, after, end)
        after = end


def _on_trial(connection: Connection, after: int, until: int) -> list[Recorded]:
    try:
        return window(connection, after, until, dict.fromkeys(_TABLES, ()))
    except UNREADABLE:
        rows = (row for table in _TABLES for row in _one_by_one(connection, table, after, until))
        return sorted(rows, key=_place)


def _one_by_one(connection: Connection, table: Table, after: int, until: int) -> Iterator[Recorded]:
    ordinal = table.c.ordinal
    query = select(*map(as_stored, table.c)).where(ordinal > after, ordinal <= until)
    for stored in connection.execute(query).all():
        try:
            yield Recorded(table, connection.execute(select(table).where(ordinal == stored.ordinal)).one())
        except UNREADABLE as problem:
            yield Recorded(table, stored, problem)


def window(
    connection: Connection, after: int, until: int, wanted: Mapping[Table, Sequence[ColumnElement[bool]]]
) -> list[Recorded]:
    """What was recorded with after < ordinal <= until in some tables, as far as it meets the table's conditions."""
    rows: list[Recorded] = []
    for table, conditions in wanted.items():
        query = select(table).where(table.c.ordinal > after, table.c.ordinal <= until, *conditions)
        rows += [Recorded(table, row) for row in connection.execute(query)]
    return sorted(rows, key=_place)


def _place(row: Recorded) -> tuple[int, bool]:
    return row.ordinal, row.is_link


def last_recorded(connection: Connection) -> int:
    """The ordinal of the last row of history, or link."""
    ends = [connection.execute(select(func.max(table.c.ordinal))).scalar_one() for table in _TABLES]
    return max((int(end) for end in ends if end is not None), default=0)


def retraction_count(connection: Connection) -> int:
    """How often market data was retracted."""
    return int(connection.execute(select(func.count()).select_from(tables.retractions)).scalar_one())
