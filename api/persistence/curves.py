"""Equity curves as they are drawn: few points of many, with their extremes; and the drawdowns of a span of one."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, select

from api.persistence import tables
from api.persistence.curve_points import points_from
from api.persistence.mappers import record_from_row
from domain.analytics.replayed_curve import CurvePoint
from domain.engine.views import SessionRecord
from domain.money import ZERO
from domain.portfolio.hour import Hour, hour_of
from domain.portfolio.watermarks import drawdown_percent

_KEPT = 4


def curve(
    connection: Connection, record: SessionRecord, since: datetime | None, until: datetime | None, at_most: int
) -> list[CurvePoint]:
    """The points of a session's curve in a span, thinned to a number: of equal pieces of time, the first point, the
    last, the lowest and the highest stay.

    A piece is of whole hours if there are more hours than pieces, so that a long curve is drawn from its hours.
    """
    hours, pieces = _hours(connection, record, since, until), at_most // _KEPT
    if sum(hour.points for hour in hours) <= at_most:
        return list(_points(connection, record, since, until))
    if len(hours) <= pieces:
        span = hours[0].first_time, hours[-1].last_time
        return _thinned(_points(connection, record, since, until), span, pieces)
    return _thinned_hours(hours, pieces)


def drawdowns(
    connection: Connection, record: SessionRecord, since: datetime | None, until: datetime | None
) -> tuple[Decimal, Decimal]:
    """The largest and the last loss from a running peak within a span of the curve, percent, unrounded."""
    peak = deepest = last = ZERO
    for hour in _hours(connection, record, since, until):
        losses = [drawdown_percent(hour.deepest_from, hour.deepest_to) if hour.deepest_from > ZERO else ZERO]
        losses += [drawdown_percent(peak, hour.low) if peak > hour.low else ZERO]
        peak = max(peak, hour.high)
        losses += [drawdown_percent(peak, hour.last) if peak > hour.last else ZERO]
        peak = max(peak, hour.last)
        deepest, last = max(deepest, *losses), losses[-1]
    return deepest, last


def stored_hours(connection: Connection, record: SessionRecord) -> dict[datetime, Hour]:
    """The hours of a session's curve by their starts, in order."""
    hours = tables.equity_hours
    query = select(hours).where(hours.c.account_id == record.account_id, hours.c.session == record.session.number)
    stored = {row.hour: record_from_row(Hour, row) for row in connection.execute(query.order_by(hours.c.hour))}
    return stored | record.growth.hours


def _hours(connection: Connection, record: SessionRecord, since: datetime | None, until: datetime | None) -> list[Hour]:
    """The hours of a span that have points; of one that the span cuts, what is within."""
    hours: list[Hour] = []
    for hour in stored_hours(connection, record).values():
        if (since is not None and hour.last_time < since) or (until is not None and hour.first_time >= until):
            continue
        is_cut = (since is not None and hour.first_time < since) or (until is not None and hour.last_time >= until)
        hours += _cut(connection, record, hour, since, until) if is_cut else [hour]
    return hours


def _cut(
    connection: Connection, record: SessionRecord, hour: Hour, since: datetime | None, until: datetime | None
) -> Iterator[Hour]:
    """What of an hour is within a span, point by point."""
    first = hour.first_time if since is None else max(since, hour.first_time)
    for point in _points(connection, record, first, until):
        if hour_of(point.time) != hour_of(hour.first_time):
            return
        yield _hour_of_one(point)


def _hour_of_one(point: CurvePoint) -> Hour:
    time, equity, peak = point.time, point.equity, point.peak
    return Hour(1, time, time, time, time, equity, equity, equity, equity, peak, peak, peak, peak, equity, equity)


def _points(
    connection: Connection, record: SessionRecord, since: datetime | None, until: datetime | None
) -> Iterator[CurvePoint]:
    for point in points_from(connection, record, since):
        if until is not None and point.time >= until:
            return
        if since is None or point.time >= since:
            yield point


def _thinned_hours(hours: Sequence[Hour], pieces: int) -> list[CurvePoint]:
    """The points that stay, of hours in pieces of equal time."""
    begun = hour_of(hours[0].first_time)
    count = int((hour_of(hours[-1].first_time) - begun).total_seconds()) // 3600 + 1
    width = -(-count // pieces)
    kept: list[CurvePoint] = []
    for _, group in groupby(hours, key=lambda hour: int((hour.first_time - begun).total_seconds()) // 3600 // width):
        kept += _kept_of([point for hour in group for point in _places(hour)])
    return kept


def _places(hour: Hour) -> Iterable[CurvePoint]:
    """The points of an hour that are known."""
    yield CurvePoint(hour.first_time, hour.first, hour.first_peak)
    yield CurvePoint(hour.low_time, hour.low, hour.low_peak)
    yield CurvePoint(hour.high_time, hour.high, hour.high_peak)
    yield CurvePoint(hour.last_time, hour.last, hour.last_peak)


def _thinned(points: Iterable[CurvePoint], span: tuple[datetime, datetime], pieces: int) -> list[CurvePoint]:
    """The points that stay, of points in pieces of equal time."""
    first, last = span
    width = (last - first) / pieces
    kept: list[CurvePoint] = []
    for _, group in groupby(points, key=lambda point: min(int((point.time - first) / width), pieces - 1)):
        kept += _kept_of(_four(group))
    return kept


def _four(points: Iterable[CurvePoint]) -> list[CurvePoint]:
    """The first of many points, the lowest, the highest and the last; of equal ones the earliest."""
    first = low = high = last = None
    for last in points:
        first = first or last
        low = last if low is None or last.equity < low.equity else low
        high = last if high is None or last.equity > high.equity else high
    return [point for point in (first, low, high, last) if point is not None]


def _kept_of(points: Sequence[CurvePoint]) -> list[CurvePoint]:
    """The first, the lowest, the highest and the last of some points, each once, in order of time."""
    ordered = sorted(points, key=attrgetter("time"))
    lowest, highest = min(ordered, key=attrgetter("equity")), max(ordered, key=attrgetter("equity"))
    by_time = {point.time: point for point in (ordered[0], lowest, highest, ordered[-1])}
    return [by_time[time] for time in sorted(by_time)]
