"""Watching an account's equity: the curve, halts and ruin (R34, R37)."""

from datetime import date, datetime

from domain.engine.context import DecisionContext
from domain.engine.events import AccountHalted
from domain.engine.exits import close_at_last_price, end_signal
from domain.money import ZERO, percent_of, plain
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.account import Account
from domain.portfolio.position import Position


def observe(context: DecisionContext, time: datetime, day: date) -> None:
    """Observe the equity, and halt the account if it has lost too much (R34, R37)."""
    context.note_equity(time, day)
    account = context.account
    if account.watermarks.equity <= ZERO:
        _ruin(context, time, day)
    elif account.halt_reason is None and (reason := _excess_loss(account)) is not None:
        halt(context, reason, time)


def halt(context: DecisionContext, reason: str, time: datetime) -> None:
    """Take no more signals, and cancel those that wait (R34)."""
    context.record(AccountHalted(reason, time))
    cancel_working(context, time)


def cancel_working(context: DecisionContext, time: datetime) -> None:
    """Cancel every signal that waits (R16)."""
    for signal in sorted(context.account.working.values(), key=_number):
        end_signal(context, signal, SignalStatus.CANCELLED, time)


def close_everything(context: DecisionContext) -> None:
    """Close every open position by hand (R27)."""
    for position in sorted(context.account.positions.values(), key=_number):
        close_at_last_price(context, position)


def _excess_loss(account: Account) -> str | None:
    """Why the account must be halted, if it has lost more than its settings allow."""
    settings, watermarks = account.settings, account.watermarks
    measures = (
        ("the day's loss", settings.max_daily_loss_percent, watermarks.day_reference),
        ("the drawdown", settings.max_drawdown_percent, watermarks.running_watched_peak),
    )
    for subject, limit, reference in measures:
        if limit is not None and reference - watermarks.equity > percent_of(limit, reference):
            amounts = f"from {plain(reference)} to {plain(watermarks.equity)}"
            return f"{subject}, {amounts}, exceeds {plain(limit)} %"
    return None


def _ruin(context: DecisionContext, time: datetime, day: date) -> None:
    halt(context, f"equity fell to {plain(context.account.watermarks.equity)}, which is not above zero", time)
    if context.account.positions:
        close_everything(context)
        context.note_equity(time, day)


def _number(numbered: Position | Signal) -> int:
    return numbered.number
