"""What a backtest keeps of an account's equity: the points of its curve, and the days that had data (R37, R38)."""

from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, islice, repeat
from operator import floordiv, sub
from typing import overload

from domain.analytics.curve import DayEnd, day_ends
from domain.analytics.replayed_curve import CurvePoint
from domain.calendar import Zone
from domain.engine.observer import CurveGrowth
from domain.market.update import MarketUpdate
from domain.money import amount_of, units_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ONE_DAY = timedelta(days=1)

_MOST_NEW = 50_000
"""How many points stay as they came before they are put away, unless somebody asks for them."""


class KeptPoints(Sequence[CurvePoint]):
    """Points in order of time, three numbers each, for there are many; the newest are put among them together."""

    def __init__(self, capital: Decimal) -> None:
        self._times, self._equities, self._peaks = array("q"), array("q"), array("q")
        self._peak = units_of(capital)
        self._new = CurveGrowth()

    def extend(self, growth: CurveGrowth) -> None:
        """The next points in order of time, of which the first may be the last one again (R37)."""
        self._new.add_points(growth)
        if len(self._new.times) >= _MOST_NEW:
            self._keep()

    def _keep(self) -> None:
        new, self._new = self._new, CurveGrowth()
        times = list(map(floordiv, map(sub, new.times, repeat(_EPOCH)), repeat(_MICROSECOND)))
        if self._times and times and self._times[-1] == times[0]:
            self._times.pop(), self._equities.pop(), self._peaks.pop()
        known = self._peaks[-1] if self._peaks else self._peak
        self._times.extend(times)
        self._equities.extend(new.equities)
        self._peaks.extend(islice(accumulate(new.equities, max, initial=known), 1, None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeptPoints) and self.columns == other.columns

    __hash__ = None  # type: ignore[assignment]

    @property
    def columns(self) -> tuple["array[int]", "array[int]", "array[int]"]:
        """Times in microseconds since 1970, equities and peaks in counts of 0.00000001."""
        self._keep()
        return self._times, self._equities, self._peaks

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, place: int) -> CurvePoint: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[CurvePoint]: ...

    def __getitem__(self, place: int | slice) -> CurvePoint | Sequence[CurvePoint]:
        if isinstance(place, slice):
            return [self[index] for index in range(*place.indices(len(self)))]
        times, equities, peaks = self.columns
        return CurvePoint(_EPOCH + times[place] * _MICROSECOND, amount_of(equities[place]), amount_of(peaks[place]))


class ObservedCurve:
    """The one place that keeps points and days while a backtest runs; days are those of a zone."""

    def __init__(self, zone: Zone, capital: Decimal) -> None:
        self.points = KeptPoints(capital)
        self._zone = zone
        self._day_ends: dict[date, Decimal] = {}
        self._days: dict[str, set[date]] = {}
        self._spans: dict[str, tuple[datetime, datetime]] = {}

    def grow(self, growth: CurveGrowth) -> None:
        """Keep what the curve grew by; of the points of one time, and of one day, the last counts."""
        self.points.extend(growth)
        self._day_ends |= growth.days

    def note_data(self, update: MarketUpdate) -> None:
        """Remember that a symbol had data on the day on which a bar or quote starts."""
        span = self._spans.get(update.symbol)
        if span is None or not span[0] <= update.start < span[1]:
            self._note_day(update)

    def _note_day(self, update: MarketUpdate) -> None:
        """What starts later that day, up to a change of clocks, is known to from here on."""
        day = self._zone.day_of(update.start)
        self._days.setdefault(update.symbol, set()).add(day)
        next_day = self._zone.start_of(day + _ONE_DAY)
        if update.start < next_day and self._zone.day_of_all(update.start, next_day) == day:
            self._spans[update.symbol] = (update.start, next_day)

    def days(self, capital: Decimal, symbols: Iterable[str]) -> Sequence[DayEnd]:
        """The days with data of these symbols; equity is carried over flat ones (R38)."""
        days = set[date]().union(*(self._days.get(symbol, ()) for symbol in symbols))
        return [end for end in day_ends(capital, days, self._day_ends) if end.has_data]
