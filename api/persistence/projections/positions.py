"""Positions: a row for each as it stands."""

from api.persistence import tables
from api.persistence.mappers import values_of
from api.persistence.projections.projection import Projection, Rows
from domain.engine.events import JournalEntry, PositionEvent


def _rows(event: PositionEvent, entry: JournalEntry, _: int) -> Rows:
    yield {"seq": entry.seq, **values_of(event.position, tables.positions)}


POSITIONS = Projection(tables.positions, from_event={PositionEvent: _rows}, kept=("seq",))
