"""Hours of equity curves, kept up to date with each point, so that a long curve can be drawn from few rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from api.persistence import tables
from api.persistence.loading import chunks
from api.persistence.records import Values, record_of, values_of
from domain.events import CurvePoint

Key = tuple[UUID, int, datetime]
"""Account, session, and when the hour began."""


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
        found = replace(self, points=self.points + 1, last_time=time, last=equity)
        if self.last < self.low:
            found = replace(found, low=self.last, low_time=self.last_time)
        if self.last > self.high:
            found = replace(found, high=self.last, high_time=self.last_time)
        return found


def key_of(point: CurvePoint) -> Key:
    """The hour that a point belongs to."""
    return point.account_id, point.session, point.time.replace(minute=0, second=0, microsecond=0)


def extended(hour: Hour | None, point: CurvePoint) -> Hour:
    """An hour with one more point, or a new one."""
    return Hour.of(point.time, point.equity) if hour is None else hour.with_point(point.time, point.equity)


async def hours_with(connection: AsyncConnection, points: Sequence[CurvePoint]) -> dict[Key, Values]:
    """The rows of hours as they are with these new points."""
    found = await _stored(connection, sorted({key_of(point) for point in points}))
    for point in points:
        key = key_of(point)
        found[key] = extended(found.get(key), point)
    return {key: hour_values(key, hour) for key, hour in found.items()}


def hour_values(key: Key, hour: Hour) -> Values:
    """The row of an hour."""
    return {"account_id": key[0], "session": key[1], "hour": key[2], **values_of(hour, tables.equity_hours)}


async def _stored(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, Hour]:
    columns = tables.equity_hours.c
    place: Any = tuple_(columns.account_id, columns.session, columns.hour)
    found: dict[Key, Hour] = {}
    for chunk in chunks(keys):
        rows = await connection.execute(select(tables.equity_hours).where(place.in_(chunk)))
        found |= {(row.account_id, row.session, row.hour): record_of(Hour, row) for row in rows}
    return found
