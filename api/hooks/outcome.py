"""What became of an alert: for whoever sent it, and for those who look at the hook's deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from api.application.command_payload import CommandPayload
from api.codec.commands import CommandKind
from api.codec.field_names import api_message
from api.codec.hooks import DeliveryStatus
from api.wording import counted
from domain.engine.views import SignalView
from domain.money import plain
from domain.orders.signal import SignalStatus
from domain.refusals import ErrorCode, Refusal

SIGNAL_KINDS = frozenset((CommandKind.EXECUTE_SIGNAL, CommandKind.REVERSE_POSITION))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an alert. `signal_id` is the client's id of the signal that it was, if it was one."""

    status: DeliveryStatus
    message: str
    code: str | None = None
    kind: CommandKind | None = None
    signal_id: UUID | None = None


def refused(refusal: Refusal, kind: CommandKind | None = None) -> Outcome:
    """The desk refused."""
    return Outcome(DeliveryStatus.REFUSED, api_message(refusal.message), refusal.code.value, kind)


def outcome_of(kind: CommandKind, symbol: str, command_id: UUID, payload: CommandPayload) -> Outcome:
    """What a command came to."""
    signal_id = command_id if kind in SIGNAL_KINDS and payload.signal is not None else None
    refusal = payload.result.refusal
    if refusal is not None:
        return Outcome(DeliveryStatus.REFUSED, api_message(refusal.message), refusal.code.value, kind, signal_id)
    status = DeliveryStatus.REPLAYED if payload.result.replayed else DeliveryStatus.DONE
    return Outcome(status, _told(kind, symbol, payload), None, kind, signal_id)


def outcome_of_flat(symbol: str, command_id: UUID, payloads: Sequence[CommandPayload]) -> Outcome:
    """What it came to that signals which waited were cancelled, and then all that was open closed."""
    closing = payloads[-1].result.refusal
    outcome = outcome_of(CommandKind.CLOSE_ALL, symbol, command_id, payloads[-1])
    cancelled = [payload.result for payload in payloads[:-1] if payload.result.refusal is None]
    if not cancelled:
        return outcome
    told = f"cancelled {counted(len(cancelled), 'signal')} of {symbol} that waited"
    if closing is not None and closing.code is ErrorCode.NOTHING_TO_CLOSE:
        status = DeliveryStatus.REPLAYED if cancelled[-1].replayed else DeliveryStatus.DONE
        return Outcome(status, told, None, CommandKind.CANCEL_SIGNAL)
    return replace(outcome, message=f"{outcome.message}; {told}")


def _told(kind: CommandKind, symbol: str, payload: CommandPayload) -> str:
    match kind:
        case CommandKind.CLOSE_ALL:
            return f"closed {counted(len(payload.positions), 'position')} of {symbol}"
        case CommandKind.CLOSE_POSITION:
            left = None if payload.position is None else payload.position.position.open_quantity
            return f"closed a part of {symbol}" + ("" if not left else f", {plain(left)} left")
        case CommandKind.AMEND_POSITION:
            return f"amended the position of {symbol}"
        case CommandKind.AMEND_SIGNAL:
            return f"amended the signal of {symbol} that waits"
        case CommandKind.REVERSE_POSITION:
            return f"reversed {symbol}: {_told_of(payload.signal)}"
        case _:
            return _told_of(payload.signal)


def _told_of(view: SignalView | None) -> str:
    if view is None:
        return "a signal"
    signal, position = view.signal, view.position
    if position is not None:
        held = position.position
        return f"{held.side.value} {plain(held.quantity)} {held.symbol} at {plain(held.entry_price)}"
    verb = "waits" if signal.status is SignalStatus.WORKING else f"is {signal.status.value}"
    return f"{signal.side.value} {signal.request.symbol} {verb} ({signal.request.entry.value})"
