"""A signal is filled: the checks again, the entry's fill, the position (R16, R24)."""

from datetime import datetime

from domain.engine.context import DecisionContext
from domain.engine.events import PositionEvent, PositionEventKind, SignalEvent
from domain.engine.exits import take_exits
from domain.market.bar import Bar
from domain.market.state import Mark
from domain.matching.entry_rules import EntryPrice
from domain.matching.exit_rules import Exit, exits_after_entry_inside
from domain.money import ZERO
from domain.orders.checks import require_untouched_levels
from domain.orders.costs import Execution
from domain.orders.levels import ExitLevels
from domain.orders.signal import Signal, SignalStatus
from domain.orders.timing import is_live
from domain.portfolio.fill import Fill, FillReason
from domain.portfolio.position import OverridePrice, Position, PositionStatus, StopLevel
from domain.portfolio.valuation import mark_of
from domain.records import replace
from domain.refusals import Refusal, Refused
from domain.risk.limits import Assessment, assess


def fill_working(context: DecisionContext, signal: Signal, entry: EntryPrice, inside: Bar | None = None) -> None:
    """Fill a working signal at the price a bar gave it, if it passes the checks again (R16); else reject it.

    `inside` is the bar, when the fill is not at its open: what is left of it may take the position out again (R24).
    """
    released = context.account.without(signal)
    request = signal.request
    try:
        require_untouched_levels(request, entry.raw)
        assessment = assess(
            released, context.markets, request, raw=entry.raw, volume=entry.volume, at_most=signal.quantity
        )
        if assessment.refusal is not None:
            raise Refused(assessment.refusal)
    except Refused as refused:
        reject_signal(context, signal, refused.refusal, entry.time)
    else:
        fill_signal(context, signal, assessment, entry, inside)


def reject_signal(context: DecisionContext, signal: Signal, refusal: Refusal, time: datetime) -> Signal:
    """Record that a signal is refused, and why (R20)."""
    rejected = replace(signal, status=SignalStatus.REJECTED, refusal=refusal)
    context.record(SignalEvent(rejected, time))
    return rejected


def fill_signal(
    context: DecisionContext, signal: Signal, assessment: Assessment, entry: EntryPrice, inside: Bar | None = None
) -> Signal:
    """Record that a signal is executed, its position, and what the rest of the bar `inside` takes out of it (R24)."""
    execution = assessment.execution
    assert execution is not None  # noqa: S101 - nothing refused it
    seq = context.next_seq
    executed = replace(signal, status=SignalStatus.EXECUTED, quantity=execution.quantity, changed_seq=seq)
    context.record(SignalEvent(executed, entry.time))
    position = _position(context, executed, _entry_fill(execution, entry), assessment.levels, entry)
    exits: list[Exit] = []
    if inside is not None:
        settings = context.account.settings
        entered, policy, limit_fill = signal.request.entry, settings.intrabar, settings.limit_fill
        exits, ambiguous = exits_after_entry_inside(position, inside, entered, policy, limit_fill)
        position = replace(position, fills=(replace(position.fills[0], ambiguous=ambiguous),))
    _open_position(context, position)
    take_exits(context, position, exits, entry.time, entry.volume)
    return executed


def _open_position(context: DecisionContext, position: Position) -> None:
    """Record that a signal's position is open."""
    mark = mark_of(position, context.markets)
    context.record(PositionEvent(PositionEventKind.OPENED, position, mark, position.entry_time))


def _entry_fill(done: Execution, entry: EntryPrice) -> Fill:
    return Fill(
        number=1,
        time=entry.time,
        reason=FillReason.ENTRY,
        quantity=done.quantity,
        price=done.price,
        raw_price=done.raw_price,
        amount=done.amount,
        slippage=done.slippage,
        commission=done.commission,
        realized_pnl=ZERO,
        gap=entry.gap,
        ambiguous=False,
    )


def _position(context: DecisionContext, signal: Signal, fill: Fill, levels: ExitLevels, entry: EntryPrice) -> Position:
    request, override = signal.request, None
    if entry.is_override:
        override = OverridePrice(Mark(entry.raw, entry.time), context.market(request.symbol).newest_number)
    return Position(
        id=signal.id,
        signal_id=signal.signal_id,
        account_id=signal.account_id,
        session=signal.session,
        number=signal.number,
        symbol=request.symbol,
        asset_class=request.asset_class,
        side=signal.side,
        pattern=request.pattern,
        campaign_id=request.campaign_id,
        note=request.note,
        is_live=is_live(signal, context.account.settings.max_price_age),
        plan=signal.plan,
        status=PositionStatus.OPEN,
        quantity=fill.quantity,
        open_quantity=fill.quantity,
        entry_time=entry.time,
        entry_price=fill.price,
        entry_amount=fill.amount,
        entry_amount_left=fill.amount,
        entry_commission=fill.commission,
        entry_commission_left=fill.commission,
        initial_stop=levels.stop,
        stops=() if levels.stop is None else (StopLevel(levels.stop, entry.time),),
        target1=levels.target1,
        target2=levels.target2,
        trail=levels.trail,
        realized_pnl=ZERO,
        commission=fill.commission,
        slippage=fill.slippage,
        override_price=override,
        fills=(fill,),
        changed_seq=context.next_seq,
    )
