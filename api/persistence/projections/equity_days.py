"""The days of equity curves: a row for each session and day with the equity at its end."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from domain.engine.observer import SessionCurve


def _rows(curve: SessionCurve) -> Rows:
    """Of every account in its turn: the equity is counted, as it is stored."""
    for day, equity in curve.growth.counted_days.items():
        yield curve.account_id, curve.session, day, equity


EQUITY_DAYS = Projection(tables.equity_days, from_state={SessionCurve: _rows})
