"""Close a position by hand, or a part of it (R27)."""

from decimal import Decimal

from domain.engine.commands import CloseAll, ClosePosition, Times
from domain.engine.context import DecisionContext
from domain.engine.decide.open_position import open_position
from domain.engine.exits import close_at_last_price, close_by_hand
from domain.engine.observe import observe_fills
from domain.engine.state import Desk
from domain.matching.entry_rules import market_entry
from domain.money import down_to, is_multiple, percent_of, plain
from domain.orders.timing import require_not_ahead, require_not_late
from domain.portfolio.position import Position
from domain.refusals import ErrorCode, refuse, shown
from domain.validation import require


def close_position(desk: Desk, context: DecisionContext, command: ClosePosition, times: Times) -> None:
    """Close a position or a part of it by hand: priced as a market entry is, at any age (R27)."""
    position = open_position(desk, context, command)
    if command.timestamp is not None:
        require_not_ahead(command.timestamp, times.recorded_at)
        require_not_late(context.market(position.symbol), command.timestamp, context.account.settings.max_price_age)
    close_priced(context, position, _quantity(position, command), command, times)
    observe_fills(context)


def close_priced(
    context: DecisionContext, position: Position, quantity: Decimal, command: ClosePosition | CloseAll, times: Times
) -> None:
    """Close a quantity as a market entry is priced if the command has a price, else at the last price (R27)."""
    if command.market_price is None:
        close_at_last_price(context, position, quantity, not_before=command.timestamp)
    else:
        timestamp = command.timestamp or times.clock
        entry = market_entry(context.market_of(position), command.market_price, timestamp, None)
        close_by_hand(context, position, quantity, entry.raw, entry.time)


def _quantity(position: Position, command: ClosePosition) -> Decimal:
    """How much to close: all that is open, or the part that was asked for. Raises Refused and Invalid."""
    if command.quantity is not None:
        return _of_quantity(position, command.quantity)
    if command.percent is not None:
        return _of_percent(position, command.percent)
    return position.open_quantity


def _of_quantity(position: Position, quantity: Decimal) -> Decimal:
    step, left = position.asset_class.step, position.open_quantity
    message = f"quantity of a {position.asset_class.value} must be a multiple of {plain(step)}"
    require(is_multiple(quantity, step), f"{message}, not {plain(quantity)}", "quantity")
    if quantity > left:
        message = f"quantity {plain(quantity)} is more than the {plain(left)} that are open (R27)"
        raise refuse(ErrorCode.QUANTITY_TOO_LARGE, message, field="quantity", limit=left, actual=quantity)
    return quantity


def _of_percent(position: Position, percent: Decimal) -> Decimal:
    step, part = position.asset_class.step, percent_of(percent, position.open_quantity)
    if part < step:
        message = (
            f"{plain(percent)} % of the {plain(position.open_quantity)} that are open is {shown(part)}, "
            f"less than one step of {plain(step)} (R27)"
        )
        raise refuse(ErrorCode.QUANTITY_TOO_SMALL, message, field="percent", limit=step, actual=part)
    return down_to(part, step)
