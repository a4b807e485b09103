"""Fills: a row for each."""

from api.persistence import tables
from api.persistence.mappers import values_of
from api.persistence.projections.projection import Projection, Rows
from domain.engine.events import JournalEntry, PositionEvent


def _rows(event: PositionEvent, _: JournalEntry, ordinal: int) -> Rows:
    if event.fill is not None:
        yield {"position_id": event.position.id, "journaled": ordinal, **values_of(event.fill, tables.fills)}


FILLS = Projection(tables.fills, from_event={PositionEvent: _rows}, is_appended=True, account=None)
