"""An hour of an equity curve: enough to draw it, and to tell the drawdowns of a longer span."""

from datetime import datetime
from decimal import Decimal

from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class Hour:
    """The points of a session's curve in one hour of market time: how many, the first, the last, and the extremes, each
    with the session's running peak by then.

    A later observation may replace the last point (R37), so the extremes are those of the points before it; of a
    single point, itself. `deepest_from` and `deepest_to` are the largest drawdown among those of this hour alone.
    """

    points: int
    first_time: datetime
    low_time: datetime
    high_time: datetime
    last_time: datetime
    first: Decimal
    low: Decimal
    high: Decimal
    last: Decimal
    first_peak: Decimal
    low_peak: Decimal
    high_peak: Decimal
    last_peak: Decimal
    deepest_from: Decimal
    deepest_to: Decimal


def hour_of(time: datetime) -> datetime:
    """When the hour of a moment began."""
    return time.replace(minute=0, second=0, microsecond=0)
