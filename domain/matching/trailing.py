"""What a trailing stop follows: the best price since the entry (R26)."""

from decimal import Decimal

from domain.market.update import MarketUpdate
from domain.matching.exit_rules import can_take_out
from domain.portfolio.position import Position


def best_since_entry(
    position: Position, update: MarketUpdate, known: Decimal | None, *, entered_inside: bool
) -> Decimal | None:
    """The best price since the entry of a position with a trailing stop, once a bar or quote is done (R26).

    `known` is the best price before it. Of a bar that the position was entered inside only the close counts; one
    under way at its entry counts for nothing, and then, or without a trailing stop, it is None.
    """
    if position.plan.trailing_stop is None or not (entered_inside or can_take_out(position, update)):
        return None
    side = position.side
    price = update.close if entered_inside else side.best_of(update)
    return price if known is None else side.better(known, price)
