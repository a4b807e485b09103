"""An hour of a curve in whole numbers, while it grows (R37): an amount is its count of the smallest, 0.00000001."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from domain.money import amount_of, units_of
from domain.portfolio.hour import Hour, hour_of

_HOUR = timedelta(hours=1)

_Place = tuple[datetime, int, int]
"""A point that an hour remembers: its time, its equity, and the running peak by then."""


class CountedHour:
    """An hour in whole numbers; once it is part of what is known, only copies of it grow."""

    __slots__ = (
        "count", "deepest_from", "deepest_to", "end", "first", "has_grown", "high", "known", "last", "low", "start",
    )  # fmt: skip

    def __init__(self, time: datetime, equity: int, peak: int) -> None:
        self.start = hour_of(time)
        self.end = self.start + _HOUR
        self.count = 1
        self.first = self.last = self.low = self.high = (time, equity, peak)
        self.deepest_from = self.deepest_to = equity
        self.has_grown = True
        self.known: Hour | None = None

    @classmethod
    def of(cls, hour: Hour) -> "CountedHour":
        """An hour that is known."""
        counted = cls(hour.first_time, units_of(hour.first), units_of(hour.first_peak))
        counted.count = hour.points
        if hour.points > 1:
            counted.low = (hour.low_time, units_of(hour.low), units_of(hour.low_peak))
            counted.high = (hour.high_time, units_of(hour.high), units_of(hour.high_peak))
            counted.last = (hour.last_time, units_of(hour.last), units_of(hour.last_peak))
        counted.deepest_from, counted.deepest_to = units_of(hour.deepest_from), units_of(hour.deepest_to)
        counted.has_grown, counted.known = False, hour
        return counted

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CountedHour) and self.hour == other.hour

    __hash__ = None  # type: ignore[assignment]

    def copy(self) -> "CountedHour":
        """The same hour, to grow on from what is known."""
        copy = CountedHour.__new__(CountedHour)
        copy.start, copy.end, copy.count = self.start, self.end, self.count
        copy.first, copy.low, copy.high, copy.last = self.first, self.low, self.high, self.last
        copy.deepest_from, copy.deepest_to = self.deepest_from, self.deepest_to
        copy.has_grown, copy.known = False, self.known
        return copy

    def add(self, time: datetime, equity: int, peak: int) -> None:
        """A later point. The one before it is final, and counts among the extremes."""
        last, high = self.last, self.high
        before = last[1]
        if before < self.low[1]:
            self.low = last
        if before > high[1]:
            self.high = high = last
        self._deepen(high[1], (before,))
        self.count += 1
        self.last = (time, equity, peak)
        self.has_grown, self.known = True, None

    def add_all(self, times: Sequence[datetime], equities: Sequence[int], peak: int) -> None:
        """Later points, one after the other, from a running peak on. All but the last are final, and so is the one
        before them."""
        last, top = self.last, self.high[1]
        final = (last[1], *equities[:-1])
        least, most = min(final), max(final)

        def place_of(equity: int) -> _Place:
            place = final.index(equity)
            return (times[place - 1], equity, max(peak, *equities[:place])) if place else last

        if least < self.low[1]:
            self.low = place_of(least)
        if most > top:
            self.high = place_of(most)
        if self._may_deepen(least, max(top, most)):
            self._deepen(top, final)
        self.count += len(times)
        self.last = (times[-1], equities[-1], max(peak, *equities))
        self.has_grown, self.known = True, None

    def _may_deepen(self, least: int, top: int) -> bool:
        worst = self.deepest_from
        return least < 0 or worst <= 0 or (top - least) * worst > (worst - self.deepest_to) * top

    def _deepen(self, top: int, equities: Iterable[int]) -> None:
        """Equities are final, after a highest one."""
        worst, worst_to = self.deepest_from, self.deepest_to
        for equity in equities:
            if equity > top:
                top = equity
            if top > 0 and (worst <= 0 or (top - equity) * worst > (worst - worst_to) * top):
                worst, worst_to = top, equity
        self.deepest_from, self.deepest_to = worst, worst_to

    def replace(self, equity: int, peak: int) -> None:
        """The last point anew."""
        self.last = (self.last[0], equity, peak)
        if self.count == 1:
            self.first = self.low = self.high = self.last
            self.deepest_from = self.deepest_to = equity
        self.has_grown, self.known = True, None

    @property
    def hour(self) -> Hour:
        """The hour as it stands."""
        if self.known is None:
            self.known = self._as_it_stands()
        return self.known

    def _as_it_stands(self) -> Hour:
        (first_time, first, first_peak), (low_time, low, low_peak) = self.first, self.low
        (high_time, high, high_peak), (last_time, last, last_peak) = self.high, self.last
        return Hour(
            points=self.count,
            first_time=first_time,
            low_time=low_time,
            high_time=high_time,
            last_time=last_time,
            first=amount_of(first),
            low=amount_of(low),
            high=amount_of(high),
            last=amount_of(last),
            first_peak=amount_of(first_peak),
            low_peak=amount_of(low_peak),
            high_peak=amount_of(high_peak),
            last_peak=amount_of(last_peak),
            deepest_from=amount_of(self.deepest_from),
            deepest_to=amount_of(self.deepest_to),
        )
