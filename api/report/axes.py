"""Axes of charts: round ticks, and places along an axis."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from domain.money import ONE, ZERO, product, quotient

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_MOST_DATES = 8
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SPANS = (_HOUR, 3 * _HOUR, 6 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY)
_MONTH_COUNTS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_A_MONDAY = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of numbers from one round tick to another."""

    low: Decimal
    high: Decimal
    step: Decimal

    def place(self, value: Decimal) -> Decimal:
        """Where a value stands: 0 at the low end, 1 at the high end."""
        return quotient(value - self.low, self.high - self.low)

    @property
    def ticks(self) -> list[Decimal]:
        """The round numbers on it."""
        count = int(quotient(self.high - self.low, self.step))
        return [self.low + self.step * number for number in range(count + 1)]


def axis(low: Decimal, high: Decimal, pieces: int) -> Axis:
    """An axis that holds two numbers, in about so many pieces."""
    if low == high:
        low, high = low - max(ONE, quotient(abs(low), Decimal(100))), high + max(ONE, quotient(abs(high), Decimal(100)))
    step = round_step(high - low, pieces)
    return Axis(_multiple(low, step, ROUND_FLOOR), _multiple(high, step, ROUND_CEILING), step)


def round_step(width: Decimal, pieces: int) -> Decimal:
    """The smallest of 1, 2 and 5 times a power of ten that cuts a width into at most so many pieces."""
    least = quotient(width, Decimal(pieces))
    power = ONE.scaleb(least.adjusted())
    return next(product(step, power) for step in _STEPS if product(step, power) >= least)


def _multiple(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return product(quotient(value, step).to_integral_value(rounding), step)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """An axis of market times."""

    first: datetime
    last: datetime

    def place(self, time: datetime) -> Decimal:
        """Where a time stands: 0 at the first, 1 at the last."""
        width = (self.last - self.first) // timedelta(microseconds=1)
        return quotient(ZERO + (time - self.first) // timedelta(microseconds=1), ZERO + width) if width else ZERO

    @property
    def ticks(self) -> list[tuple[datetime, str]]:
        """Round hours, days, months or years on it, a few of them, with their labels."""
        for span in _SPANS:
            if (self.last - self.first) // span < _MOST_DATES:
                return [(time, _label(time, span)) for time in self._every(span)]
        for count in _MONTH_COUNTS:
            months = list(self._every_months(count))
            if len(months) <= _MOST_DATES:
                break
        is_yearly = count % 12 == 0
        return [(time, str(time.year) if is_yearly else f"{MONTHS[time.month - 1]} {time.year}") for time in months]

    def _every(self, span: timedelta) -> Iterator[datetime]:
        time = _A_MONDAY + -((_A_MONDAY - self.first) // span) * span
        while time <= self.last:
            yield time
            time += span

    def _every_months(self, count: int) -> Iterator[datetime]:
        first = self.first.year * 12 + self.first.month - 1
        for number in range(first // count * count, self.last.year * 12 + self.last.month, count):
            time = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
            if self.first <= time <= self.last:
                yield time


def _label(time: datetime, span: timedelta) -> str:
    day = f"{time.day} {MONTHS[time.month - 1]}"
    return day if span >= _DAY else f"{day} {time:%H:%M}"
