"""Watching an account's equity: the curve, halts and ruin (R34, R37)."""

from datetime import date, datetime

from domain.engine.closing import cancel_working, close_everything
from domain.engine.context import DecisionContext
from domain.engine.events import AccountHalted
from domain.money import ZERO, plain
from domain.risk.halts import excess_loss


def observe(context: DecisionContext, time: datetime, day: date) -> None:
    """Observe the equity, and halt the account if it has lost too much (R34, R37)."""
    context.note_equity(time, day)
    if context.account.watermarks.equity <= ZERO:
        _ruin(context, time, day)
    else:
        check_limits(context, time)


def observe_fills(context: DecisionContext) -> None:
    """After a command that filled something: observe the equity (R37), at its last fill or at the curve's last point.

    A symbol's last price may be older than that point, which the fill has not undone: the curve never goes back.
    """
    fills = [entry.event.occurred_at for entry in context.entries if entry.is_fill]
    if fills:
        known = context.account.watermarks.time
        time = max(fills) if known is None else max(*fills, known)
        observe(context, time, context.account.day_of(time))


def check_limits(context: DecisionContext, time: datetime) -> None:
    """Halt the account if by its settings, which have changed, it has lost too much already (R34)."""
    account = context.account
    if account.halt_reason is None and (reason := excess_loss(account.settings, account.watermarks)) is not None:
        halt(context, reason, time)


def halt(context: DecisionContext, reason: str, time: datetime) -> None:
    """Take no more signals, and cancel those that wait (R34)."""
    context.record(AccountHalted(reason, time))
    cancel_working(context, time)


def _ruin(context: DecisionContext, time: datetime, day: date) -> None:
    halt(context, f"equity fell to {plain(context.account.watermarks.equity)}, which is not above zero", time)
    if context.account.positions:
        close_everything(context)
        context.note_equity(time, day)
