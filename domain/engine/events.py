"""Every fact the journal may hold. Each event carries the market time at which it happened, and the whole
position, trade or signal as it stood after it."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from domain.market.state import Mark, Market
from domain.orders.signal import Signal
from domain.portfolio.fill import Fill
from domain.portfolio.position import Position
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.trade import Trade
from domain.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """An account came into being, enabled, in its first session (R35)."""

    account_id: UUID
    name: str
    settings: Settings
    session: Session
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AccountEnabled:
    """A disabled account takes signals again (R35), from a recorded time on."""

    recorded_at: datetime
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AccountDisabled:
    """An account takes no more signals (R35), from a recorded time on."""

    recorded_at: datetime
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The settings, whole, as they are from here on."""

    settings: Settings
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session ended; from here on it stays as it is (R4)."""

    session: Session
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A new session began, with fresh capital and no halt (R35)."""

    session: Session
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AccountHalted:
    """The account takes no more signals until it is resumed or reset, and why (R34)."""

    reason: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AccountResumed:
    """The halt is lifted; daily loss and drawdown are measured from this equity on (R34)."""

    equity: Decimal
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What an amendment did to one field, named as in its input: what it was, and what it is, as text (R41)."""

    field: str
    before: str | None
    after: str | None


class SignalEventKind(Enum):
    """What happened to a signal: what became of it, or that it waits on, amended (R16, R41)."""

    WORKING = "WORKING"
    EXECUTED = "EXECUTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    AMENDED = "AMENDED"


@dataclass(frozen=True, slots=True)
class SignalEvent:
    """A signal was decided, or what became of it changed; a refusal too (R20). `changes` are an amendment's."""

    signal: Signal
    occurred_at: datetime
    changes: tuple[Change, ...] | None = None

    @property
    def kind(self) -> SignalEventKind:
        """What happened."""
        return SignalEventKind(self.signal.status.value) if self.changes is None else SignalEventKind.AMENDED


class PositionEventKind(Enum):
    """What happened to a position. UPDATED, a new mark, is never journaled: it follows from the market data."""

    OPENED = "OPENED"
    UPDATED = "UPDATED"
    REDUCED = "REDUCED"
    STOP_MOVED = "STOP_MOVED"
    AMENDED = "AMENDED"
    CLOSED = "CLOSED"


_FILLS = (PositionEventKind.OPENED, PositionEventKind.REDUCED, PositionEventKind.CLOSED)


@dataclass(frozen=True, slots=True)
class PositionEvent:
    """A position changed; `mark` is its last price then; `changes` are an amendment's."""

    kind: PositionEventKind
    position: Position
    mark: Mark
    occurred_at: datetime
    changes: tuple[Change, ...] | None = None

    @property
    def fill(self) -> Fill | None:
        """What changed it: its last fill; None where only its stop or its mark moved."""
        return self.position.fills[-1] if self.kind in _FILLS else None


@dataclass(frozen=True, slots=True)
class TradeEvent:
    """A position is flat, and so a trade (R32)."""

    trade: Trade
    occurred_at: datetime


AccountEvent = (
    AccountOpened
    | AccountEnabled
    | AccountDisabled
    | SettingsChanged
    | SessionEnded
    | SessionStarted
    | AccountHalted
    | AccountResumed
)
"""What happens to an account itself."""

Event = AccountEvent | SignalEvent | PositionEvent | TradeEvent


def numbered(event: Event, seq: int) -> Event:
    """An event whose signal or position knows by which entry of the journal it was changed last (R41)."""
    match event:
        case PositionEvent() if event.position.changed_seq != seq:
            position = replace(event.position, changed_seq=seq)
            return PositionEvent(event.kind, position, event.mark, event.occurred_at, event.changes)
        case SignalEvent() if event.signal.changed_seq != seq:
            return SignalEvent(replace(event.signal, changed_seq=seq), event.occurred_at, event.changes)
        case _:
            return event


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An event of an account's journal; `seq` has no gaps."""

    account_id: UUID
    seq: int
    event: Event

    @property
    def is_fill(self) -> bool:
        """Whether it tells of a fill."""
        return isinstance(self.event, PositionEvent) and self.event.fill is not None


@dataclass(frozen=True, slots=True)
class JournalRecord:
    """A journal entry as it is stored: `ordinal` is its place in the desk's one order."""

    ordinal: int
    recorded_at: datetime
    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class Retraction:
    """Market data was taken back (R7): a symbol's bars that end after `since`, and its quotes from then on.

    `market` is the symbol's as it stands without them, `latest_end` the market's clock.
    """

    symbol: str
    since: datetime
    bars: int
    quotes: int
    market: Market
    latest_end: datetime | None
