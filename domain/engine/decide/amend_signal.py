"""Change a signal that waits: its price, its levels, its size, its times, its campaign, its note (R41)."""

from datetime import datetime
from decimal import Decimal

from domain.engine.amending import (
    MOST_EARLIER,
    Amendable,
    amended_so_far,
    blaming_what_was_sent,
    changes_between,
    require_as_known,
    with_blame,
)
from domain.engine.commands import AmendSignal, Times
from domain.engine.context import DecisionContext
from domain.engine.decide.working_signal import working_signal
from domain.engine.events import SignalEvent
from domain.engine.state import Desk
from domain.matching.entry_rules import EntryPrice, expected_entry
from domain.notation import print_time
from domain.orders.amendment import SignalAmendment, amendable
from domain.orders.checks import require_ordered_levels, require_untouched_levels
from domain.orders.request import Request
from domain.orders.signal import EarlierRequest, Signal
from domain.orders.timing import require_after, require_not_ahead, require_not_late
from domain.records import replace
from domain.refusals import Refused
from domain.risk.limits import Assessment, assess


def amend_signal(desk: Desk, context: DecisionContext, command: AmendSignal, times: Times) -> None:
    """Amend a working signal, checked anew with its own reservation released. Raises Refused and Invalid."""
    signal = working_signal(desk, context, command.id, command.signal_id)
    request, time = _request(context, signal, command, times)
    assessment, entry = _considered(context, signal, command, request, time)
    if assessment.refusal is not None:
        raise Refused(assessment.refusal)
    before, after = _figures(signal.request, signal.quantity), _figures(request, assessment.quantity)
    if changes := changes_between(before, after):
        amended = _amended(signal, request, assessment, entry, time)
        context.record(SignalEvent(amended, time, changes))


def preview_signal_amendment(desk: Desk, context: DecisionContext, command: AmendSignal, times: Times) -> Assessment:
    """The decision and figures of an amendment, without doing anything. Raises Refused and Invalid."""
    signal = working_signal(desk, context, command.id, command.signal_id)
    request, time = _request(context, signal, command, times)
    return _considered(context, signal, command, request, time)[0]


def _request(context: DecisionContext, signal: Signal, command: AmendSignal, times: Times) -> tuple[Request, datetime]:
    """What the signal would ask for, and from when on. Raises Refused and Invalid."""
    became = amended_so_far(signal.amendments, signal.plan.amended_at) or f"sent at {print_time(signal.timestamp)}"
    now = {**_figures(signal.request, signal.quantity), "note": None}
    require_as_known("signal", signal.changed_seq, command.as_of, context.account.seq, became, now)
    time = command.timestamp or times.clock
    require_not_ahead(time, times.recorded_at)
    if command.timestamp is not None:
        market = context.market(signal.request.symbol)
        require_not_late(market, command.timestamp, context.account.settings.max_price_age)
    time = max(time, signal.timestamp, signal.plan.amended_at or signal.timestamp)
    for name in ("good_until", "expires_at"):
        moment = getattr(command.amendment, name)
        if moment is not None:
            require_after(name, moment, time, "amendment")
    with blaming_what_was_sent(command.amendment.given):
        return command.amendment.of(signal.request), time


def _considered(
    context: DecisionContext, signal: Signal, command: AmendSignal, request: Request, time: datetime
) -> tuple[Assessment, EntryPrice]:
    """The checks of R14 and R17 to R19, in their order, and the price that they were made at. Raises Refused."""
    sent = command.amendment.given
    released = context.account.without(signal)
    market = context.market(request.symbol)
    with blaming_what_was_sent(sent):
        require_ordered_levels(request, sent)
        entry = expected_entry(request, market, time, released.settings.max_price_age)
        require_untouched_levels(request, entry.raw)
    at_most = None if _is_sized_anew(signal.request, request) else signal.quantity
    assessed = assess(released, context.markets, request, raw=entry.raw, volume=entry.volume, at_most=at_most)
    if assessed.refusal is not None:
        assessed = replace(assessed, refusal=with_blame(assessed.refusal, sent))
    return assessed, entry


def _is_sized_anew(before: Request, after: Request) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in _SIZING)


_SIZING = ("quantity", "risk_percent", "entry_price", "stop_loss", "stop_distance", "stop_percent", "trailing_stop")


def _amended(signal: Signal, request: Request, assessment: Assessment, entry: EntryPrice, time: datetime) -> Signal:
    kept = (signal.earlier or ())[1 - MOST_EARLIER :]
    return replace(
        signal,
        request=request,
        sent=signal.sent or signal.request,
        plan=replace(signal.plan, expires_at=request.expires_at, amended_at=time),
        quantity=assessment.quantity,
        reserved_price=entry.raw,
        earlier=(*kept, EarlierRequest(time, signal.request, signal.quantity)),
        amendments=signal.amendments + 1,
    )


def _figures(request: Request, quantity: Decimal | None) -> dict[str, Amendable]:
    """What can be amended, as it is; the quantity is the one that was sized."""
    return {**{name: getattr(request, name) for name in amendable(SignalAmendment)}, "quantity": quantity}
