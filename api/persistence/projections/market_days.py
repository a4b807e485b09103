"""Market days: for each symbol and day in UTC where in history its data lies, and in which hours data began."""

from datetime import date

from api.persistence import tables
from api.persistence.mappers import Values
from api.persistence.projections.projection import AppliedBar, Projection, Rows


def market_day_values(symbol: str, day: date, first: int, last: int, hours: int) -> Values:
    """The row of a symbol's day: the ordinals of its first and last data, and the hours as bits."""
    return {"symbol": symbol, "day": day, "first": first, "last": last, "hours": hours}


def _rows(applied: AppliedBar) -> Rows:
    start = applied.bar.start
    yield market_day_values(applied.bar.symbol, start.date(), applied.ordinal, applied.ordinal, 1 << start.hour)


MARKET_DAYS = Projection(
    tables.market_days, from_state={AppliedBar: _rows}, kept=("first",), gathered=("hours",), account=None
)
