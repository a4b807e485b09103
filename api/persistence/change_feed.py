"""What streams follow: what is new on the desk since an ordinal, and how it stands where they begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, Row, select

from api.codec.events import Stream
from api.persistence import tables
from api.persistence.chain import Head
from api.persistence.desk_row import head
from api.persistence.event_log import journal_record_of
from api.persistence.projections.markets import market_of
from domain.engine.events import JournalRecord, PositionEvent
from domain.market.state import Market


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


def initial_prices(connection: Connection) -> tuple[Head, list[Priced]]:
    """Where the record ends, and the markets as they are there."""
    end = head(connection)
    return end, [_priced(row) for row in connection.execute(select(tables.markets))]


def changes_until(connection: Connection, ordinal: int, end: Head) -> ChangeBatch:
    """All that was written after an ordinal, read at once."""
    journal, markets = tables.journal.c, tables.markets.c
    query = select(tables.journal).where(journal.ordinal > ordinal).order_by(journal.ordinal)
    changes = [Change.of_record(journal_record_of(row)) for row in connection.execute(query)]
    changed = connection.execute(select(tables.markets).where(markets.ordinal > ordinal))
    return ChangeBatch(ordinal, end.ordinal, end, changes, [_priced(row) for row in changed])


def changes_after(connection: Connection, ordinal: int, markets_after: int, end: Head, limit: int) -> ChangeBatch:
    """The desk's next journal entries after an ordinal; markets that changed after another, once all are read."""
    journal, markets = tables.journal.c, tables.markets.c
    query = select(tables.journal).where(journal.ordinal > ordinal).order_by(journal.ordinal).limit(limit)
    changes = [Change.of_row(row) for row in connection.execute(query)]
    if len(changes) == limit:
        return ChangeBatch(ordinal, changes[-1].ordinal, end, changes, [], is_part=True)
    changed = connection.execute(select(tables.markets).where(markets.ordinal > markets_after))
    return ChangeBatch(ordinal, end.ordinal, end, changes, [_priced(row) for row in changed])


def _priced(row: Row[Any]) -> Priced:
    return Priced(market_of(row), row.recorded_at)
