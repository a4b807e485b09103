"""What people are told of an event of the journal: a title, a sentence, and the figures for programs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.application.notifications.messages import Message
from api.codec.cursors import event_cursor, notice_cursor
from api.codec.json_codec import plain_data
from api.persistence.notices import Notice
from api.persistence.notification_news import AccountRecord
from domain.engine.events import AccountHalted, Event, PositionEvent, PositionEventKind, SignalEvent, TradeEvent
from domain.money import plain, ratio
from domain.orders.side import Side
from domain.portfolio.fill import Fill
from domain.portfolio.position import Position
from domain.portfolio.trade import Trade


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of something: its type, a title, a sentence, and figures by the API's names."""

    type: str
    title: str
    text: str
    data: Mapping[str, Any]

    def as_content(self) -> dict[str, Any]:
        """As a notice keeps it."""
        return {"type": self.type, "title": self.title, "text": self.text, "data": plain_data(self.data)}


def message_of(item: AccountRecord | Notice) -> Message:
    """What is told of an entry of the journal, or by a notice."""
    if isinstance(item, Notice):
        cursor, time, told = notice_cursor(item.number), item.recorded_at, Told(**item.content)
        return Message(cursor, told.type, time, time, told.title, told.text, {"cursor": cursor, **told.data})
    entry, recorded_at = item.record.entry, item.record.recorded_at
    cursor, told = event_cursor(entry.account_id, entry.seq), _told(entry.event)
    data = {"cursor": cursor, "account": item.account, **plain_data(told.data)}
    text = f"{told.text} Account {item.account}."
    return Message(cursor, told.type, entry.event.occurred_at, recorded_at, told.title, text, data)


def dollars(value: Decimal) -> str:
    """A gain or a loss, to the cent."""
    return f"{round(value, 2) + 0:+,.2f} USD"


def _told(event: Event) -> Told:
    match event:
        case PositionEvent(PositionEventKind.OPENED, position):
            return _opened(position)
        case PositionEvent(_, position) if event.fill is not None:
            return _left_at_target(position, event.fill)
        case TradeEvent(trade):
            return _closed(trade)
        case SignalEvent():
            return _refused(event)
        case AccountHalted(reason):
            return Told("account.halted", "Account halted", f"It takes no more signals: {reason}.", {"reason": reason})
        case _:
            raise ValueError(f"nobody is told of {type(event).__name__}")


def _opened(position: Position) -> Told:
    verb = "Bought" if position.side is Side.LONG else "Sold short"
    text = f"{verb} {plain(position.quantity)} at {plain(position.entry_price)}"
    levels = {"stop": position.stop, "target": position.target1, "second target": position.target2}
    figures = {
        "quantity": position.quantity,
        "price": position.entry_price,
        "stopLoss": position.stop,
        "target1": position.target1,
        "target2": position.target2,
        "openRisk": position.open_risk,
    }
    title = f"{_named(position)} opened"
    return Told("position.opened", title, _sentence([text, *_levels(levels)]), _identity(position) | figures)


def _left_at_target(position: Position, fill: Fill) -> Told:
    left = {"stop": position.stop} if position.is_open else {}
    parts = [
        f"{plain(fill.quantity)} left at {plain(fill.price)} with {dollars(fill.realized_pnl)}",
        f"{plain(position.open_quantity)} are open" if position.is_open else "nothing is open",
    ]
    figures = {
        "quantity": fill.quantity,
        "price": fill.price,
        "realizedPnl": fill.realized_pnl,
        "openQuantity": position.open_quantity,
        "stopLoss": position.stop,
    }
    title = f"{_named(position)} reached target 1"
    return Told("position.target1", title, _sentence([*parts, *_levels(left)]), _identity(position) | figures)


def _closed(trade: Trade) -> Told:
    multiple = None if trade.r_multiple is None else ratio(trade.r_multiple)
    parts = [
        f"{plain(trade.quantity)} from {plain(trade.entry_price)} to {plain(trade.exit_price)}",
        trade.exit_reason.value.replace("_", " ").lower(),
        *([] if multiple is None else [f"{round(multiple, 2) + 0:+} R"]),
    ]
    figures = {
        "quantity": trade.quantity,
        "entryPrice": trade.entry_price,
        "exitPrice": trade.exit_price,
        "exitReason": trade.exit_reason,
        "realizedPnl": trade.realized_pnl,
        "rMultiple": multiple,
    }
    title = f"{_named(trade)} closed with {dollars(trade.realized_pnl)}"
    return Told("trade.closed", title, _sentence(parts), _identity(trade) | figures)


def _refused(event: SignalEvent) -> Told:
    signal, refusal = event.signal, event.signal.refusal
    assert refusal is not None  # noqa: S101 - for it is what made it a refusal
    identity = {"symbol": signal.request.symbol, "side": signal.side, "signalId": signal.signal_id}
    title = f"{signal.request.symbol} {signal.side.value.lower()} refused"
    figures = {"code": refusal.code, "message": refusal.message, "limit": refusal.limit, "actual": refusal.actual}
    return Told("signal.refused", title, _sentence([refusal.message]), identity | figures)


def _identity(thing: Position | Trade) -> dict[str, Any]:
    return {"symbol": thing.symbol, "side": thing.side, "signalId": thing.signal_id}


def _named(thing: Position | Trade) -> str:
    return f"{thing.symbol} {thing.side.value.lower()}"


def _levels(levels: Mapping[str, Decimal | None]) -> Iterable[str]:
    return [f"{name} {plain(level)}" for name, level in levels.items() if level is not None]


def _sentence(parts: Iterable[str]) -> str:
    return f"{', '.join(parts)}."
