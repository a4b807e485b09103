"""The hours of equity curves: a row for each session and hour, so that a long curve can be drawn from few rows."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from api.persistence.types import microseconds
from domain.engine.observer import SessionCurve


def _rows(curve: SessionCurve) -> Rows:
    """Of every account in its turn: times and equity are counted, as they are stored."""
    for start, hour in curve.growth.counted_hours.items():
        points = hour.first, hour.low, hour.high, hour.last
        yield (
            curve.account_id,
            curve.session,
            microseconds(start),
            hour.count,
            *[microseconds(time) for time, _, _ in points],
            *[equity for _, equity, _ in points],
            *[peak for _, _, peak in points],
            hour.deepest_from,
            hour.deepest_to,
        )


EQUITY_HOURS = Projection(tables.equity_hours, from_state={SessionCurve: _rows})
