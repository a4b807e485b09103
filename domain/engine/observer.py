"""Equity observed point by point (R34, R37): what becomes of the watermarks, and of the curve's hours and days.

There are many points, so they are taken in whole numbers: an amount is its count of the smallest, 0.00000001.
"""

from dataclasses import field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from domain.money import amount_of, units_of
from domain.portfolio.hour import Hour, hour_of
from domain.portfolio.watermarks import EquityWatermarks
from domain.records import dataclass

_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class CurveGrowth:
    """What a session's curve grew by: its points, in counts of the smallest amount; as far as they changed, its hours
    and the equity at the ends of its days. A later point of a time replaces the earlier one (R37)."""

    points: dict[datetime, int] = field(default_factory=dict)
    hours: dict[datetime, Hour] = field(default_factory=dict)
    days: dict[date, Decimal] = field(default_factory=dict)

    def add(self, later: "CurveGrowth") -> None:
        """Take in what it grew by next."""
        self.points |= later.points
        self.hours |= later.hours
        self.days |= later.days


@dataclass(frozen=True, slots=True)
class SessionCurve:
    """What the curve of an account's session grew by."""

    account_id: UUID
    session: int
    growth: CurveGrowth


class Observer:
    """Takes the points of a session's curve in their order, from its watermarks and its last hour on."""

    __slots__ = (
        "_day", "_day_before", "_day_reference", "_days", "_equity", "_finished", "_hour", "_peak", "_points", "_time",
        "_watched_peak", "_worst_equity", "_worst_peak",
    )  # fmt: skip

    def __init__(self, watermarks: EquityWatermarks, hour: Hour | None) -> None:
        self._equity = units_of(watermarks.equity)
        self._peak = units_of(watermarks.peak)
        self._watched_peak = units_of(watermarks.watched_peak)
        self._worst_peak = units_of(watermarks.worst_peak)
        self._worst_equity = units_of(watermarks.worst_equity)
        self._day_reference = units_of(watermarks.day_reference)
        self._day_before = units_of(watermarks.day_before)
        self._time, self._day = watermarks.time, watermarks.day
        self._hour = None if hour is None else _OpenHour.of(hour)
        self._finished: dict[datetime, Hour] = {}
        self._days: dict[date, int] = {}
        self._points: dict[datetime, int] = {}

    def observe(self, time: datetime, day: date, equity: int) -> None:
        """A point: dated no earlier than the last one, which it replaces if that is of the same time (R37)."""
        if self._time is None or time > self._time:
            self._settle()
            self._time = time
            self._add_to_hour(time, equity)
        else:
            self._replace_in_hour(equity)
        if self._day is None:
            self._day = day
        elif day > self._day:
            self._day, self._day_before, self._day_reference = day, self._equity, self._equity
        self._equity = equity
        self._days[self._day] = equity
        self._points[self._time] = equity

    def resume(self, equity: Decimal) -> None:
        """A halt is lifted: both measures of loss start again from here (R34)."""
        self._settle()
        self._equity = self._watched_peak = self._day_reference = units_of(equity)

    @property
    def time(self) -> datetime | None:
        """The time of the last point."""
        return self._time

    @property
    def watermarks(self) -> EquityWatermarks:
        """What follows from the points."""
        return EquityWatermarks(
            equity=amount_of(self._equity),
            peak=amount_of(self._peak),
            watched_peak=amount_of(self._watched_peak),
            worst_peak=amount_of(self._worst_peak),
            worst_equity=amount_of(self._worst_equity),
            day_reference=amount_of(self._day_reference),
            day_before=amount_of(self._day_before),
            time=self._time,
            day=self._day,
        )

    @property
    def hour(self) -> Hour | None:
        """The last hour."""
        return None if self._hour is None else self._hour.closed()

    @property
    def growth(self) -> CurveGrowth:
        """What the curve grew by."""
        hours = dict(self._finished)
        if self._hour is not None and self._hour.has_grown:
            hours[self._hour.start] = self._hour.closed()
        return CurveGrowth(self._points, hours, {day: amount_of(equity) for day, equity in self._days.items()})

    def _settle(self) -> None:
        """The last point is final: nothing will replace it."""
        equity = self._equity
        self._watched_peak = max(self._watched_peak, equity)
        if equity >= self._peak:
            self._peak = equity
        elif (self._peak - equity) * self._worst_peak > (self._worst_peak - self._worst_equity) * self._peak:
            self._worst_peak, self._worst_equity = self._peak, equity

    def _add_to_hour(self, time: datetime, equity: int) -> None:
        hour, peak = self._hour, max(self._peak, equity)
        if hour is not None and time < hour.end:
            hour.add(time, equity, peak)
            return
        if hour is not None and hour.has_grown:
            self._finished[hour.start] = hour.closed()
        self._hour = _OpenHour(time, equity, peak)

    def _replace_in_hour(self, equity: int) -> None:
        if self._hour is not None:
            self._hour.replace(equity, max(self._peak, equity))


class _Place:
    """A point that an hour remembers."""

    __slots__ = ("equity", "peak", "time")

    def __init__(self, time: datetime, equity: int, peak: int) -> None:
        self.time, self.equity, self.peak = time, equity, peak


class _OpenHour:
    """An hour that grows."""

    __slots__ = (
        "count", "deepest_from", "deepest_to", "end", "first", "has_grown", "high", "known", "last", "low", "start",
    )  # fmt: skip

    def __init__(self, time: datetime, equity: int, peak: int) -> None:
        self.start = hour_of(time)
        self.end = self.start + _HOUR
        self.count = 1
        self.first = self.last = self.low = self.high = _Place(time, equity, peak)
        self.deepest_from = self.deepest_to = equity
        self.has_grown = True
        self.known: Hour | None = None

    @classmethod
    def of(cls, hour: Hour) -> "_OpenHour":
        opened = cls(hour.first_time, units_of(hour.first), units_of(hour.first_peak))
        opened.count = hour.points
        if hour.points > 1:
            opened.low = _Place(hour.low_time, units_of(hour.low), units_of(hour.low_peak))
            opened.high = _Place(hour.high_time, units_of(hour.high), units_of(hour.high_peak))
            opened.last = _Place(hour.last_time, units_of(hour.last), units_of(hour.last_peak))
        opened.deepest_from, opened.deepest_to = units_of(hour.deepest_from), units_of(hour.deepest_to)
        opened.has_grown, opened.known = False, hour
        return opened

    def add(self, time: datetime, equity: int, peak: int) -> None:
        last = self.last
        if last.equity < self.low.equity:
            self.low = last
        if last.equity > self.high.equity:
            self.high = last
        top, worst = self.high.equity, self.deepest_from
        if top > 0 and (worst <= 0 or (top - last.equity) * worst > (worst - self.deepest_to) * top):
            self.deepest_from, self.deepest_to = top, last.equity
        self.count += 1
        self.last = _Place(time, equity, peak)
        self.has_grown, self.known = True, None

    def replace(self, equity: int, peak: int) -> None:
        place = _Place(self.last.time, equity, peak)
        if self.count == 1:
            self.first = self.low = self.high = place
            self.deepest_from = self.deepest_to = equity
        self.last = place
        self.has_grown, self.known = True, None

    def closed(self) -> Hour:
        """The hour as it stands."""
        if self.known is None:
            self.known = self._as_it_stands()
        return self.known

    def _as_it_stands(self) -> Hour:
        first, low, high, last = self.first, self.low, self.high, self.last
        return Hour(
            points=self.count,
            first_time=first.time,
            low_time=low.time,
            high_time=high.time,
            last_time=last.time,
            first=amount_of(first.equity),
            low=amount_of(low.equity),
            high=amount_of(high.equity),
            last=amount_of(last.equity),
            first_peak=amount_of(first.peak),
            low_peak=amount_of(low.peak),
            high_peak=amount_of(high.peak),
            last_peak=amount_of(last.peak),
            deepest_from=amount_of(self.deepest_from),
            deepest_to=amount_of(self.deepest_to),
        )
