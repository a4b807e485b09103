"""What a trailing stop follows: the highs of the bars that its position saw (R26).

A high that is not above all before it moves no stop, for the highest of them has: none need be remembered.
"""

from decimal import Decimal

from domain.market.update import MarketUpdate
from domain.matching.exit_rules import can_take_out
from domain.money import SMALLEST
from domain.portfolio.position import Position


def trail_level(position: Position) -> Decimal | None:
    """The price from which on a high moves the stop; None without a trailing stop."""
    trailing, side = position.plan.trailing_stop, position.side
    if trailing is None:
        return None
    beyond = position.stop + side.sign * (trailing.offset + SMALLEST)
    return side.better(trailing.activation, beyond)


def trailed_stop(position: Position, update: MarketUpdate, *, entered_inside: bool) -> Decimal | None:
    """Where a bar or quote that is done takes the stop, if it does (R26).

    Of a bar that the position was entered inside only the close counts; one under way at its entry counts for nothing.
    """
    trailing, level = position.plan.trailing_stop, trail_level(position)
    if trailing is None or level is None or not (entered_inside or can_take_out(position, update)):
        return None
    side = position.side
    best = update.close if entered_inside else side.best_of(update)
    return best - side.sign * trailing.offset if side.has_reached(best, level) else None
