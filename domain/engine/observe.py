from datetime import date, datetime

from domain.engine.context import DecisionContext
from domain.engine.events import AccountHalted
from domain.engine.exits import close_at_last_price, end_signal
from domain.money import ZERO, percent_of, plain
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.account import Account
from domain.portfolio.position import Position


def observe(story: DecisionContext, time: datetime, day: date) -> None:
    """Observe the equity, and halt the account if it has lost too much (R34, R37)."""
    story.note_equity(time, day)
    account = story.account
    if account.marks.equity <= ZERO:
        _ruin(story, time, day)
    elif account.halt_reason is None and (reason := _excess_loss(account)) is not None:
        halt(story, reason, time)


def halt(story: DecisionContext, reason: str, time: datetime) -> None:
    """Take no more signals, and cancel those that wait (R34)."""
    story.record(AccountHalted(reason, time))
    cancel_working(story, time)


def cancel_working(story: DecisionContext, time: datetime) -> None:
    """Cancel every signal that waits (R16)."""
    for signal in sorted(story.account.working.values(), key=_number):
        end_signal(story, signal, SignalStatus.CANCELLED, time)


def close_everything(story: DecisionContext) -> None:
    """Close every open position by hand (R27)."""
    for position in sorted(story.account.positions.values(), key=_number):
        close_at_last_price(story, position)


def _excess_loss(account: Account) -> str | None:
    """Why the account must be halted, if it has lost more than its settings allow."""
    settings, marks = account.settings, account.marks
    measures = (
        ("the day's loss", settings.max_daily_loss_percent, marks.day_reference),
        ("the drawdown", settings.max_drawdown_percent, marks.running_watched_peak),
    )
    for subject, limit, reference in measures:
        if limit is not None and reference - marks.equity > percent_of(limit, reference):
            amounts = f"from {plain(reference)} to {plain(marks.equity)}"
            return f"{subject}, {amounts}, exceeds {plain(limit)} %"
    return None


def _ruin(story: DecisionContext, time: datetime, day: date) -> None:
    halt(story, f"equity fell to {plain(story.account.marks.equity)}, which is not above zero", time)
    if story.account.positions:
        close_everything(story)
        story.note_equity(time, day)


def _number(each: Position | Signal) -> int:
    return each.number
