"""Tallies of trades, kept up to date with each trade, so that no report needs the history."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.mappers import Values, record_of, values_of
from api.persistence.repositories import chunks
from domain.analytics.stats import Dimension, TradeStats, places_of
from domain.portfolio.trade import Trade

Key = tuple[UUID, int, str, str]
"""Account, session, dimension and value: which trades a tally counts."""

_COLUMNS = ("account_id", "session", "dimension", "key")


def keys_of(trade: Trade) -> list[Key]:
    """The tallies that a trade belongs to."""
    return [(trade.account_id, trade.session, dimension.value, key) for dimension, key in places_of(trade)]


async def with_trades(connection: AsyncConnection, trades: Sequence[Trade]) -> dict[Key, Values]:
    """The tallies' rows as they are with these new trades."""
    wanted = sorted({key for trade in trades for key in keys_of(trade)})
    found = await _stored(connection, wanted)
    for trade in trades:
        for key in keys_of(trade):
            found[key] = found.get(key, TradeStats()).with_trade(trade)
    return {key: trade_stats_values(key, tally) for key, tally in found.items()}


def trade_stats_values(key: Key, tally: TradeStats) -> Values:
    """The row of a tally."""
    return {**dict(zip(_COLUMNS, key, strict=True)), **values_of(tally, tables.tallies)}


async def load_trade_stats(
    connection: AsyncConnection, account_id: UUID, session: int, dimensions: Sequence[Dimension]
) -> dict[tuple[Dimension, str], TradeStats]:
    """A session's tallies of some dimensions."""
    columns = tables.tallies.c
    query = select(tables.tallies).where(
        columns.account_id == account_id,
        columns.session == session,
        columns.dimension.in_([dimension.value for dimension in dimensions]),
    )
    rows = await connection.execute(query)
    return {(Dimension(row.dimension), row.key): record_of(TradeStats, row) for row in rows}


async def _stored(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, TradeStats]:
    """The tallies of these keys, asked for in pieces: a bar may close more trades than one question can name."""
    columns: Any = tuple_(*(tables.tallies.c[name] for name in _COLUMNS))
    found: dict[Key, TradeStats] = {}
    for chunk in chunks(keys):
        rows = await connection.execute(select(tables.tallies).where(columns.in_(chunk)))
        found |= {(row.account_id, row.session, row.dimension, row.key): record_of(TradeStats, row) for row in rows}
    return found
