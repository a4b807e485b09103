"""One account's decisions in the making: what is recorded is applied at once, so that the next decision sees it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from domain.account import Account, Markets, equity, mark_of
from domain.costs import Execution, Liquidity, execute
from domain.events import CurvePoint, Entry, Event, PositionEvent, PositionEventKind, SignalEvent, TradeEvent
from domain.fills import Exit
from domain.ledger import apply
from domain.market import Market
from domain.money import rounded, share
from domain.positions import Fill, FillReason, Position, StopLevel, trade_of
from domain.signals import Signal, SignalStatus


class Story:
    """What happens to one account while one command is decided."""

    __slots__ = ("account", "archived", "entries", "markets", "points")

    def __init__(self, account: Account, markets: Markets) -> None:
        self.account = account
        self.markets = markets
        self.entries: list[Entry] = []
        self.points: list[CurvePoint] = []
        self.archived: list[Account] = []

    def record(self, event: Event) -> None:
        """Journal an event and apply it."""
        self.account = apply(self.account, event)
        self.entries.append(Entry(self.account.id, self.account.seq, event))

    def market(self, symbol: str) -> Market:
        """What is known of a symbol's market."""
        return self.markets.get(symbol) or Market(symbol)

    def market_of(self, position: Position) -> Market:
        """The symbol's market as the position sees it: its signal's own price may still be its last (R15)."""
        return replace(self.market(position.symbol), last=mark_of(position, self.markets))

    @property
    def equity(self) -> Decimal:
        """What the account is worth now (R29)."""
        return equity(self.account, self.markets)

    def note_equity(self, time: datetime, day: date) -> None:
        """Observe the equity: a point of the curve (R37)."""
        account = self.account
        marks = account.marks.observed(self.equity, time, day)
        self.account = replace(account, marks=marks)
        number = account.session.number
        self.points.append(CurvePoint(account.id, number, time, marks.day or day, marks.equity, marks.running_peak))

    def note_extreme(self, position: Position, price: Decimal) -> None:
        """Remember the best price since a position's entry (R26)."""
        marks = self.account.marks
        if marks.extremes.get(position.id) != price:
            extremes = {**marks.extremes, position.id: price}
            self.account = replace(self.account, marks=replace(marks, extremes=extremes))


def open_position(story: Story, position: Position) -> None:
    """Record that a signal's position is open."""
    fill, mark = position.fills[0], mark_of(position, story.markets)
    story.record(PositionEvent(PositionEventKind.OPENED, position, fill, mark, fill.time))


def take_exits(story: Story, position: Position, exits: Iterable[Exit], time: datetime, volume: Decimal | None) -> None:
    """Fill the exits that a bar causes, one after the other, and move the stop to break-even if that is due (R26)."""
    reasons = set()
    for each in exits:
        position = _take_exit(story, position, each, time, volume)
        reasons.add(each.reason)
    if FillReason.TARGET_1 in reasons and position.is_open and position.plan.break_even_after_target1:
        move_stop(story, position, position.entry_price, time)


def move_stop(story: Story, position: Position, price: Decimal, time: datetime) -> None:
    """Move a stop, if that is towards profit; it counts for bars that start at or after `time` (R26)."""
    if price == position.stop or position.side.better(price, position.stop) != price:
        return
    moved = position.with_stop(StopLevel(price, time), story.market(position.symbol).bar_end)
    mark = mark_of(moved, story.markets)
    story.record(PositionEvent(PositionEventKind.STOP_MOVED, moved, None, mark, time))


def close_at_last_price(story: Story, position: Position) -> None:
    """Close by hand at the last price less slippage, dated at the later of that price and the entry (R27)."""
    mark = mark_of(position, story.markets)
    close_by_hand(story, position, mark.price, max(mark.time, position.entry_time))


def close_by_hand(story: Story, position: Position, raw: Decimal, time: datetime) -> None:
    """Close at a given price less slippage (R27)."""
    whole = Exit(FillReason.MANUAL, position.open_quantity, raw)
    take_exits(story, position, [whole], time, story.market(position.symbol).volume)


def end_signal(story: Story, signal: Signal, status: SignalStatus, time: datetime) -> None:
    """A working signal is cancelled or expires (R16)."""
    story.record(SignalEvent(replace(signal, status=status), time))


def _take_exit(story: Story, position: Position, wanted: Exit, time: datetime, volume: Decimal | None) -> Position:
    done = execute(
        story.account.settings.pricing,
        position.side,
        opens=False,
        quantity=wanted.quantity,
        raw=wanted.raw_price,
        slips=wanted.slips,
        liquidity=Liquidity(position.asset_class, volume),
    )
    amount_share, commission_share = _entry_shares(position, wanted.quantity)
    fill = _exit_fill(position, wanted, done, time, amount_share, commission_share)
    after = position.with_exit(fill, amount_share, commission_share)
    kind = PositionEventKind.REDUCED if after.is_open else PositionEventKind.CLOSED
    story.record(PositionEvent(kind, after, fill, mark_of(after, story.markets), time))
    if not after.is_open:
        story.record(TradeEvent(trade_of(after), time))
    return after


def _entry_shares(position: Position, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """An exit's share of the entry's amount and commission; the last exit takes what is left (R30)."""
    if quantity == position.open_quantity:
        return position.entry_amount_left, position.entry_commission_left
    whole = position.quantity
    return share(position.entry_amount, quantity, whole), share(position.entry_commission, quantity, whole)


def _exit_fill(
    position: Position,
    wanted: Exit,
    done: Execution,
    time: datetime,
    amount_share: Decimal,
    commission_share: Decimal,
) -> Fill:
    earned = position.side.gain(amount_share, done.amount) - commission_share - done.commission
    return Fill(
        number=len(position.fills) + 1,
        time=time,
        reason=wanted.reason,
        quantity=done.quantity,
        price=done.price,
        raw_price=done.raw_price,
        amount=done.amount,
        slippage=done.slippage,
        commission=done.commission,
        realized_pnl=rounded(earned),
        gap=wanted.gap,
        ambiguous=wanted.ambiguous,
    )
