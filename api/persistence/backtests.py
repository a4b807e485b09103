"""The backtests that are kept to compare paper with: whole, or without the trades and the curve that may be long."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.codec.json_codec import from_json
from api.persistence import tables
from api.persistence.mappers import record_from_row
from domain.analytics.comparison import Backtest, BacktestHead, EquityAt

_HEADS = select(*(column for column in tables.backtests.c if column.name not in ("trades", "curve")))


async def whole(connection: AsyncConnection, key: UUID) -> Backtest | None:
    """A backtest by its id."""
    row = (await connection.execute(select(tables.backtests).where(tables.backtests.c.id == key))).first()
    return None if row is None else record_from_row(Backtest, row)


async def head(connection: AsyncConnection, key: UUID) -> BacktestHead | None:
    """A backtest without its trades, by its id."""
    row = (await connection.execute(_HEADS.where(tables.backtests.c.id == key))).first()
    return None if row is None else record_from_row(BacktestHead, row)


async def curve(connection: AsyncConnection, key: UUID) -> tuple[EquityAt, ...]:
    """A backtest's curve, in order of time."""
    query = select(tables.backtests.c.curve).where(tables.backtests.c.id == key)
    points: tuple[EquityAt, ...] = from_json((await connection.execute(query)).scalar_one(), tuple[EquityAt, ...])
    return points


async def page(connection: AsyncConnection, before: int | None, limit: int) -> list[tuple[int, BacktestHead]]:
    """Backtests, the newest first, older than a place."""
    place = tables.backtests.c.ordinal
    query = _HEADS.order_by(place.desc()).limit(limit)
    rows = await connection.execute(query if before is None else query.where(place < before))
    return [(row.ordinal, record_from_row(BacktestHead, row)) for row in rows]


async def count(connection: AsyncConnection) -> int:
    """How many backtests there are."""
    return int((await connection.execute(select(func.count()).select_from(tables.backtests))).scalar_one())
