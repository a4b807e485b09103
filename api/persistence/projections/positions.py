"""Positions: a row for each as it stands."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from api.persistence.written_rows import row_writer
from domain.engine.events import JournalEntry, PositionEvent
from domain.portfolio.position import Position

_row = row_writer(tables.positions, Position, "seq")


def _rows(event: PositionEvent, entry: JournalEntry, _: int) -> Rows:
    yield _row(event.position, entry.seq)


POSITIONS = Projection(tables.positions, from_event={PositionEvent: _rows}, kept=("seq",))
