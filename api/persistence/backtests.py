"""The backtests that are kept to compare paper with: whole, or without the trades and the curve that may be long."""

from uuid import UUID

from sqlalchemy import Connection, func, select

from api.codec.json_codec import from_json
from api.persistence import tables
from api.persistence.mappers import record_from_row
from domain.analytics.comparison import Backtest, BacktestHead, EquityAt

_HEADS = select(*(column for column in tables.backtests.c if column.name not in ("trades", "curve")))


def whole(connection: Connection, key: UUID) -> Backtest | None:
    """A backtest by its id."""
    row = connection.execute(select(tables.backtests).where(tables.backtests.c.id == key)).first()
    return None if row is None else record_from_row(Backtest, row)


def head(connection: Connection, key: UUID) -> BacktestHead | None:
    """A backtest without its trades, by its id."""
    row = connection.execute(_HEADS.where(tables.backtests.c.id == key)).first()
    return None if row is None else record_from_row(BacktestHead, row)


def curve(connection: Connection, key: UUID) -> tuple[EquityAt, ...]:
    """A backtest's curve, in order of time."""
    query = select(tables.backtests.c.curve).where(tables.backtests.c.id == key)
    points: tuple[EquityAt, ...] = from_json(connection.execute(query).scalar_one(), tuple[EquityAt, ...])
    return points


def page(connection: Connection, before: int | None, limit: int) -> list[tuple[int, BacktestHead]]:
    """Backtests, the newest first, older than a place."""
    place = tables.backtests.c.ordinal
    query = _HEADS.order_by(place.desc()).limit(limit)
    rows = connection.execute(query if before is None else query.where(place < before))
    return [(row.ordinal, record_from_row(BacktestHead, row)) for row in rows]


def count(connection: Connection) -> int:
    """How many backtests there are."""
    return int(connection.execute(select(func.count()).select_from(tables.backtests)).scalar_one())
