"""What a retraction does to the rows: market data is marked, and what followed from it is deleted and derived again."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, delete, select, update

from api.persistence import tables
from api.persistence.projections.equity_days import EQUITY_DAYS
from api.persistence.projections.equity_hours import EQUITY_HOURS
from api.persistence.projections.market_days import MARKET_DAYS, MarketDataKind, market_day_row
from api.persistence.projections.projection import MadeRow, Projection
from api.persistence.projections.watermarks import WATERMARKS
from domain.engine.events import Retraction
from domain.engine.observer import SessionCurve
from domain.engine.watch import EndedSession, RedecidedCurve

Row = tuple[Projection, MadeRow]
"""A row to write, and of which read model it is."""

_STARTS = {MarketDataKind.BAR: tables.bars.c.start, MarketDataKind.QUOTE: tables.quotes.c.time}


def from_then_on(table: Table, symbol: str, since: datetime) -> ColumnElement[bool]:
    """Whether a row of bars or quotes is what a retraction is about: a bar that ends after it, a quote from then on."""
    is_from_then_on = table.c.end > since if table is tables.bars else table.c.time >= since
    return and_(table.c.symbol == symbol, is_from_then_on)


def retracted_rows(
    connection: Connection, retraction: Retraction, ordinal: int, curves: Sequence[RedecidedCurve]
) -> Iterator[Row]:
    """Mark the market data and take out what may have followed from it; the rows that stand in its place."""
    for kind, start in _STARTS.items():
        for day in sorted(_marked(connection, retraction, ordinal, start)):
            yield from _market_day(connection, retraction.symbol, kind, day)
    for curve in curves:
        yield from _curve_rows(connection, curve)


def _marked(connection: Connection, retraction: Retraction, ordinal: int, start: Column[Any]) -> set[date]:
    """Mark the market data of a table; the days on which it started."""
    table = start.table
    gone = (from_then_on(table, retraction.symbol, retraction.since), tables.IS_NOT_RETRACTED)
    days = {moment.date() for moment in connection.execute(select(start).where(*gone)).scalars()}
    connection.execute(update(table).where(*gone).values(retracted=ordinal))
    return days


def _market_day(connection: Connection, symbol: str, kind: MarketDataKind, day: date) -> Iterator[Row]:
    """A symbol's day as the rest of its bars, or of its quotes, makes it, if there are any."""
    days, start = tables.market_days.c, _STARTS[kind]
    connection.execute(
        delete(tables.market_days).where(days.symbol == symbol, days.kind == kind.value, days.day == day)
    )
    midnight, columns = datetime.combine(day, time(), UTC), start.table.c
    query = select(columns.ordinal, start).where(
        columns.symbol == symbol, start >= midnight, start < midnight + timedelta(days=1), tables.IS_NOT_RETRACTED
    )
    starts = {row.ordinal: row[1] for row in connection.execute(query)}
    if starts:
        hours = reduce(or_, (1 << moment.hour for moment in starts.values()))
        yield MARKET_DAYS, market_day_row(symbol, kind, day, min(starts), hours)


def _curve_rows(connection: Connection, curve: RedecidedCurve) -> Iterator[Row]:
    """A session's curve anew: it was decided again from its beginning."""
    place = {"account_id": curve.account.id, "session": curve.account.session.number}
    for table in (tables.equity_hours, tables.equity_days):
        connection.execute(delete(table).where(*(table.c[name] == value for name, value in place.items())))
    grown = SessionCurve(curve.account.id, curve.account.session.number, curve.growth)
    for projection in (EQUITY_HOURS, EQUITY_DAYS):
        for row in projection.from_state[SessionCurve](grown):
            yield projection, row
    for row in WATERMARKS.from_state[EndedSession](EndedSession(curve.account, curve.watch)):
        yield WATERMARKS, row
