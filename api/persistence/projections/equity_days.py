"""The days of equity curves: a row for each session and day with the equity at its end."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from domain.engine.observer import SessionCurve


def _rows(curve: SessionCurve) -> Rows:
    for day, equity in curve.growth.days.items():
        yield {"account_id": curve.account_id, "session": curve.session, "day": day, "equity": equity}


EQUITY_DAYS = Projection(tables.equity_days, from_state={SessionCurve: _rows})
