"""The hours of equity curves: a row for each session and hour, so that a long curve can be drawn from few rows."""

from api.persistence import tables
from api.persistence.mappers import values_of
from api.persistence.projections.projection import Projection, Rows
from domain.engine.observer import SessionCurve


def _rows(curve: SessionCurve) -> Rows:
    for start, hour in curve.growth.hours.items():
        place = {"account_id": curve.account_id, "session": curve.session, "hour": start}
        yield {**place, **values_of(hour, tables.equity_hours)}


EQUITY_HOURS = Projection(tables.equity_hours, from_state={SessionCurve: _rows})
