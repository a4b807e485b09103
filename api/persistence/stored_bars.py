"""What is read of stored bars: those of a symbol, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from api.persistence import tables
from api.persistence.mappers import record_from_row
from domain.market.bar import Bar


@dataclass(frozen=True, slots=True)
class BarRange:
    """Bars of a symbol that start at or after `since` and before `until`; None is no bound."""

    symbol: str
    since: datetime | None
    until: datetime | None


def _conditions(chosen: BarRange) -> list[Any]:
    bars = tables.bars.c
    conditions = [bars.symbol == chosen.symbol, tables.IS_NOT_RETRACTED]
    if chosen.since is not None:
        conditions.append(bars.start >= chosen.since)
    if chosen.until is not None:
        conditions.append(bars.start < chosen.until)
    return conditions


def newest_bars(connection: Connection, chosen: BarRange, limit: int) -> list[Bar]:
    """Stored bars, the newest first; none that was retracted."""
    query = select(tables.bars).where(*_conditions(chosen)).order_by(tables.bars.c.start.desc()).limit(limit)
    return [record_from_row(Bar, row) for row in connection.execute(query)]


def newest_starts(connection: Connection, chosen: BarRange, limit: int) -> list[datetime]:
    """When stored bars start, the newest first."""
    start = tables.bars.c.start
    return list(
        connection.execute(select(start).where(*_conditions(chosen)).order_by(start.desc()).limit(limit)).scalars()
    )


def bar_count(connection: Connection, chosen: BarRange) -> int:
    """How many bars are stored."""
    query = select(func.count()).select_from(tables.bars).where(*_conditions(chosen))
    return int(connection.execute(query).scalar_one())


def has_bars(connection: Connection, symbol: str) -> bool:
    """Whether any bar of a symbol is stored."""
    return bool(newest_bars(connection, BarRange(symbol, None, None), 1))
