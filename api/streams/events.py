"""What subscribers receive: a line of the journal, or the new mark of an open position."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from api.codec.cursors import event_cursor
from api.persistence.event_log import Line, Stream, stream_and_kind
from domain.engine.events import Event, PositionEvent, PositionEventKind, SignalEvent, TradeEvent
from domain.market.state import Mark
from domain.portfolio.position import Position


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """An event on its way to subscribers; all of them get this one object.

    `memo` is for those who translate it: whatever they make of it once may serve every subscriber.
    """

    account_id: UUID
    seq: int
    recorded_at: datetime
    event: Event
    memo: dict[str, object] = field(default_factory=dict)

    @property
    def cursor(self) -> str:
        """The cursor to continue after; an UPDATED one carries that of the last journal event it includes."""
        return event_cursor(self.account_id, self.seq)

    @property
    def is_mark(self) -> bool:
        """Whether it is only a new mark: derived, and replaced by the next."""
        return isinstance(self.event, PositionEvent) and self.event.kind is PositionEventKind.UPDATED

    @property
    def subject(self) -> UUID:
        """Whom it is about: a signal, its position and its trade share an id."""
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
        """What market it is about; None for what is about the account alone."""
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
        """Which stream it belongs to."""
        return stream_and_kind(self.event)[0]


__all__ = ["Stream", "Streamed", "streamed", "updated"]


def streamed(line: Line) -> Streamed:
    """A line of the journal as subscribers receive it."""
    return Streamed(line.account_id, line.seq, line.recorded_at, line.event)


def updated(position: Position, mark: Mark, seq: int, recorded_at: datetime) -> Streamed:
    """The new mark of an open position."""
    event = PositionEvent(PositionEventKind.UPDATED, position, None, mark, mark.time)
    return Streamed(position.account_id, seq, recorded_at, event)
