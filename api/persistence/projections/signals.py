"""Signals: a row for each as it stands, and a row for each symbol that a session signalled."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from api.persistence.written_rows import row_writer
from domain.engine.events import JournalEntry, SignalEvent
from domain.orders.signal import Signal

_row = row_writer(tables.signals, Signal, "symbol", "campaign_id", "seq")
_signalled_row = row_writer(tables.signalled, "account_id", "session", "symbol")


def _rows(event: SignalEvent, entry: JournalEntry, _: int) -> Rows:
    request = event.signal.request
    yield _row(event.signal, request.symbol, request.campaign_id, entry.seq)


def _signalled_rows(event: SignalEvent, _: JournalEntry, __: int) -> Rows:
    """A session's days are those of the symbols that it signalled (R38)."""
    signal = event.signal
    yield _signalled_row(signal.account_id, signal.session, signal.request.symbol)


SIGNALS = Projection(tables.signals, from_event={SignalEvent: _rows}, kept=("seq",))
SIGNALLED = Projection(tables.signalled, from_event={SignalEvent: _signalled_rows})
