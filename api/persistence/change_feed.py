"""What streams follow: what is new on the desk since an ordinal, and how it stands where they begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.codec.events import Stream
from api.persistence import tables
from api.persistence.chain import Head
from api.persistence.desk_row import head
from api.persistence.event_log import journal_record_of
from api.persistence.projections.markets import market_of
from api.persistence.repositories import load_positions
from domain.engine.events import JournalRecord
from domain.market.state import Market
from domain.portfolio.position import Position


@dataclass(frozen=True, slots=True)
class Priced:
    """A symbol's market as it is now, and when that was recorded."""

    market: Market
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An entry of the journal, whose event is read only when it is asked for."""

    row: Row[Any]

    @property
    def ordinal(self) -> int:
        """Its place in the one order of things."""
        return int(self.row.ordinal)

    @property
    def account_id(self) -> UUID:
        """Whose event it is."""
        account_id: UUID = self.row.account_id
        return account_id

    @property
    def seq(self) -> int:
        """Its place in its account's own order."""
        return int(self.row.seq)

    @property
    def is_of_position(self) -> bool:
        """Whether it is of a position."""
        return bool(self.row.stream == Stream.POSITION.value)

    def read(self) -> JournalRecord:
        """The entry, and where it stands."""
        return journal_record_of(self.row)


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """The journal's next events, the ordinal they reach, and, once there are no more, the markets that changed.

    `head` is where the record ends.
    """

    head: Head
    ordinal: int
    rows: Sequence[JournalRow]
    markets: Sequence[Priced]


@dataclass(frozen=True, slots=True)
class InitialState:
    """The desk at the end of its record."""

    head: Head
    seqs: dict[UUID, int]
    positions: Sequence[Position]
    markets: Sequence[Priced]


async def initial_state(connection: AsyncConnection) -> InitialState:
    """What has to be known before changes are followed."""
    end = await head(connection)
    seqs = await connection.execute(select(tables.accounts.c.id, tables.accounts.c.seq))
    positions = await load_positions(connection, tables.IS_HELD)
    markets = await connection.execute(select(tables.markets))
    return InitialState(end, {row.id: row.seq for row in seqs}, positions, [_priced(row) for row in markets])


async def changes_after(connection: AsyncConnection, ordinal: int, markets_after: int, limit: int) -> ChangeBatch:
    """The desk's next journal rows after an ordinal; markets that changed after another, once all rows are read."""
    end = await head(connection)
    journal, markets = tables.journal.c, tables.markets.c
    query = select(tables.journal).where(journal.ordinal > ordinal).order_by(journal.ordinal).limit(limit)
    rows = [JournalRow(row) for row in await connection.execute(query)]
    if len(rows) == limit:
        return ChangeBatch(end, rows[-1].ordinal, rows, [])
    changed = await connection.execute(select(tables.markets).where(markets.ordinal > markets_after))
    return ChangeBatch(end, end.ordinal, rows, [_priced(row) for row in changed])


def _priced(row: Row[Any]) -> Priced:
    return Priced(market_of(row), row.recorded_at)
