"""Signals: a row for each as it stands, and a row for each symbol that a session signalled."""

from api.persistence import tables
from api.persistence.mappers import Values, values_of
from api.persistence.projections.projection import Projection, Rows
from domain.engine.events import JournalEntry, SignalEvent
from domain.orders.signal import Signal


def signal_values(signal: Signal) -> Values:
    """The row of a signal, but for its seq."""
    request = signal.request
    return {"symbol": request.symbol, "campaign_id": request.campaign_id, **values_of(signal, tables.signals)}


def _rows(event: SignalEvent, entry: JournalEntry, _: int) -> Rows:
    yield {"seq": entry.seq, **signal_values(event.signal)}


def _signalled_rows(event: SignalEvent, _: JournalEntry, __: int) -> Rows:
    """A session's days are those of the symbols that it signalled (R38)."""
    signal = event.signal
    yield {"account_id": signal.account_id, "session": signal.session, "symbol": signal.request.symbol}


SIGNALS = Projection(tables.signals, from_event={SignalEvent: _rows}, kept=("seq",))
SIGNALLED = Projection(tables.signalled, from_event={SignalEvent: _signalled_rows})
