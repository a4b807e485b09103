"""Market days: for each symbol and day in UTC where in history its data lies, and in which hours data began."""

from datetime import date

from api.persistence import tables
from api.persistence.mappers import Values
from api.persistence.projections.projection import AppliedUpdate, Projection, Rows


def market_day_values(symbol: str, day: date, first: int, last: int, hours: int) -> Values:
    """The row of a symbol's day: the ordinals of its first and last data, and the hours as bits."""
    return {"symbol": symbol, "day": day, "first": first, "last": last, "hours": hours}


def _rows(applied: AppliedUpdate) -> Rows:
    start = applied.update.start
    yield market_day_values(applied.update.symbol, start.date(), applied.ordinal, applied.ordinal, 1 << start.hour)


MARKET_DAYS = Projection(
    tables.market_days, from_state={AppliedUpdate: _rows}, kept=("first",), gathered=("hours",), account=None
)
