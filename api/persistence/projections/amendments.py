"""Amendments: a row for each, by what it changed (R41)."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from domain.engine.events import JournalEntry, PositionEvent, SignalEvent


def _of_position(event: PositionEvent, entry: JournalEntry, _: int) -> Rows:
    if event.changes is not None:
        yield {"id": event.position.id, "seq": entry.seq, "account_id": entry.account_id}


def _of_signal(event: SignalEvent, entry: JournalEntry, _: int) -> Rows:
    if event.changes is not None:
        yield {"id": event.signal.id, "seq": entry.seq, "account_id": entry.account_id}


AMENDMENTS = Projection(
    tables.amendments, from_event={PositionEvent: _of_position, SignalEvent: _of_signal}, is_appended=True
)
