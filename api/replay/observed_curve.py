"""What a backtest keeps of an account's equity: the points of its curve, and the days that had data (R37, R38)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from domain.analytics.curve import DayEnd, day_ends
from domain.calendar import Zone
from domain.engine.events import CurvePoint
from domain.market.update import MarketUpdate

_ONE_DAY = timedelta(days=1)


class ObservedCurve:
    """The one place that keeps points and days while a backtest runs; days are those of a zone."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._points: dict[datetime, CurvePoint] = {}
        self._day_ends: dict[date, Decimal] = {}
        self._days: dict[str, set[date]] = {}
        self._spans: dict[str, tuple[datetime, datetime]] = {}

    def observe(self, points: Iterable[CurvePoint]) -> None:
        """Keep points; of those of one time, and of one day, the last counts."""
        for point in points:
            self._points[point.time] = point
            self._day_ends[point.day] = point.equity

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

    def points(self) -> Sequence[CurvePoint]:
        """The points in order of time."""
        return [self._points[time] for time in sorted(self._points)]

    def days(self, capital: Decimal, symbols: Iterable[str]) -> Sequence[DayEnd]:
        """The days with data of these symbols; equity is carried over flat ones (R38)."""
        days = set[date]().union(*(self._days.get(symbol, ()) for symbol in symbols))
        return [end for end in day_ends(capital, days, self._day_ends) if end.has_data]
