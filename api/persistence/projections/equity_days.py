"""The days of equity curves: a row for each session and day with the equity at its end."""

from api.persistence import tables
from api.persistence.mappers import values_of
from api.persistence.projections.projection import Projection, Rows
from domain.engine.events import CurvePoint


def _rows(point: CurvePoint) -> Rows:
    yield values_of(point, tables.equity_days)


EQUITY_DAYS = Projection(tables.equity_days, from_state={CurvePoint: _rows})
