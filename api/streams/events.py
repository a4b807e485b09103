"""What subscribers receive: a journal entry, or the new mark of an open position."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from api.codec.cursors import event_cursor
from api.codec.events import Stream, stream_and_kind
from domain.engine.events import Event, JournalRecord, PositionEvent, PositionEventKind, SignalEvent, TradeEvent
from domain.market.state import Mark
from domain.portfolio.position import Position


@dataclass(frozen=True, slots=True, eq=False)
class StreamEvent:
    """A journal entry, or the new mark of a position, for subscribers: all of them receive the same object.

    `memo` caches what a transport makes of it, so that this is made once for all subscribers.
    """

    account_id: UUID
    seq: int
    recorded_at: datetime
    event: Event
    is_mark: bool = False
    """Whether it is only a new mark: derived, and replaced by the next."""
    memo: dict[object, object] = field(default_factory=dict)

    @property
    def cursor(self) -> str:
        """The cursor to continue after; an UPDATED one carries that of the last journal event it includes."""
        return event_cursor(self.account_id, self.seq)

    @property
    def subject(self) -> UUID:
        """The id of its signal, position or trade, which share one, or of its account."""
        match self.event:
            case PositionEvent():
                return self.event.position.id
            case SignalEvent():
                return self.event.signal.id
            case TradeEvent():
                return self.event.trade.id
            case _:
                return self.account_id

    @property
    def symbol(self) -> str | None:
        """The symbol of its signal, position or trade; None for an account's own event."""
        match self.event:
            case PositionEvent():
                return self.event.position.symbol
            case SignalEvent():
                return self.event.signal.request.symbol
            case TradeEvent():
                return self.event.trade.symbol
            case _:
                return None

    @property
    def stream(self) -> Stream:
        """The stream that carries it."""
        return stream_and_kind(self.event)[0]


def stream_event(record: JournalRecord) -> StreamEvent:
    """A journal entry as subscribers receive it."""
    entry = record.entry
    return StreamEvent(entry.account_id, entry.seq, record.recorded_at, entry.event)


def updated(position: Position, mark: Mark, seq: int, recorded_at: datetime) -> StreamEvent:
    """The new mark of an open position."""
    event = PositionEvent(PositionEventKind.UPDATED, position, mark, mark.time)
    return StreamEvent(position.account_id, seq, recorded_at, event, is_mark=True)
