"""What is new on the desk since an ordinal, and what is open on it: the food of the streams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.chain import Head
from api.persistence.projections.markets import market_of
from api.persistence.repositories import head, load_positions
from domain.market.state import Market
from domain.portfolio.position import Position


@dataclass(frozen=True, slots=True)
class Priced:
    """A symbol's market as it is now, and when that was recorded."""

    market: Market
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """The journal's next rows, the ordinal they reach, and, once there are no more, the markets that changed.

    `head` is where the record ends.
    """

    head: Head
    ordinal: int
    rows: Sequence[Row[Any]]
    markets: Sequence[Priced]


@dataclass(frozen=True, slots=True)
class InitialState:
    """The desk where a tail begins: at the end of its record."""

    head: Head
    seqs: dict[UUID, int]
    positions: Sequence[Position]
    markets: Sequence[Priced]


async def begin(connection: AsyncConnection) -> InitialState:
    """What a tail has to know before it follows."""
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
    rows = (await connection.execute(query)).all()
    if len(rows) == limit:
        return ChangeBatch(end, rows[-1].ordinal, rows, [])
    changed = await connection.execute(select(tables.markets).where(markets.ordinal > markets_after))
    return ChangeBatch(end, end.ordinal, rows, [_priced(row) for row in changed])


def _priced(row: Row[Any]) -> Priced:
    return Priced(market_of(row), row.recorded_at)
