"""Hours of equity curves, kept up to date with each point, so that a long curve can be drawn from few rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, select, tuple_

from api.persistence import tables
from api.persistence.chunks import chunks
from api.persistence.mappers import Values, record_from_row, values_of
from api.persistence.projections.projection import Projection
from api.persistence.projections.summary import Summary
from domain.engine.events import CurvePoint

Key = tuple[UUID, int, datetime]
"""Account, session, and when the hour began."""

Points = dict[datetime, Decimal]
"""Equities by market time."""

_STREAMED = 2_000


@dataclass(frozen=True, slots=True)
class Hour:
    """The points of a session's curve in one hour of market time: how many, the first, the last, and the extremes.

    A later observation may replace the last point (R37), so the extremes are those of the points before it; of a
    single point, itself.
    """

    points: int
    first_time: datetime
    last_time: datetime
    low_time: datetime
    high_time: datetime
    last: Decimal
    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, time: datetime, equity: Decimal) -> "Hour":
        """An hour with its first point."""
        return cls(1, time, time, time, time, equity, equity, equity)

    def with_point(self, time: datetime, equity: Decimal) -> "Hour":
        """This hour with its next point, or with its last one replaced."""
        if time == self.last_time:
            return Hour.of(time, equity) if self.points == 1 else replace(self, last=equity)
        hour = replace(self, points=self.points + 1, last_time=time, last=equity)
        if self.last < self.low:
            hour = replace(hour, low=self.last, low_time=self.last_time)
        if self.last > self.high:
            hour = replace(hour, high=self.last, high_time=self.last_time)
        return hour


def key_of(point: CurvePoint) -> Key:
    """The hour that a point belongs to."""
    return point.account_id, point.session, _hour_of(point.time)


def hours_with(connection: Connection, points: Sequence[CurvePoint]) -> Iterator[Values]:
    """The rows of hours as they are with these new points.

    Points mostly come in order of time; where a symbol lags behind another they do not, and the hour is folded again.
    """
    added: dict[Key, Points] = {}
    for point in points:
        added.setdefault(key_of(point), {})[point.time] = point.equity
    stored = _stored(connection, sorted(added))
    for key, new in added.items():
        hour = stored.get(key)
        if hour is not None and min(new) < hour.last_time:
            hour, new = None, {**_points_of(connection, key), **new}
        yield hour_values(key, folded(new, hour))


def hours_anew(
    connection: Connection, session: tuple[UUID, int], since: datetime, points: Sequence[CurvePoint]
) -> Iterator[Values]:
    """The rows of a session's hours where its points from `since` on, which are not stored, were replaced by others.

    Some of these may be earlier. Hours that have no point any more are deleted.
    """
    added: dict[Key, Points] = {(*session, _hour_of(since)): {}}
    for point in points:
        added.setdefault(key_of(point), {})[point.time] = point.equity
    hours = tables.equity_hours
    is_replaced = hours.c.hour >= _hour_of(since)
    connection.execute(
        delete(hours).where(hours.c.account_id == session[0], hours.c.session == session[1], is_replaced)
    )
    for key, new in added.items():
        if known := {**_points_of(connection, key), **new}:
            yield hour_values(key, folded(known))


def folded(points: Points, hour: Hour | None = None) -> Hour:
    """An hour, or a new one, with points that are none of them before its last."""
    for time in sorted(points):
        hour = Hour.of(time, points[time]) if hour is None else hour.with_point(time, points[time])
    assert hour is not None  # noqa: S101 - nobody asks for an hour without points
    return hour


def hours_of_all_points(connection: Connection) -> Iterator[Values]:
    """The rows of all hours, by all points that are stored."""
    columns = tables.equity_points.c
    order = (columns.account_id, columns.session, columns.time)
    query = select(*order, columns.equity).order_by(*order).execution_options(yield_per=_STREAMED)
    hour: tuple[Key, Hour] | None = None
    for row in connection.execute(query):
        key = row.account_id, row.session, _hour_of(row.time)
        if hour is not None and hour[0] == key:
            hour = key, hour[1].with_point(row.time, row.equity)
            continue
        if hour is not None:
            yield hour_values(*hour)
        hour = key, Hour.of(row.time, row.equity)
    if hour is not None:
        yield hour_values(*hour)


def hour_values(key: Key, hour: Hour) -> Values:
    """The row of an hour."""
    return {"account_id": key[0], "session": key[1], "hour": key[2], **values_of(hour, tables.equity_hours)}


def _hour_of(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)


def _stored(connection: Connection, keys: Sequence[Key]) -> dict[Key, Hour]:
    columns = tables.equity_hours.c
    place: Any = tuple_(columns.account_id, columns.session, columns.hour)
    hours: dict[Key, Hour] = {}
    for chunk in chunks(keys):
        rows = connection.execute(select(tables.equity_hours).where(place.in_(chunk)))
        hours |= {(row.account_id, row.session, row.hour): record_from_row(Hour, row) for row in rows}
    return hours


def _points_of(connection: Connection, key: Key) -> Points:
    account_id, session, hour = key
    columns = tables.equity_points.c
    query = select(columns.time, columns.equity).where(
        columns.account_id == account_id,
        columns.session == session,
        columns.time >= hour,
        columns.time < hour + timedelta(hours=1),
    )
    return {row.time: row.equity for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class _HoursOfGroup:
    points: list[CurvePoint] = field(default_factory=list)

    def add(self, subject: CurvePoint) -> None:
        self.points.append(subject)

    def rows(self, connection: Connection) -> Iterator[Values]:
        return hours_with(connection, self.points)


class _HoursOfHistory:
    """Reads the points again, which are stored: there are too many to remember."""

    def add(self, subject: CurvePoint) -> None:
        pass

    def rows(self, connection: Connection) -> Iterator[Values]:
        return hours_of_all_points(connection)


EQUITY_HOURS = Summary(Projection(tables.equity_hours), CurvePoint, _HoursOfGroup, _HoursOfHistory)
