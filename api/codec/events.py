"""The kinds of journaled events, and the streams that carry them."""

from enum import Enum
from typing import assert_never

from domain.engine import events
from domain.engine.events import (
    AccountEvent,
    Event,
    PositionEvent,
    PositionEventKind,
    SignalEvent,
    SignalEventKind,
    TradeEvent,
)


class Stream(Enum):
    """What an event is about."""

    ACCOUNT = "ACCOUNT"
    SIGNAL = "SIGNAL"
    POSITION = "POSITION"
    TRADE = "TRADE"


class AccountEventKind(Enum):
    """What happened to an account."""

    OPENED = "OPENED"
    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    SETTINGS_CHANGED = "SETTINGS_CHANGED"
    SESSION_STARTED = "SESSION_STARTED"
    SESSION_ENDED = "SESSION_ENDED"
    HALTED = "HALTED"
    RESUMED = "RESUMED"


class TradeEventKind(Enum):
    """What happened to a trade."""

    CLOSED = "CLOSED"


EventKind = AccountEventKind | SignalEventKind | PositionEventKind | TradeEventKind

_ACCOUNT_EVENTS: dict[AccountEventKind, type[AccountEvent]] = {
    AccountEventKind.OPENED: events.AccountOpened,
    AccountEventKind.ENABLED: events.AccountEnabled,
    AccountEventKind.DISABLED: events.AccountDisabled,
    AccountEventKind.SETTINGS_CHANGED: events.SettingsChanged,
    AccountEventKind.SESSION_ENDED: events.SessionEnded,
    AccountEventKind.SESSION_STARTED: events.SessionStarted,
    AccountEventKind.HALTED: events.AccountHalted,
    AccountEventKind.RESUMED: events.AccountResumed,
}
_ACCOUNT_EVENT_KINDS: dict[type[Event], AccountEventKind] = {cls: kind for kind, cls in _ACCOUNT_EVENTS.items()}


def account_event_kind(event: Event) -> AccountEventKind:
    """The kind of an event of an account itself."""
    return _ACCOUNT_EVENT_KINDS[type(event)]


def stream_and_kind(event: Event) -> tuple[Stream, EventKind]:
    """The stream that carries an event, and the event's kind."""
    match event:
        case PositionEvent(kind):
            return Stream.POSITION, kind
        case SignalEvent():
            return Stream.SIGNAL, event.kind
        case TradeEvent():
            return Stream.TRADE, TradeEventKind.CLOSED
        case _:
            return Stream.ACCOUNT, account_event_kind(event)


def event_class(stream: Stream, kind: str) -> type[Event]:
    """The class of a stream's events; an account's have one for each kind."""
    match stream:
        case Stream.ACCOUNT:
            return _ACCOUNT_EVENTS[AccountEventKind(kind)]
        case Stream.SIGNAL:
            return SignalEvent
        case Stream.POSITION:
            return PositionEvent
        case Stream.TRADE:
            return TradeEvent
        case _:
            assert_never(stream)
