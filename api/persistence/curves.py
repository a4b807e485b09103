"""Equity curves as they are drawn: few points of many, with their extremes; and the drawdowns of a span of one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple, Self

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, func, select, type_coerce

from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.mappers import record_from_row
from domain.engine.events import CurvePoint
from domain.money import ZERO
from domain.portfolio.views import SessionRecord
from domain.portfolio.watermarks import drawdown_percent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOUR = 3_600_000_000
_KEPT = 4
_RAW = [
    type_coerce(tables.equity_hours.c[name], BigInteger)
    for name in ("points", "first_time", "last_time", "low_time", "high_time", "last", "low", "high")
]

Conditions = Sequence[ColumnElement[bool]]


class CurveSegment(NamedTuple):
    """Points of a curve in a row: times in microseconds, equities in counts of 1e-8, for there are many of these."""

    points: int
    first: int
    last: int
    low_at: int
    high_at: int
    low: int
    high: int

    @classmethod
    def of(cls, row: Sequence[int]) -> Self:
        """An hour, its last point among the extremes."""
        points, first, last, low_at, high_at, end, low, high = row
        low_at, low = (last, end) if end < low else (low_at, low)
        high_at, high = (last, end) if end > high else (high_at, high)
        return cls(points, first, last, low_at, high_at, low, high)

    def is_cut(self, since: int | None, until: int | None) -> bool:
        """Whether a span has not all of it."""
        return (since is not None and self.first < since) or (until is not None and self.last >= until)


def curve(
    connection: Connection, record: SessionRecord, since: datetime | None, until: datetime | None, at_most: int
) -> list[CurvePoint]:
    """The points of a session's curve in a span, thinned to a number: of equal pieces of time, the first point, the
    last, the lowest and the highest stay.

    A piece is of whole hours if there are more hours than pieces, so that a long curve is drawn from its hours.
    """
    conditions, pieces = _span(record, since, until), at_most // _KEPT
    hours = _hours(connection, record, since, until)
    if sum(hour.points for hour in hours) <= at_most:
        return _points(connection, record, conditions)
    if len(hours) <= pieces:
        times = _thinned(connection, conditions, hours[0].first, hours[-1].last, pieces)
    else:
        times = _thinned_hours(hours, pieces)
    return [point for chunk in chunks(times) for point in _points_at(connection, record, chunk)]


def _span(record: SessionRecord, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    points = tables.equity_points.c
    conditions = [points.account_id == record.account_id, points.session == record.session.number]
    if since is not None:
        conditions.append(points.time >= since)
    if until is not None:
        conditions.append(points.time < until)
    return conditions


def _points(connection: Connection, record: SessionRecord, conditions: Conditions) -> list[CurvePoint]:
    points, zone = tables.equity_points, record.session.zone
    rows = connection.execute(select(points).where(*conditions).order_by(points.c.time))
    return [record_from_row(CurvePoint, row, day=zone.day_of(row.time)) for row in rows]


def _points_at(connection: Connection, record: SessionRecord, times: Sequence[datetime]) -> list[CurvePoint]:
    return _points(connection, record, [*_span(record, None, None), tables.equity_points.c.time.in_(times)])


def _hours(
    connection: Connection, record: SessionRecord, since: datetime | None, until: datetime | None
) -> list[CurveSegment]:
    """The hours of a span that have points; of one that the span cuts, what is within."""
    hours = tables.equity_hours.c
    conditions = [hours.account_id == record.account_id, hours.session == record.session.number]
    if since is not None:
        conditions.append(hours.last_time >= since)
    if until is not None:
        conditions.append(hours.first_time < until)
    rows = connection.execute(select(*_RAW).where(*conditions).order_by(hours.hour))
    segments = [CurveSegment.of(row) for row in rows]
    bounds = [None if bound is None else _micros(bound) for bound in (since, until)]
    return [
        whole
        for segment in segments
        if (whole := _within(connection, record, segment, since, until) if segment.is_cut(*bounds) else segment)
    ]


def _within(
    connection: Connection,
    record: SessionRecord,
    hour: CurveSegment,
    since: datetime | None,
    until: datetime | None,
) -> CurveSegment | None:
    """What of an hour is within a span; None if nothing is."""
    points = tables.equity_points.c
    raw = type_coerce(points.time, BigInteger), type_coerce(points.equity, BigInteger)
    query = select(*raw).where(*_span(record, since, until), raw[0] >= hour.first, raw[0] <= hour.last)
    rows = connection.execute(query.order_by(points.time)).all()
    if not rows:
        return None
    lowest, highest = min(rows, key=itemgetter(1)), max(rows, key=itemgetter(1))
    return CurveSegment(len(rows), rows[0][0], rows[-1][0], lowest[0], highest[0], lowest[1], highest[1])


def _thinned_hours(hours: Sequence[CurveSegment], pieces: int) -> list[datetime]:
    """The times of the points that stay, of hours in pieces of equal time."""
    first, last = (hours[place].first // _HOUR for place in (0, -1))
    width = -(-(last - first + 1) // pieces)
    kept: set[int] = set()
    for _, group in groupby(hours, key=lambda hour: (hour.first // _HOUR - first) // width):
        piece = list(group)
        kept |= {piece[0].first, piece[-1].last}
        kept |= {min(piece, key=attrgetter("low")).low_at, max(piece, key=attrgetter("high")).high_at}
    return [_EPOCH + micros * _MICROSECOND for micros in sorted(kept)]


def _thinned(connection: Connection, conditions: Conditions, first: int, last: int, pieces: int) -> list[datetime]:
    """The times of the points that stay, of points in pieces of equal time."""
    points = tables.equity_points.c
    width = -(-(last - first + 1) // pieces)
    piece = (type_coerce(points.time, BigInteger) - first) // width
    ends = select(
        piece.label("piece"),
        func.min(points.time).label("first"),
        func.max(points.time).label("last"),
        func.min(points.equity).label("low"),
        func.max(points.equity).label("high"),
    )
    extremes = ends.where(*conditions).group_by(piece).subquery()
    times = {time for row in connection.execute(select(extremes)) for time in (row.first, row.last)}
    for wanted in (extremes.c.low, extremes.c.high):
        earliest = select(func.min(points.time)).join(
            extremes, and_(piece == extremes.c.piece, points.equity == wanted)
        )
        times |= set(connection.execute(earliest.where(*conditions).group_by(extremes.c.piece)).scalars())
    return sorted(times)


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def drawdowns(
    connection: Connection, record: SessionRecord, since: datetime | None, until: datetime | None
) -> tuple[Decimal, Decimal]:
    """The largest and the last loss from a running peak within a span of the curve, percent, unrounded."""
    points, conditions = tables.equity_points.c, _span(record, since, until)
    running = func.max(points.equity).over(order_by=points.time, rows=(None, 0)).label("peak")
    seen = select(points.equity, running).where(*conditions).subquery()
    peaks = select(seen.c.peak, func.min(seen.c.equity)).group_by(seen.c.peak)
    losses = [(peak, drawdown_percent(peak, low)) for peak, low in connection.execute(peaks) if peak > ZERO]
    if not losses:
        return ZERO, ZERO
    last = connection.execute(select(points.equity).where(*conditions).order_by(points.time.desc()).limit(1))
    highest = max(peak for peak, _ in losses)
    return max(loss for _, loss in losses), drawdown_percent(highest, last.scalar_one())
