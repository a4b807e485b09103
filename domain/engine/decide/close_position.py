"""Close a position by hand (R27)."""

from domain.engine.commands import ClosePosition, Times
from domain.engine.context import DecisionContext
from domain.engine.exits import close_at_last_price, close_by_hand
from domain.engine.observe import observe_fills
from domain.engine.state import Desk
from domain.matching.entry_rules import market_entry
from domain.orders.signal import SignalStatus
from domain.orders.timing import require_not_ahead, require_not_late
from domain.refusals import ErrorCode, Refused, refuse


def close_position(desk: Desk, context: DecisionContext, command: ClosePosition, times: Times) -> None:
    """Close a position by hand: priced as a market entry is, at any age (R27)."""
    position = context.account.positions.get(command.position_id)
    if position is None:
        raise _not_open(desk, context, command)
    if command.timestamp is not None:
        require_not_ahead(command.timestamp, times.recorded_at)
        require_not_late(context.market(position.symbol), command.timestamp, context.account.settings.max_price_age)
    if command.market_price is None and command.timestamp is None:
        close_at_last_price(context, position)
    else:
        timestamp = command.timestamp or times.clock
        entry = market_entry(context.market_of(position), command.market_price, timestamp, None)
        close_by_hand(context, position, entry.raw, max(entry.time, position.entry_time))
    observe_fills(context)


def _not_open(desk: Desk, context: DecisionContext, command: ClosePosition) -> Refused:
    signal = desk.signals.get(command.position_id)
    mine = signal is not None and signal.account_id == context.account.id
    if not mine or signal is None or signal.status is not SignalStatus.EXECUTED:
        message = f"account {command.account} has no such position"
        return refuse(ErrorCode.POSITION_NOT_FOUND, message, field="position_id")
    return refuse(ErrorCode.POSITION_NOT_OPEN, "the position is closed already", field="position_id")
