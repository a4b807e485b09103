"""Equity observed point by point (R34, R37): what becomes of the watermarks, and of the curve's hours and days.

There are many points, so they are taken in whole numbers: an amount is its count of the smallest, 0.00000001. What is
known by a point stays in them, for most of it is only observed on from: it becomes decimals when it is asked for.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from operator import lt
from typing import NamedTuple
from uuid import UUID

from domain.engine.counted_hour import CountedHour
from domain.money import amount_of, units_of
from domain.portfolio.hour import Hour
from domain.portfolio.watermarks import EquityWatermarks
from domain.records import dataclass


class ObservedEquity(NamedTuple):
    """What is known of a session's equity by a point: its watermarks in whole numbers, and the curve's last hour."""

    equity: int
    peak: int
    watched_peak: int
    worst_peak: int
    worst_equity: int
    day_reference: int
    day_before: int
    time: datetime | None
    day: date | None
    last_hour: CountedHour | None

    @classmethod
    def of(cls, watermarks: EquityWatermarks, hour: Hour | None) -> "ObservedEquity":
        """What watermarks and a last hour say."""
        return cls(
            units_of(watermarks.equity),
            units_of(watermarks.peak),
            units_of(watermarks.watched_peak),
            units_of(watermarks.worst_peak),
            units_of(watermarks.worst_equity),
            units_of(watermarks.day_reference),
            units_of(watermarks.day_before),
            watermarks.time,
            watermarks.day,
            None if hour is None else CountedHour.of(hour),
        )

    @property
    def watermarks(self) -> EquityWatermarks:
        """What follows from the points."""
        return EquityWatermarks(
            equity=amount_of(self.equity),
            peak=amount_of(self.peak),
            watched_peak=amount_of(self.watched_peak),
            worst_peak=amount_of(self.worst_peak),
            worst_equity=amount_of(self.worst_equity),
            day_reference=amount_of(self.day_reference),
            day_before=amount_of(self.day_before),
            time=self.time,
            day=self.day,
        )

    @property
    def hour(self) -> Hour | None:
        """The last hour."""
        return None if self.last_hour is None else self.last_hour.hour


@dataclass(slots=True)
class CurveGrowth:
    """What a session's curve grew by, in counts of the smallest amount: its points, as times and equities; as far as
    they changed, its hours and the equity at the ends of its days. Times rise; the first point may be of the time of
    the last one before, which it replaces (R37)."""

    times: list[datetime] = field(default_factory=list)
    equities: list[int] = field(default_factory=list)
    counted_hours: dict[datetime, CountedHour] = field(default_factory=dict)
    counted_days: dict[date, int] = field(default_factory=dict)

    @property
    def points(self) -> dict[datetime, int]:
        """The equities by their times."""
        return dict(zip(self.times, self.equities, strict=True))

    @property
    def hours(self) -> dict[datetime, Hour]:
        """The hours by their starts."""
        return {start: counted.hour for start, counted in self.counted_hours.items()}

    @property
    def days(self) -> dict[date, Decimal]:
        """The equity at the ends of days."""
        return {day: amount_of(equity) for day, equity in self.counted_days.items()}

    def add(self, later: "CurveGrowth") -> None:
        """Take in what it grew by next."""
        self.add_points(later)
        self.counted_hours |= later.counted_hours
        self.counted_days |= later.counted_days

    def add_points(self, later: "CurveGrowth") -> None:
        """Take in the points that it grew by next."""
        if self.times and self.times[-1:] == later.times[:1]:
            self.times.pop(), self.equities.pop()
        self.times += later.times
        self.equities += later.equities


@dataclass(frozen=True, slots=True)
class SessionCurve:
    """What the curve of an account's session grew by."""

    account_id: UUID
    session: int
    growth: CurveGrowth


class Observer:
    """Takes the points of a session's curve in their order, from what is known on. Once its growth or what it observed
    is taken, it takes no more."""

    __slots__ = (
        "_day", "_day_before", "_day_reference", "_days", "_equities", "_finished", "_hour", "_peak", "_times",
        "_watched_peak", "_worst_equity", "_worst_peak", "equity", "time",
    )  # fmt: skip

    def __init__(self, known: ObservedEquity) -> None:
        (
            self.equity, self._peak, self._watched_peak, self._worst_peak, self._worst_equity, self._day_reference,
            self._day_before, self.time, self._day, hour,
        ) = known  # fmt: skip
        self._hour = None if hour is None else hour.copy()
        self._finished: dict[datetime, CountedHour] = {}
        self._days: dict[date, int] = {}
        self._times: list[datetime] = []
        self._equities: list[int] = []

    def observe(self, time: datetime, day: date, equity: int) -> None:
        """A point: dated no earlier than the last one, which it replaces if that is of the same time (R37)."""
        if self.time is None or time > self.time:
            self._settle()
            self.time = time
            hour, peak = self._hour, max(equity, self._peak)
            if hour is not None and time < hour.end:
                hour.add(time, equity, peak)
            else:
                self._begin_hour(time, equity, peak)
        elif self._hour is not None:
            self._hour.replace(equity, max(self._peak, equity))
        if day != self._day:
            self._go_on_to(day)
        self.equity = equity
        self._days[self._day or day] = equity
        if self._times and self._times[-1] == self.time:
            self._equities[-1] = equity
        else:
            self._times.append(self.time)
            self._equities.append(equity)

    def observe_all(self, times: Sequence[datetime], days: Sequence[date], equities: Sequence[int]) -> None:
        """Points, one after the other: those of one hour together, as it costs a fraction."""
        place = 0
        while place < len(times):
            until = place if self._hour is None else bisect_left(times, self._hour.end, place)
            if self._observe_together(times[place:until], days[place:until], equities[place:until]):
                place = until
            else:
                self.observe(times[place], days[place], equities[place])
                place += 1

    def _observe_together(self, times: Sequence[datetime], days: Sequence[date], equities: Sequence[int]) -> bool:
        """Observe points of the hour and the day that the last point is of; whether they are such."""
        hour, last = self._hour, self.time
        if len(times) < 2 or hour is None or last is None or days.count(days[0]) < len(days) or days[0] != self._day:
            return False
        if times[-1] >= hour.end or not all(map(lt, (last, *times), times)):
            return False
        hour.add_all(times, equities, max(self._peak, self.equity))
        self._settle_all((self.equity, *equities[:-1]))
        self.time, self.equity = times[-1], equities[-1]
        self._days[days[0]] = self.equity
        self._times += times
        self._equities += equities
        return True

    def resume(self, equity: Decimal) -> None:
        """A halt is lifted: both measures of loss start again from here (R34)."""
        self._settle()
        self.equity = self._watched_peak = self._day_reference = units_of(equity)

    @property
    def observed(self) -> ObservedEquity:
        """What is known now."""
        return ObservedEquity(
            self.equity, self._peak, self._watched_peak, self._worst_peak, self._worst_equity, self._day_reference,
            self._day_before, self.time, self._day, self._hour,
        )  # fmt: skip

    @property
    def growth(self) -> CurveGrowth:
        """What the curve grew by."""
        hours = dict(self._finished)
        if self._hour is not None and self._hour.has_grown:
            hours[self._hour.start] = self._hour
        return CurveGrowth(self._times, self._equities, hours, self._days)

    def _settle(self) -> None:
        """The last point is final: nothing will replace it."""
        equity, peak = self.equity, self._peak
        if equity > self._watched_peak:
            self._watched_peak = equity
        if equity >= peak:
            self._peak = equity
        elif (peak - equity) * self._worst_peak > (self._worst_peak - self._worst_equity) * peak:
            self._worst_peak, self._worst_equity = peak, equity

    def _settle_all(self, equities: Sequence[int]) -> None:
        """Points are final, one after the other."""
        least, most = min(equities), max(equities)
        peak = max(self._peak, most)
        if least < 0 or (peak - least) * self._worst_peak > (self._worst_peak - self._worst_equity) * peak:
            for self.equity in equities:
                self._settle()
        else:
            self._peak, self._watched_peak = peak, max(self._watched_peak, most)

    def _begin_hour(self, time: datetime, equity: int, peak: int) -> None:
        if self._hour is not None and self._hour.has_grown:
            self._finished[self._hour.start] = self._hour
        self._hour = CountedHour(time, equity, peak)

    def _go_on_to(self, day: date) -> None:
        """A day begins, unless it is one that is over: a point of such a one counts for the day that it is."""
        if self._day is None:
            self._day = day
        elif day > self._day:
            self._day, self._day_before, self._day_reference = day, self.equity, self.equity
