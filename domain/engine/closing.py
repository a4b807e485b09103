"""Ending all that an account has working or open (R16, R27, R35)."""

from collections.abc import Iterable
from datetime import datetime

from domain.engine.context import DecisionContext
from domain.engine.exits import close_at_last_price, end_signal
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.position import Position


def cancel_working(context: DecisionContext, time: datetime) -> None:
    """Cancel every signal that waits (R16)."""
    for signal in sorted(context.account.working.values(), key=_number):
        end_signal(context, signal, SignalStatus.CANCELLED, time)


def close_everything(context: DecisionContext) -> None:
    """Close every open position by hand (R27)."""
    for position in in_signals_order(context.account.positions.values()):
        close_at_last_price(context, position)


def close_account(context: DecisionContext, time: datetime) -> None:
    """Cancel every signal that waits, and close every open position (R35)."""
    cancel_working(context, time)
    close_everything(context)


def in_signals_order(positions: Iterable[Position]) -> list[Position]:
    """Positions in the order in which their signals were sent."""
    return sorted(positions, key=_number)


def _number(numbered: Position | Signal) -> int:
    return numbered.number
