"""Cancel a working signal (R16)."""

from domain.engine.commands import CancelSignal, Times
from domain.engine.context import DecisionContext
from domain.engine.decide.working_signal import working_signal
from domain.engine.exits import end_signal
from domain.engine.state import Desk
from domain.orders.signal import SignalStatus


def cancel_signal(desk: Desk, context: DecisionContext, command: CancelSignal, times: Times) -> None:
    """Cancel a signal that waits. Raises Refused for one that is not known, or does not wait."""
    working = working_signal(desk, context, command.id, command.signal_id)
    end_signal(context, working, SignalStatus.CANCELLED, times.clock)
