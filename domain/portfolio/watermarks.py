"""What follows from watching the equity (R34, R37)."""

from datetime import date, datetime
from decimal import Decimal

from domain.money import percent
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class EquityWatermarks:
    """What follows from watching the equity (R34, R37). `time`, `day` and `equity` are the last point of the curve;
    the rest is settled up to the point before it, for a later observation of the same time replaces the point.

    `worst_peak` and `worst_equity` are the pair with the largest drawdown: kept as two amounts, so that it is exact.
    `watched_peak` is the peak since the last resume; `day_before` the last equity of the day before, and
    `day_reference` what the day's loss is measured from: the same, until a resume.
    """

    equity: Decimal
    peak: Decimal
    watched_peak: Decimal
    worst_peak: Decimal
    worst_equity: Decimal
    day_reference: Decimal
    day_before: Decimal
    time: datetime | None
    day: date | None

    @classmethod
    def start(cls, capital: Decimal) -> "EquityWatermarks":
        """The watermarks of a new session: the peak starts at its capital (R37)."""
        return cls(capital, capital, capital, capital, capital, capital, capital, None, None)

    @property
    def running_peak(self) -> Decimal:
        """The highest equity so far."""
        return max(self.peak, self.equity)

    @property
    def running_watched_peak(self) -> Decimal:
        """The highest equity since the session's start or the last resume (R34)."""
        return max(self.watched_peak, self.equity)

    def equity_before(self, today: date | None) -> Decimal:
        """The last equity of the days before one; None is the day of the last point."""
        is_later = today is not None and self.day is not None and today > self.day
        return self.equity if is_later else self.day_before

    @property
    def drawdown(self) -> Decimal:
        """Percent of the running peak that is lost now, unrounded."""
        return drawdown_percent(self.running_peak, self.equity)

    @property
    def max_drawdown(self) -> Decimal:
        """The largest drawdown so far, unrounded."""
        return max(drawdown_percent(self.worst_peak, self.worst_equity), self.drawdown)


def drawdown_percent(peak: Decimal, equity: Decimal) -> Decimal:
    """The loss from a peak, percent of it, unrounded."""
    return percent(peak - equity, peak)
