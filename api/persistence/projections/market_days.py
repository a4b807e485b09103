"""Market days: for each symbol and day in UTC where in history its bars, and its quotes, begin, and in which hours.

Of each kind a later one in history is a later one in time (R7): so a day's lie in history before the next day's.
"""

from datetime import date, timedelta
from enum import Enum

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from api.persistence.written_rows import StoredRow
from domain.market.quote import Quote
from domain.market.state import Market
from domain.market.update import MarketUpdate

_HOUR = timedelta(hours=1)


class MarketDataKind(Enum):
    """What comes in an order of its own."""

    BAR = "BAR"
    QUOTE = "QUOTE"


def market_day_row(symbol: str, kind: MarketDataKind, day: date, first: int, hours: int) -> StoredRow:
    """The row of a symbol's day: the ordinal of its first data of a kind, and the hours in which data began as bits."""
    return symbol, kind.value, day, first, hours


def repeats_hour(update: MarketUpdate, before: Market) -> bool:
    """Whether the one of its kind before it surely began in the same hour: then its day's row says all of it already.

    `before` is the market that it moves on. When its last bar began no market says, but it was no earlier than the
    end of the bar before.
    """
    if isinstance(update, Quote):
        is_quote = before.last is not None and before.last.time != before.bar_end
        known = before.last.time if before.last is not None and is_quote else None
    else:
        known = before.end_before
    return known is not None and known.hour == update.start.hour and update.start - known < _HOUR


class MarketDays:
    """Gathers the days of market data that comes in the order of history: a row for each, however many bars it has."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, MarketDataKind, date], list[int]] = {}

    def add(self, update: MarketUpdate, ordinal: int) -> None:
        """A bar or quote was applied at an ordinal."""
        start = update.start
        kind = MarketDataKind.QUOTE if isinstance(update, Quote) else MarketDataKind.BAR
        known = self._days.setdefault((update.symbol, kind, start.date()), [ordinal, 0])
        known[1] |= 1 << start.hour

    def rows(self) -> Rows:
        """The row of each day."""
        for (symbol, kind, day), (first, hours) in self._days.items():
            yield market_day_row(symbol, kind, day, first, hours)


MARKET_DAYS = Projection(tables.market_days, kept=("first",), gathered=("hours",), account=None)
