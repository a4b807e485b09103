"""Equity curves as they are drawn: few points of many, with their extremes; and the drawdowns of a span of one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from sqlalchemy import BigInteger, ColumnElement, and_, func, select, type_coerce
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.hours import Hour, extended
from api.persistence.loading import chunks
from api.persistence.records import record_of
from api.persistence.reports import SessionRecord
from api.persistence.types import Moment
from domain.events import CurvePoint
from domain.money import ZERO
from domain.performance import drawdown

_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)
_KEPT = 4
_ANY = DefaultDialect()

Conditions = Sequence[ColumnElement[bool]]


async def curve(
    connection: AsyncConnection, record: SessionRecord, since: datetime | None, until: datetime | None, at_most: int
) -> list[CurvePoint]:
    """The points of a session's curve in a span, thinned to a number: of equal pieces of time, the first point, the
    last, the lowest and the highest stay.

    A piece is of whole hours if there are more hours than pieces, so that a long curve is drawn from its hours.
    """
    conditions, pieces = _span(record, since, until), at_most // _KEPT
    hours = await _hours(connection, record, since, until)
    if sum(each.points for each in hours) <= at_most:
        return await _points(connection, conditions)
    if len(hours) <= pieces:
        times = await _thinned(connection, conditions, hours[0].first_time, hours[-1].last_time, pieces)
    else:
        times = _thinned_hours(hours, pieces)
    return [point for chunk in chunks(times) for point in await _points_at(connection, record, chunk)]


def _span(record: SessionRecord, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    points = tables.equity_points.c
    found = [points.account_id == record.account_id, points.session == record.session.number]
    if since is not None:
        found.append(points.time >= since)
    if until is not None:
        found.append(points.time < until)
    return found


async def _points(connection: AsyncConnection, conditions: Conditions) -> list[CurvePoint]:
    points = tables.equity_points
    rows = await connection.execute(select(points).where(*conditions).order_by(points.c.time))
    return [record_of(CurvePoint, row, day=row.time.date()) for row in rows]


async def _points_at(connection: AsyncConnection, record: SessionRecord, times: Sequence[datetime]) -> list[CurvePoint]:
    return await _points(connection, [*_span(record, None, None), tables.equity_points.c.time.in_(times)])


async def _hours(
    connection: AsyncConnection, record: SessionRecord, since: datetime | None, until: datetime | None
) -> list[Hour]:
    """The hours of a span that have points; of one that the span cuts, what is within."""
    hours = tables.equity_hours.c
    conditions = [hours.account_id == record.account_id, hours.session == record.session.number]
    if since is not None:
        conditions.append(hours.last_time >= since)
    if until is not None:
        conditions.append(hours.first_time < until)
    rows = await connection.execute(select(tables.equity_hours).where(*conditions).order_by(hours.hour))
    found = [record_of(Hour, row).settled for row in rows]
    is_cut = [_is_cut(each, since, until) for each in found]
    return [
        whole
        for each, cut in zip(found, is_cut, strict=True)
        if (whole := await _within(connection, record, each, since, until) if cut else each) is not None
    ]


def _is_cut(hour: Hour, since: datetime | None, until: datetime | None) -> bool:
    return (since is not None and hour.first_time < since) or (until is not None and hour.last_time >= until)


async def _within(
    connection: AsyncConnection, record: SessionRecord, hour: Hour, since: datetime | None, until: datetime | None
) -> Hour | None:
    """What of an hour is within a span; None if nothing is."""
    time = tables.equity_points.c.time
    span = [*_span(record, since, until), time >= hour.first_time, time <= hour.last_time]
    found: Hour | None = None
    for point in await _points(connection, span):
        found = extended(found, point)
    return None if found is None else found.settled


def _thinned_hours(hours: Sequence[Hour], pieces: int) -> list[datetime]:
    """The times of the points that stay, of hours in pieces of equal time."""
    first = _begin(hours[0])
    width = -(-(_begin(hours[-1]) - first + _HOUR) // _HOUR // pieces) * _HOUR
    times: set[datetime] = set()
    for _, piece in groupby(hours, key=lambda each: (_begin(each) - first) // width):
        times |= _kept(list(piece))
    return sorted(times)


def _begin(hour: Hour) -> datetime:
    return hour.first_time.replace(minute=0, second=0, microsecond=0)


def _kept(piece: Sequence[Hour]) -> set[datetime]:
    lowest = min(piece, key=lambda each: each.low)
    highest = max(piece, key=lambda each: each.high)
    return {piece[0].first_time, piece[-1].last_time, lowest.low_time, highest.high_time}


async def _thinned(
    connection: AsyncConnection, conditions: Conditions, first: datetime, last: datetime, pieces: int
) -> list[datetime]:
    """The times of the points that stay, of points in pieces of equal time."""
    points = tables.equity_points.c
    begin, span = Moment().process_bind_param(first, _ANY), (last - first) // _MICROSECOND + 1
    piece = (type_coerce(points.time, BigInteger) - begin) // -(-span // pieces)
    ends = select(
        piece.label("piece"),
        func.min(points.time).label("first"),
        func.max(points.time).label("last"),
        func.min(points.equity).label("low"),
        func.max(points.equity).label("high"),
    )
    extremes = ends.where(*conditions).group_by(piece).subquery()
    times = {each for row in await connection.execute(select(extremes)) for each in (row.first, row.last)}
    for wanted in (extremes.c.low, extremes.c.high):
        found = select(func.min(points.time)).join(extremes, and_(piece == extremes.c.piece, points.equity == wanted))
        times |= set((await connection.execute(found.where(*conditions).group_by(extremes.c.piece))).scalars())
    return sorted(times)


async def drawdowns(
    connection: AsyncConnection, record: SessionRecord, since: datetime | None, until: datetime | None
) -> tuple[Decimal, Decimal]:
    """The largest and the last loss from a running peak within a span of the curve, percent, unrounded."""
    points, conditions = tables.equity_points.c, _span(record, since, until)
    running = func.max(points.equity).over(order_by=points.time, rows=(None, 0)).label("peak")
    seen = select(points.equity, running).where(*conditions).subquery()
    peaks = select(seen.c.peak, func.min(seen.c.equity)).group_by(seen.c.peak)
    losses = [(peak, drawdown(peak, low)) for peak, low in await connection.execute(peaks) if peak > ZERO]
    if not losses:
        return ZERO, ZERO
    last = await connection.execute(select(points.equity).where(*conditions).order_by(points.time.desc()).limit(1))
    highest = max(peak for peak, _ in losses)
    return max(loss for _, loss in losses), drawdown(highest, last.scalar_one())
