"""From signal to position: the checks in their order, the price, the fill (R13-R20)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from domain.engine.commands import ExecuteSignal, Times
from domain.engine.context import DecisionContext
from domain.engine.events import SignalEvent
from domain.engine.exits import open_position, take_exits
from domain.engine.matching import Exit, exits_after_entry_inside
from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.market.state import Mark, Market
from domain.money import ZERO
from domain.notation import print_time
from domain.orders.costs import Execution
from domain.orders.side import Side
from domain.orders.signal import EntryType, ExitPlan, Request, Signal, SignalStatus
from domain.portfolio.account import Account
from domain.portfolio.fill import Fill, FillReason
from domain.portfolio.position import OverridePrice, Position, PositionStatus, StopLevel
from domain.refusals import ErrorCode, Refusal, Refused, refuse, seconds, shown, shown_span
from domain.risk.limits import Assessment, assess
from domain.validation import require

_CLOCK_TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class EntryPrice:
    """The price a signal enters at, and when; `own` if the price is the signal's, `gap` if a bar opened beyond it."""

    raw: Decimal
    time: datetime
    volume: Decimal | None
    own: bool = False
    gap: bool = False


def preview_signal(story: DecisionContext, command: ExecuteSignal, times: Times) -> Assessment:
    """The decision and figures of a signal, without doing anything (R20). Raises Refused and Invalid."""
    request = command.request
    timestamp = request.timestamp or times.clock
    require_times(request, timestamp, times.recorded_at)
    return _considered(story, request, timestamp)[0]


def decide_signal(story: DecisionContext, command: ExecuteSignal, times: Times) -> Signal:
    """Decide a signal that the account has not seen before: execute it, let it work, or refuse it. Raises Invalid."""
    request = command.request
    timestamp = request.timestamp or times.clock
    require_times(request, timestamp, times.recorded_at)
    signal = _received(story.account, command, timestamp, times)
    try:
        assessment, entry = _considered(story, request, timestamp)
        if assessment.refusal is not None:
            raise Refused(assessment.refusal)
    except Refused as refused:
        return _reject(story, signal, refused.refusal, timestamp)
    if request.entry is EntryType.MARKET:
        return _fill(story, signal, assessment, entry)
    working = replace(signal, status=SignalStatus.WORKING, quantity=assessment.quantity, reserved_price=entry.raw)
    story.record(SignalEvent(working, timestamp))
    return working


def fill_working(story: DecisionContext, signal: Signal, entry: EntryPrice, inside: Bar | None = None) -> None:
    """Fill a working signal at the price a bar gave it, if it passes the checks again (R16); else reject it.

    `inside` is the bar, when the fill is not at its open: what is left of it may take the position out again (R24).
    """
    released = story.account.without(signal)
    request = signal.request
    try:
        _require_untouched_levels(request, entry.raw)
        assessment = assess(
            released, story.markets, request, raw=entry.raw, volume=entry.volume, at_most=signal.quantity
        )
        if assessment.refusal is not None:
            raise Refused(assessment.refusal)
    except Refused as refused:
        _reject(story, signal, refused.refusal, entry.time)
    else:
        _fill(story, signal, assessment, entry, inside)


def entry_at_open(signal: Signal, bar: Bar, volume: Decimal | None) -> EntryPrice | None:
    """Where a working signal fills at a bar's open (R15), if it does."""
    if bar.start < signal.timestamp:
        return None
    request, side = signal.request, signal.side
    if request.entry is EntryType.NEXT_OPEN:
        return EntryPrice(bar.open, bar.start, volume)
    limit = request.entry_price
    if limit is None:
        return None
    better = side.has_fallen_to(bar.open, limit)
    beyond = side.has_reached(bar.open, limit)
    fills = better if request.entry is EntryType.LIMIT else beyond
    return EntryPrice(bar.open, bar.start, volume, gap=True) if fills else None


def entry_inside(signal: Signal, bar: Bar, volume: Decimal | None) -> EntryPrice | None:
    """Where a working signal fills inside a bar that did not fill it at the open (R15): at its own price."""
    request, side = signal.request, signal.side
    price = request.entry_price
    if price is None or bar.start < signal.timestamp:
        return None
    if request.entry is EntryType.LIMIT:
        touched = side.has_fallen_to(side.worst_of(bar), price)
    else:
        touched = side.has_reached(side.best_of(bar), price)
    return EntryPrice(price, bar.end, volume) if touched else None


def require_times(request: Request, timestamp: datetime, recorded_at: datetime) -> None:
    """The times of a signal make sense together, and none lies ahead of the wall clock. Raises Invalid."""
    require_not_ahead(timestamp, recorded_at)
    for name, time in (("good_until", request.good_until), ("expires_at", request.expires_at)):
        require(time is None or time > timestamp, f"`{name}` must be after the signal's timestamp", name)


def require_not_ahead(timestamp: datetime, recorded_at: datetime) -> None:
    """A timestamp is no later than a minute after the wall clock. Raises Invalid."""
    limit = recorded_at + _CLOCK_TOLERANCE
    require(timestamp <= limit, "timestamp lies more than a minute in the future", "timestamp")


def market_entry(
    market: Market, override_price: Decimal | None, timestamp: datetime, max_age: timedelta | None
) -> EntryPrice:
    """The price of a fill at once (R15): the own price unless the market knows a later one, else the last price.

    Without `max_age` any age will do. Raises Refused.
    """
    last = market.last
    if override_price is not None and (last is None or last.time <= timestamp):
        return EntryPrice(override_price, timestamp, market.volume, own=True)
    if last is None:
        message = f"no price of {market.symbol} is known: send `market_price`, or bars or quotes first (R15)"
        raise refuse(ErrorCode.NO_MARKET_PRICE, message, field="market_price")
    if max_age is not None and timestamp - last.time > max_age:
        raise _stale(market.symbol, last, timestamp, max_age)
    return EntryPrice(last.price, max(timestamp, last.time), market.volume)


def _stale(symbol: str, last: Mark, timestamp: datetime, max_age: timedelta) -> Refused:
    age = timestamp - last.time
    limit = shown_span(max_age)
    message = f"the last price of {symbol} is {shown_span(age)} old at the signal's timestamp; at most {limit} (R15)"
    return refuse(ErrorCode.STALE_MARKET_PRICE, message, limit=seconds(max_age), actual=seconds(age))


def require_not_late(market: Market, timestamp: datetime, max_age: timedelta) -> None:
    """A timestamp does not lie before the symbol's last price by `max_age` or more (R15). Raises Refused."""
    last = market.last
    if last is None or timestamp >= last.time or last.time - timestamp < max_age:
        return
    lateness = last.time - timestamp
    message = (
        f"the timestamp {print_time(timestamp)} lies {shown_span(lateness)} before the last price of {market.symbol}, "
        f"of {print_time(last.time)}: {shown_span(max_age)} or more is late (R15)"
    )
    raise refuse(ErrorCode.LATE_SIGNAL, message, field="timestamp", limit=seconds(max_age), actual=seconds(lateness))


def max_price_age(account: Account) -> timedelta:
    """How old a last price may be for an entry at once, and how far before it no signal may be dated (R15)."""
    return timedelta(seconds=account.settings.max_price_age_seconds)


def _received(account: Account, command: ExecuteSignal, timestamp: datetime, times: Times) -> Signal:
    request = command.request
    return Signal(
        id=command.id,
        signal_id=command.signal_id,
        account_id=account.id,
        session=account.session.number,
        number=account.signal_count + 1,
        request=request,
        side=request.resolved_side,
        status=SignalStatus.REJECTED,
        timestamp=timestamp,
        recorded_at=times.recorded_at,
        plan=_plan(account, request),
        quantity=request.quantity,
    )


def _plan(account: Account, request: Request) -> ExitPlan:
    settings = account.settings
    scale_out = request.scale_out_percent
    break_even = request.break_even_after_target1
    return ExitPlan(
        scale_out_percent=settings.scale_out_percent if scale_out is None else scale_out,
        break_even_after_target1=settings.break_even_after_target1 if break_even is None else break_even,
        trailing_stop=request.trailing_stop,
        expires_at=request.expires_at,
        max_holding_days=settings.max_holding_days,
    )


def _considered(story: DecisionContext, request: Request, timestamp: datetime) -> tuple[Assessment, EntryPrice]:
    """The checks in the order of R20, and the price that they were made at. Raises Refused."""
    account = story.account
    market = story.market(request.symbol)
    _require_active(account)
    _require_supported(request, market)
    _require_consistent_side(request)
    _require_ordered_levels(request)
    require_not_late(market, timestamp, max_price_age(account))
    entry = _expected_entry(request, market, timestamp, max_price_age(account))
    _require_untouched_levels(request, entry.raw)
    return assess(account, story.markets, request, raw=entry.raw, volume=entry.volume), entry


def _expected_entry(request: Request, market: Market, timestamp: datetime, max_age: timedelta) -> EntryPrice:
    """Where the signal fills now, or where a waiting one is expected to (R15, R16)."""
    if request.entry is EntryType.MARKET:
        return market_entry(market, request.market_price, timestamp, max_age)
    if request.entry_price is not None:
        return EntryPrice(request.entry_price, timestamp, market.volume)
    return market_entry(market, None, timestamp, None)


def _require_active(account: Account) -> None:
    if not account.enabled:
        raise refuse(ErrorCode.ACCOUNT_DISABLED, f"account {account.name} is disabled: enable it first (R35)")
    if account.halt_reason is not None:
        raise refuse(ErrorCode.ACCOUNT_HALTED, f"account {account.name} is halted: {account.halt_reason} (R34)")


def _require_supported(request: Request, market: Market) -> None:
    if request.asset_class is AssetClass.FOREX and not request.symbol.endswith("USD"):
        message = f"{request.symbol} is not quoted in USD; only pairs such as EURUSD can be traded (R6)"
        raise refuse(ErrorCode.UNSUPPORTED_SYMBOL, message, field="symbol")
    fixed = market.asset_class
    if fixed is not None and fixed is not request.asset_class:
        message = f"{request.symbol} is traded as {fixed.value}, fixed at its first signal (R6)"
        raise refuse(ErrorCode.ASSET_CLASS_MISMATCH, message, field="asset_class")


def _require_consistent_side(request: Request) -> None:
    if request.side and request.pattern and request.pattern.side is not request.side:
        pattern = request.pattern
        message = f"pattern {pattern.value} implies {pattern.side.value}, but side is {request.side.value} (R13)"
        raise refuse(ErrorCode.CONTRADICTORY_SIDE, message, field="side")


def _require_ordered_levels(request: Request) -> None:
    rising = [
        ("stop_loss", request.stop_loss),
        ("entry_price", request.entry_price),
        ("target1", request.target1),
    ]
    side = request.resolved_side
    levels = [(name, price) for name, price in rising if price is not None]
    for (lower_name, lower), (name, price) in pairwise(levels):
        if side.gain(lower, price) <= ZERO:
            raise _misplaced(side, name, price, lower_name, lower)
    if request.target2 is not None and side.gain(request.target1, request.target2) < ZERO:
        raise _misplaced(side, "target2", request.target2, "target1", request.target1)


def _misplaced(side: Side, name: str, price: Decimal, other_name: str, other: Decimal) -> Refused:
    relation = "above" if side is Side.LONG else "below"
    message = f"`{name}` {shown(price)} must be {relation} `{other_name}` {shown(other)} for a {side.value} (R14)"
    return refuse(ErrorCode.INVALID_LEVELS, message, field=name, limit=other, actual=price)


def _require_untouched_levels(request: Request, raw: Decimal) -> None:
    side, stop, target = request.resolved_side, request.stop_loss, request.target1
    if side.has_fallen_to(raw, stop):
        message = f"the price {shown(raw)} is already at or beyond the stop {shown(stop)} (R14)"
        raise refuse(ErrorCode.STOP_ALREADY_BREACHED, message, field="stop_loss", limit=stop, actual=raw)
    if side.has_reached(raw, target):
        message = f"the price {shown(raw)} is already at or beyond target 1, {shown(target)} (R14)"
        raise refuse(ErrorCode.TARGET_ALREADY_REACHED, message, field="target1", limit=target, actual=raw)


def _reject(story: DecisionContext, signal: Signal, refusal: Refusal, time: datetime) -> Signal:
    rejected = replace(signal, status=SignalStatus.REJECTED, refusal=refusal)
    story.record(SignalEvent(rejected, time))
    return rejected


def _fill(
    story: DecisionContext, signal: Signal, assessment: Assessment, entry: EntryPrice, inside: Bar | None = None
) -> Signal:
    execution = assessment.execution
    assert execution is not None  # noqa: S101 - nothing refused it
    executed = replace(signal, status=SignalStatus.EXECUTED, quantity=execution.quantity)
    position = _position(story, executed, _entry_fill(execution, entry), entry)
    exits: list[Exit] = []
    if inside is not None:
        policy = story.account.settings.intrabar
        exits, ambiguous = exits_after_entry_inside(position, inside, signal.request.entry, policy)
        position = replace(position, fills=(replace(position.fills[0], ambiguous=ambiguous),))
    story.record(SignalEvent(executed, entry.time))
    open_position(story, position)
    take_exits(story, position, exits, entry.time, entry.volume)
    return executed


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


def _position(story: DecisionContext, signal: Signal, fill: Fill, entry: EntryPrice) -> Position:
    request = signal.request
    own = OverridePrice(Mark(entry.raw, entry.time), story.market(request.symbol).newest_number) if entry.own else None
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
        is_live=abs(signal.recorded_at - signal.timestamp) <= max_price_age(story.account),
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
        initial_stop=request.stop_loss,
        stops=(StopLevel(request.stop_loss, entry.time),),
        target1=request.target1,
        target2=request.target2,
        realized_pnl=ZERO,
        commission=fill.commission,
        slippage=fill.slippage,
        override_price=own,
        fills=(fill,),
    )
