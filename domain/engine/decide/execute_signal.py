"""From signal to position: the checks in their order, the price, the fill (R13-R20)."""

from datetime import datetime
from uuid import UUID

from domain.engine.commands import ExecuteSignal, Times
from domain.engine.context import DecisionContext
from domain.engine.entries import fill_signal, reject_signal
from domain.engine.events import SignalEvent
from domain.engine.exits import end_signal
from domain.matching.entry_rules import EntryPrice, can_fill_at, expected_entry
from domain.orders.checks import (
    require_consistent_side,
    require_ordered_levels,
    require_supported,
    require_untouched_levels,
)
from domain.orders.request import Request
from domain.orders.signal import ExitPlan, Signal, SignalStatus
from domain.orders.timing import require_not_late, require_times
from domain.portfolio.account import Account
from domain.records import replace
from domain.refusals import ErrorCode, Refused, refuse
from domain.risk.limits import Assessment, assess


def preview_signal(context: DecisionContext, command: ExecuteSignal, times: Times) -> Assessment:
    """The decision and figures of a signal, without doing anything (R20). Raises Refused and Invalid."""
    request = command.request
    timestamp = request.timestamp or times.clock
    require_times(request, timestamp, times.recorded_at)
    return _considered(context, request, timestamp)[0]


def decide_signal(
    context: DecisionContext, command: ExecuteSignal, times: Times, reverses: UUID | None = None
) -> Signal:
    """Decide a signal that the account has not seen before: execute it, let it work, or refuse it. Raises Invalid.

    `reverses` is the desk's id of a position that is closed for it.
    """
    request = command.request
    timestamp = request.timestamp or times.clock
    require_times(request, timestamp, times.recorded_at)
    signal = received(context.account, command, timestamp, times, reverses)
    try:
        assessment, entry = _considered(context, request, timestamp)
        if assessment.refusal is not None:
            raise Refused(assessment.refusal)
    except Refused as refused:
        return reject_signal(context, signal, refused.refusal, timestamp)
    if assessment.is_cancelled:
        return end_signal(context, signal, SignalStatus.CANCELLED, timestamp)
    if not entry.is_expected:
        return fill_signal(context, signal, assessment, entry)
    working = replace(signal, status=SignalStatus.WORKING, quantity=assessment.quantity, reserved_price=entry.raw)
    context.record(SignalEvent(working, timestamp))
    return working


def received(
    account: Account, command: ExecuteSignal, timestamp: datetime, times: Times, reverses: UUID | None = None
) -> Signal:
    """A signal as it came, not decided yet."""
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
        reverses=reverses,
    )


def _plan(account: Account, request: Request) -> ExitPlan:
    settings = account.settings
    scale_out = request.scale_out_percent
    break_even = request.break_even_after_target1
    return ExitPlan(
        scale_out_percent=settings.scale_out_percent if scale_out is None else scale_out,
        break_even_after_target1=settings.break_even_after_target1 if break_even is None else break_even,
        expires_at=request.expires_at,
        max_holding_days=settings.max_holding_days,
    )


def _considered(context: DecisionContext, request: Request, timestamp: datetime) -> tuple[Assessment, EntryPrice]:
    """The checks in the order of R20, and the price that they were made at. Raises Refused."""
    account = context.account
    market = context.market(request.symbol)
    _require_active(account)
    require_supported(request, market)
    require_consistent_side(request)
    require_ordered_levels(request)
    max_age = account.settings.max_price_age
    require_not_late(market, timestamp, max_age)
    entry = expected_entry(request, market, timestamp, max_age)
    if request.fills_now_or_never and not can_fill_at(request, entry.raw):
        return Assessment(request.resolved_side, request.quantity, is_cancelled=True), entry
    require_untouched_levels(request, entry.raw)
    return assess(account, context.markets, request, raw=entry.raw, volume=entry.volume), entry


def _require_active(account: Account) -> None:
    if not account.enabled:
        raise refuse(ErrorCode.ACCOUNT_DISABLED, f"account {account.name} is disabled: enable it first (R35)")
    if account.halt_reason is not None:
        raise refuse(ErrorCode.ACCOUNT_HALTED, f"account {account.name} is halted: {account.halt_reason} (R34)")
