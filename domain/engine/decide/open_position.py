"""The open position that a command names."""

from domain.engine.commands import AmendPosition, ClosePosition, ReversePosition
from domain.engine.context import DecisionContext
from domain.engine.state import Desk
from domain.orders.signal import SignalStatus
from domain.portfolio.position import Position
from domain.refusals import ErrorCode, refuse


def open_position(
    desk: Desk, context: DecisionContext, command: AmendPosition | ClosePosition | ReversePosition
) -> Position:
    """The account's open position that a command names. Raises Refused for one that is not its own, or not open."""
    position = context.account.positions.get(command.position_id)
    if position is not None:
        return position
    signal = desk.signals.get(command.position_id)
    named = "position_id" if command.signal_id is None else "signal_id"
    if signal is None or signal.account_id != context.account.id or signal.status is not SignalStatus.EXECUTED:
        of = "has no such position" if command.signal_id is None else f"has no position of signal {command.signal_id}"
        raise refuse(ErrorCode.POSITION_NOT_FOUND, f"account {command.account} {of}", field=named)
    raise refuse(ErrorCode.POSITION_NOT_OPEN, "the position is closed already", field=named)
