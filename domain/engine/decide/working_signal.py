"""The waiting signal that a command names."""

from uuid import UUID

from domain.engine.context import DecisionContext
from domain.engine.state import Desk
from domain.orders.signal import Signal
from domain.refusals import ErrorCode, refuse


def working_signal(desk: Desk, context: DecisionContext, key: UUID, signal_id: UUID) -> Signal:
    """The signal of the desk's id `key`, which waits. Raises Refused for one that is not known, or does not wait."""
    working = context.account.working.get(key)
    if working is not None:
        return working
    known = desk.signals.get(key)
    if known is None:
        message = f"account {context.account.name} has no signal {signal_id}"
        raise refuse(ErrorCode.SIGNAL_NOT_FOUND, message, field="signal_id")
    message = f"signal {signal_id} is {known.status.value}; only a WORKING one can be cancelled or amended (R16)"
    raise refuse(ErrorCode.SIGNAL_NOT_WORKING, message, field="signal_id")
