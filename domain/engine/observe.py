"""Watching an account's equity: the curve, halts and ruin (R34, R37)."""

from collections.abc import Mapping
from datetime import date, datetime

from domain.engine.closing import cancel_working, close_everything
from domain.engine.context import DecisionContext
from domain.engine.events import AccountHalted, PositionEvent
from domain.engine.recent_groups import Move
from domain.money import ZERO, plain
from domain.risk.halts import excess_loss, has_limit


def observe_group(context: DecisionContext, time: datetime, day: date, moves: Mapping[str, Move]) -> None:
    """Observe the equity after a group of bars, and halt the account if it has lost too much (R34, R37)."""
    context.observe(time, day, moves)
    _check(context, time, day)


def observe_fills(context: DecisionContext) -> None:
    """After a command that filled something: observe the equity (R37), at its last fill or at the curve's last point.

    A symbol's last price may be older than that point, which the fill has not undone: the curve never goes back.
    """
    fills = [entry.event.occurred_at for entry in context.entries if entry.is_fill]
    if fills:
        known = context.observed_until
        time = max(fills) if known is None else max(*fills, known)
        day = context.account.day_of(time)
        context.observe(time, day)
        _check(context, time, day)


def check_limits(context: DecisionContext, time: datetime) -> None:
    """Halt the account if by its settings, which have changed, it has lost too much already (R34)."""
    account = context.account
    if account.halt_reason is None and has_limit(account.settings):
        reason = excess_loss(account.settings, context.watermarks)
        if reason is not None:
            halt(context, reason, time)


def halt(context: DecisionContext, reason: str, time: datetime) -> None:
    """Take no more signals, and cancel those that wait (R34)."""
    context.record(AccountHalted(reason, time))
    cancel_working(context, time)


def traded(context: DecisionContext) -> set[str]:
    """The symbols of which it filled anything."""
    events = (entry.event for entry in context.entries)
    return {event.position.symbol for event in events if isinstance(event, PositionEvent) and event.fill is not None}


def _check(context: DecisionContext, time: datetime, day: date) -> None:
    equity = context.observed_equity
    if equity > ZERO:
        check_limits(context, time)
        return
    halt(context, f"equity fell to {plain(equity)}, which is not above zero", time)
    if context.account.positions:
        close_everything(context)
        context.observe(time, day)
