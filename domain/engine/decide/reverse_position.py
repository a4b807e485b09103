"""Close a position and open the other side, in one command (R41)."""

from domain.engine.commands import ReversePosition, Times
from domain.engine.context import DecisionContext
from domain.engine.decide.execute_signal import decide_signal, received
from domain.engine.decide.open_position import open_position
from domain.engine.entries import reject_signal
from domain.engine.events import SignalEvent
from domain.engine.exits import close_by_hand
from domain.engine.observe import observe_fills
from domain.engine.state import Desk
from domain.matching.entry_rules import market_entry
from domain.orders.signal import Signal, SignalStatus
from domain.orders.timing import require_times
from domain.portfolio.position import Position
from domain.refusals import Refused
from domain.validation import require, within


def reverse_position(desk: Desk, command: ReversePosition, times: Times) -> tuple[DecisionContext, Signal]:
    """The signal as it is decided once the position is closed, and what came of it; refused, nothing is closed.

    Raises Invalid.
    """
    context, request = DecisionContext.of(desk, command.account), command.signal.request
    timestamp = request.timestamp or times.clock
    with within("signal"):
        require_times(request, timestamp, times.recorded_at)
    try:
        position = open_position(desk, context, command)
    except Refused as refused:
        signal = received(context.account, command.signal, timestamp, times, command.position_id)
        return context, reject_signal(context, signal, refused.refusal, timestamp)
    _require_other_side(position, command)
    price = market_entry(context.market_of(position), request.market_price, timestamp, None)
    close_by_hand(context, position, position.open_quantity, price.raw, price.time)
    observe_fills(context)
    signal = decide_signal(context, command.signal, times, reverses=position.id)
    if signal.status is SignalStatus.REJECTED:
        context = DecisionContext.of(desk, command.account)
        context.record(SignalEvent(signal, timestamp))
    else:
        observe_fills(context)
    return context, signal


def _require_other_side(position: Position, command: ReversePosition) -> None:
    request = command.signal.request
    require(request.symbol == position.symbol, f"a reversal is in the same symbol, {position.symbol}", "signal.symbol")
    is_other = request.resolved_side is not position.side
    require(is_other, f"the position is {position.side.value}: its reversal is the other side (R41)", "signal.side")
