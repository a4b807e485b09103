"""What a trailing stop follows: the highs of the bars that its position saw (R26).

A high that is not above all before it moves no stop, for the highest of them has: none need be remembered.
"""

from decimal import Decimal

from domain.market.update import MarketUpdate
from domain.matching.exit_rules import can_take_out
from domain.money import LARGEST, SMALLEST
from domain.orders.side import Side
from domain.orders.trailing_stop import Trail
from domain.portfolio.position import Position


def trail_level(position: Position) -> Decimal | None:
    """The price from which on a high moves the stop; None without a trailing stop."""
    trail, side = position.trail, position.side
    if trail is None:
        return None
    beyond = _next_stop(position, trail) + side.sign * trail.offset
    return beyond if trail.activation is None else side.better(trail.activation, beyond)


def _next_stop(position: Position, trail: Trail) -> Decimal:
    """Where the stop can move to at the earliest: the first to any price."""
    side = position.side
    if position.stop is None:
        return SMALLEST if side is Side.LONG else LARGEST
    return position.stop + side.sign * (trail.step or SMALLEST)


def trailed_stop(position: Position, update: MarketUpdate, *, entered_inside: bool) -> Decimal | None:
    """Where a bar or quote that is done takes the stop, if it does (R26).

    Of a bar that the position was entered inside only the close counts; one under way at its entry, or when its stop or
    trail was amended (R41), counts for nothing.
    """
    trail, level, since = position.trail, trail_level(position), position.plan.trails_from
    if since is not None and update.start < since:
        return None
    if trail is None or level is None or not (entered_inside or can_take_out(position, update)):
        return None
    side = position.side
    best = update.close if entered_inside else side.best_of(update)
    return best - side.sign * trail.offset if side.has_reached(best, level) else None
