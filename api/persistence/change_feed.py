"""What streams follow: what is new on the desk since an ordinal, and how it stands where they begin."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, exists, func, or_, select, union

from api.codec.events import Stream
from api.persistence import tables
from api.persistence.chain import Head
from api.persistence.chunks import chunks
from api.persistence.desk_row import head
from api.persistence.event_log import journal_record_of
from api.persistence.stored_markets import stored_markets
from domain.engine.events import JournalRecord, PositionEvent
from domain.market.state import Market
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class Priced:
    """A symbol's market as it is now, and when that was recorded."""

    market: Market
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the journal, whose event is read only when it is asked for.

    `seq` is its place in its account's own order. Its source is a row, or the record of who has just written it.
    """

    ordinal: int
    account_id: UUID
    seq: int
    is_of_position: bool
    source: Row[Any] | JournalRecord

    @classmethod
    def of_row(cls, row: Row[Any]) -> Self:
        """What a row of the journal holds."""
        return cls(row.ordinal, row.account_id, row.seq, row.stream == Stream.POSITION.value, row)

    @classmethod
    def of_record(cls, record: JournalRecord) -> Self:
        """What was written."""
        entry = record.entry
        return cls(record.ordinal, entry.account_id, entry.seq, isinstance(entry.event, PositionEvent), record)

    def read(self) -> JournalRecord:
        """The entry, and where it stands."""
        return self.source if isinstance(self.source, JournalRecord) else journal_record_of(self.source)


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """The journal's next entries after an ordinal, the ordinal they reach, and the markets that changed.

    Of a batch that `is_part` more entries come, and the markets with the last of them. `head` is where the record ends.
    """

    since: int
    ordinal: int
    head: Head
    changes: Sequence[Change]
    markets: Sequence[Priced]
    is_part: bool = False


_PRICING = (tables.bars.c, tables.quotes.c, tables.retractions.c)
_HAS_MOVED = or_(*(exists().where(columns.ordinal > bindparam("ordinal")) for columns in _PRICING))
_JOURNAL_AFTER = (
    select(tables.journal, tables.accounts.c.name, _HAS_MOVED.label("has_moved"))
    .join(tables.accounts, tables.accounts.c.id == tables.journal.c.account_id)
    .where(tables.journal.c.ordinal > bindparam("ordinal"))
    .order_by(tables.journal.c.ordinal)
)
_MOVED_AFTER = union(*(select(columns.symbol).where(columns.ordinal > bindparam("ordinal")) for columns in _PRICING))


def initial_prices(connection: Connection) -> tuple[Head, list[Priced]]:
    """Where the record ends, and the markets as they are there."""
    return head(connection), _priced(connection)


def changes_until(connection: Connection, ordinal: int, end: Head) -> tuple[ChangeBatch, dict[UUID, str]]:
    """All that was written after an ordinal, read at once, and the names of the accounts that it is about, by id."""
    rows = connection.execute(_JOURNAL_AFTER, {"ordinal": ordinal}).all()
    changes = [Change.of_record(journal_record_of(row)) for row in rows]
    # Whoever follows other writers holds the desk's lock meanwhile: what the rows say already is not asked for.
    moved = _moved_after(connection, ordinal) if not rows or rows[0].has_moved else ()
    batch = ChangeBatch(ordinal, end.ordinal, end, changes, _priced(connection, moved))
    return batch, {row.account_id: row.name for row in rows}


def changes_after(connection: Connection, ordinal: int, markets_after: int, end: Head, limit: int) -> ChangeBatch:
    """The desk's next journal entries after an ordinal; markets that changed after another, once all are read."""
    journal = tables.journal.c
    query = select(tables.journal).where(journal.ordinal > ordinal).order_by(journal.ordinal).limit(limit)
    changes = [Change.of_row(row) for row in connection.execute(query)]
    if len(changes) == limit:
        return ChangeBatch(ordinal, changes[-1].ordinal, end, changes, [], is_part=True)
    return ChangeBatch(ordinal, end.ordinal, end, changes, _priced(connection, _moved_after(connection, markets_after)))


def _moved_after(connection: Connection, ordinal: int) -> set[str]:
    """The symbols of which something was applied or retracted after an ordinal."""
    return set(connection.execute(_MOVED_AFTER, {"ordinal": ordinal}).scalars())


def _priced(connection: Connection, symbols: Collection[str] | None = None) -> list[Priced]:
    """The markets of some symbols, or of all, as far as anything was ever applied."""
    if symbols is not None and not symbols:
        return []
    retractions, commands = tables.retractions.c, tables.commands.c
    last = select(retractions.symbol, func.max(retractions.batch).label("command")).group_by(retractions.symbol)
    retracted = {row.symbol: row.command for row in connection.execute(last)}
    stored = stored_markets(connection, symbols)
    changed = {one.market.symbol: max(one.command, retracted.get(one.market.symbol, 0)) for one in stored}
    recorded: dict[int, datetime] = {}
    for chunk in chunks(sorted({*changed.values()})):
        query = select(commands.ordinal, commands.recorded_at).where(commands.ordinal.in_(chunk))
        recorded |= {row.ordinal: row.recorded_at for row in connection.execute(query)}
    return [
        Priced(one.market, recorded[command]) for one in stored if (command := changed[one.market.symbol]) in recorded
    ]
