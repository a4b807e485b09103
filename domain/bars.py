"""One bar's way through one account (R8): its open, its inside, its close."""

from collections.abc import Set
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.account import Account, Markets
from domain.events import AccountHalted
from domain.fills import exits_at_open, exits_inside, may_exit, triggers
from domain.market import Bar, Market
from domain.money import ZERO, percent_of, plain
from domain.orders import entry_at_open, entry_inside, fill_working
from domain.positions import Position
from domain.signals import Signal, SignalStatus
from domain.story import Story, close_at_last_price, end_signal, move_stop, take_exits


def live_through(story: Story, bar: Bar, before: Market, closed: Markets) -> None:
    """Take an account through a bar. The story's markets show its open as the last price; `closed`, its close.

    `before` is the symbol's market before the bar, whose volume stands in where the bar has none (R10).
    """
    volume = bar.volume if bar.volume is not None else before.volume
    _at_open(story, bar, volume)
    already_held = story.account.positions.keys()
    _inside(story, bar, volume)
    story.markets = closed
    _trail(story, bar, entered_inside=story.account.positions.keys() - already_held)


def observe(story: Story, time: datetime, day: date) -> None:
    """Observe the equity, and halt the account if it has lost too much (R34, R37)."""
    story.note_equity(time, day)
    account = story.account
    if account.marks.equity <= ZERO:
        _ruin(story, time, day)
    elif account.halt_reason is None and (reason := _excess_loss(account)) is not None:
        halt(story, reason, time)


def halt(story: Story, reason: str, time: datetime) -> None:
    """Take no more signals, and cancel those that wait (R34)."""
    story.record(AccountHalted(reason, time))
    cancel_working(story, time)


def cancel_working(story: Story, time: datetime) -> None:
    """Cancel every signal that waits (R16)."""
    for signal in sorted(story.account.working.values(), key=_number):
        end_signal(story, signal, SignalStatus.CANCELLED, time)


def close_everything(story: Story) -> None:
    """Close every open position by hand (R27)."""
    for position in sorted(story.account.positions.values(), key=_number):
        close_at_last_price(story, position)


def _at_open(story: Story, bar: Bar, volume: Decimal | None) -> None:
    for position in story.account.in_order(bar.symbol):
        if may_exit(position, bar):
            _exit_at_open(story, position, bar, volume)
    for signal in story.account.waiting(bar.symbol):
        if signal.request.good_until is not None and bar.start >= signal.request.good_until:
            end_signal(story, signal, SignalStatus.EXPIRED, bar.start)
    for signal in story.account.waiting(bar.symbol):
        if (entry := entry_at_open(signal, bar, volume)) is not None:
            fill_working(story, signal, entry)


def _exit_at_open(story: Story, position: Position, bar: Bar, volume: Decimal | None) -> None:
    """Exits at the open (R21); a stop that one of them moved to break-even counts for this bar already (R26)."""
    take_exits(story, position, exits_at_open(position, bar), bar.start, volume)
    left = story.account.positions.get(position.id)
    if left is not None and left.stop != position.stop:
        take_exits(story, left, exits_at_open(left, bar), bar.start, volume)


def _inside(story: Story, bar: Bar, volume: Decimal | None) -> None:
    policy = story.account.settings.intrabar
    for position in story.account.in_order(bar.symbol):
        if may_exit(position, bar):
            take_exits(story, position, exits_inside(position, bar, policy), bar.end, volume)
    for signal in story.account.waiting(bar.symbol):
        if (entry := entry_inside(signal, bar, volume)) is not None:
            fill_working(story, signal, entry, inside=bar)


def best_since_entry(account: Account, position: Position, bar: Bar, *, entered_inside: bool) -> Decimal | None:
    """The best price since the entry of a position with a trailing stop, once `bar` is done (R26).

    Of a bar that it was entered inside only the close counts; one under way at its entry counts for nothing.
    """
    if position.plan.trailing_stop is None or not (entered_inside or triggers(position, bar)):
        return None
    side, known = position.side, account.marks.extremes.get(position.id)
    price = bar.close if entered_inside else side.best_of(bar)
    return price if known is None else side.better(known, price)


def _trail(story: Story, bar: Bar, entered_inside: Set[UUID]) -> None:
    """Move trailing stops to where the bar's best price takes them (R26)."""
    for position in story.account.in_order(bar.symbol):
        trailing, is_new = position.plan.trailing_stop, position.id in entered_inside
        best = best_since_entry(story.account, position, bar, entered_inside=is_new)
        if trailing is None or best is None:
            continue
        story.note_extreme(position, best)
        if position.side.has_reached(best, trailing.activation):
            move_stop(story, position, best - position.side.sign * trailing.offset, bar.end)


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


def _ruin(story: Story, time: datetime, day: date) -> None:
    halt(story, f"equity fell to {plain(story.account.marks.equity)}, which is not above zero", time)
    if story.account.positions:
        close_everything(story)
        story.note_equity(time, day)


def _number(each: Position | Signal) -> int:
    return each.number
