"""Cancel a working signal (R16)."""

from domain.engine.commands import CancelSignal, Times
from domain.engine.context import DecisionContext
from domain.engine.exits import end_signal
from domain.engine.state import Desk
from domain.orders.signal import SignalStatus
from domain.refusals import ErrorCode, refuse


def cancel_signal(desk: Desk, context: DecisionContext, command: CancelSignal, times: Times) -> None:
    """Cancel a signal that waits. Raises Refused for one that is not known, or does not wait."""
    working = context.account.working.get(command.id)
    if working is not None:
        end_signal(context, working, SignalStatus.CANCELLED, times.clock)
        return
    known = desk.signals.get(command.id)
    if known is None:
        message = f"account {command.account} has no signal {command.signal_id}"
        raise refuse(ErrorCode.SIGNAL_NOT_FOUND, message, field="signal_id")
    message = f"signal {command.signal_id} is {known.status.value}; only a WORKING one can be cancelled (R16)"
    raise refuse(ErrorCode.SIGNAL_NOT_WORKING, message, field="signal_id")
