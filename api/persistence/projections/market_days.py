"""Market days: for each symbol and day in UTC where in history its data lies, and in which hours data began."""

from datetime import date

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from api.persistence.written_rows import StoredRow
from domain.market.update import MarketUpdate


def market_day_row(symbol: str, day: date, first: int, last: int, hours: int) -> StoredRow:
    """The row of a symbol's day: the ordinals of its first and last data, and the hours as bits."""
    return symbol, day, first, last, hours


class MarketDays:
    """Gathers the days of market data that comes in the order of history: a row for each, however many bars it has."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, date], list[int]] = {}

    def add(self, update: MarketUpdate, ordinal: int) -> None:
        """A bar or quote was applied at an ordinal."""
        start = update.start
        key, hour = (update.symbol, start.date()), 1 << start.hour
        known = self._days.get(key)
        if known is None:
            self._days[key] = [ordinal, ordinal, hour]
        else:
            known[1] = ordinal
            known[2] |= hour

    def rows(self) -> Rows:
        """The row of each day."""
        for (symbol, day), (first, last, hours) in self._days.items():
            yield market_day_row(symbol, day, first, last, hours)


MARKET_DAYS = Projection(tables.market_days, kept=("first",), gathered=("hours",), account=None)
