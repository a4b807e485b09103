"""Fills: a row for each."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from api.persistence.written_rows import row_writer
from domain.engine.events import JournalEntry, PositionEvent
from domain.portfolio.fill import Fill

_row = row_writer(tables.fills, Fill, "position_id", "journaled")


def _rows(event: PositionEvent, _: JournalEntry, ordinal: int) -> Rows:
    if event.fill is not None:
        yield _row(event.fill, event.position.id, ordinal)


FILLS = Projection(tables.fills, from_event={PositionEvent: _rows}, is_appended=True, account=None)
