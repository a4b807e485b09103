"""What happens to an account itself, as clients receive it: enabled, disabled, halted, reset, and so on."""

from datetime import datetime
from uuid import UUID

from api.codec.cursors import event_cursor
from api.codec.events import account_event_kind
from api.graphql.accounts import types, views
from api.streams.events import StreamEvent
from domain.engine import events
from domain.engine.events import JournalRecord
from domain.money import ZERO
from domain.portfolio.ledger_totals import LedgerTotals

_NOTHING_TRADED = LedgerTotals(ZERO)
"""An event does not know what its session has traded."""


def journaled(record: JournalRecord) -> types.AccountEvent:
    """An entry of an account's journal."""
    return _shown(record.entry.account_id, record.entry.seq, record.recorded_at, record.entry.event)


def live(streamed: StreamEvent, event: events.AccountEvent) -> types.AccountEvent:
    """An event of accountEvents."""
    return _shown(streamed.account_id, streamed.seq, streamed.recorded_at, event)


def _shown(account_id: UUID, seq: int, recorded_at: datetime, event: events.Event) -> types.AccountEvent:
    shown = types.AccountEvent(
        cursor=event_cursor(account_id, seq),
        kind=account_event_kind(event),
        session=None,
        starting_capital=None,
        reason=None,
        settings=None,
        occurred_at=event.occurred_at,
        recorded_at=recorded_at,
    )
    match event:
        case events.AccountOpened(settings=settings, session=session):
            shown.settings = views.settings(settings, _NOTHING_TRADED)
            shown.session, shown.starting_capital = session.number, session.starting_capital
        case events.SettingsChanged(settings=settings):
            shown.settings = views.settings(settings, _NOTHING_TRADED)
        case events.SessionStarted(session=session):
            shown.session, shown.starting_capital = session.number, session.starting_capital
        case events.SessionEnded(session=session):
            shown.session = session.number
        case events.AccountHalted(reason=reason):
            shown.reason = reason
    return shown
