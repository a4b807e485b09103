"""What leaves an account: exits filled, stops moved, signals that wait no more (R26-R30)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from domain.engine.context import DecisionContext
from domain.engine.events import PositionEvent, PositionEventKind, SignalEvent, TradeEvent
from domain.matching.exit_rules import Exit
from domain.money import rounded
from domain.orders.costs import Execution, Liquidity, execute
from domain.orders.signal import Signal, SignalStatus
from domain.portfolio.fill import Fill, FillReason
from domain.portfolio.position import Position, StopLevel
from domain.portfolio.trade import trade_of
from domain.portfolio.valuation import mark_of
from domain.records import replace


def take_exits(
    context: DecisionContext, position: Position, exits: Iterable[Exit], time: datetime, volume: Decimal | None
) -> None:
    """Fill the exits that a bar causes, one after the other, and move the stop to break-even if that is due (R26)."""
    reasons = set()
    for exit_ in exits:
        position = _take_exit(context, position, exit_, time, volume)
        reasons.add(exit_.reason)
    if FillReason.TARGET_1 in reasons and position.is_open and position.plan.break_even_after_target1:
        move_stop(context, position, position.entry_price, time)


def move_stop(context: DecisionContext, position: Position, price: Decimal, time: datetime) -> None:
    """Move a stop towards profit, or set the first; it counts for bars that start at or after `time` (R26)."""
    stop = position.stop
    if stop is not None and (price == stop or position.side.better(price, stop) != price):
        return
    moved = position.with_stop(StopLevel(price, time), context.market(position.symbol).bar_end)
    mark = mark_of(moved, context.markets)
    context.record(PositionEvent(PositionEventKind.STOP_MOVED, moved, mark, time))


def close_at_last_price(
    context: DecisionContext,
    position: Position,
    quantity: Decimal | None = None,
    *,
    not_before: datetime | None = None,
) -> None:
    """Close all or a quantity by hand at the last price less slippage, dated at the latest of that price, the entry and
    `not_before` (R27)."""
    mark = mark_of(position, context.markets)
    time = mark.time if not_before is None else max(mark.time, not_before)
    close_by_hand(context, position, quantity or position.open_quantity, mark.price, time)


def close_by_hand(
    context: DecisionContext, position: Position, quantity: Decimal, raw: Decimal, time: datetime
) -> None:
    """Close a quantity at a given price less slippage, dated no earlier than the entry (R27)."""
    exit_ = Exit(FillReason.MANUAL, quantity, raw)
    volume = context.market(position.symbol).volume
    take_exits(context, position, [exit_], max(time, position.entry_time), volume)


def end_signal(context: DecisionContext, signal: Signal, status: SignalStatus, time: datetime) -> Signal:
    """A signal is cancelled or expires (R16)."""
    ended = replace(signal, status=status)
    context.record(SignalEvent(ended, time))
    return ended


def _take_exit(
    context: DecisionContext, position: Position, wanted: Exit, time: datetime, volume: Decimal | None
) -> Position:
    done = execute(
        context.account.settings.pricing,
        position.side,
        opens=False,
        quantity=wanted.quantity,
        raw=wanted.raw_price,
        slips=wanted.slips,
        liquidity=Liquidity(position.asset_class, volume),
    )
    amount_share, commission_share = position.entry_shares(wanted.quantity)
    fill = _exit_fill(position, wanted, done, time, amount_share, commission_share)
    after = position.with_exit(fill, amount_share, commission_share)
    kind = PositionEventKind.REDUCED if after.is_open else PositionEventKind.CLOSED
    context.record(PositionEvent(kind, after, mark_of(after, context.markets), time))
    if not after.is_open:
        context.record(TradeEvent(trade_of(after), time))
    return after


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
