"""The points of equity curves: a row for each session and market time."""

from api.persistence import tables
from api.persistence.mappers import Values, values_of
from api.persistence.projections.projection import Projection, Rows
from domain.engine.events import CurvePoint


def point_values(point: CurvePoint) -> Values:
    """The row of a point of an equity curve."""
    return values_of(point, tables.equity_points)


def _rows(point: CurvePoint) -> Rows:
    yield point_values(point)


EQUITY_POINTS = Projection(tables.equity_points, from_state={CurvePoint: _rows})
