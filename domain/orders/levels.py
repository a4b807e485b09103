"""The levels of a position, in prices: what a signal's become at its fill (R14)."""

from collections.abc import Iterator
from decimal import Decimal

from domain.money import BOUND, ZERO, nearest, product, times
from domain.orders.checks import require_targets_in_order, require_untouched
from domain.orders.request import Request
from domain.orders.side import Side
from domain.orders.trailing_stop import Trail, TrailingStop
from domain.records import dataclass
from domain.refusals import ErrorCode, Refused, refuse, shown


@dataclass(frozen=True, slots=True)
class ExitLevels:
    """Where a position leaves, as far as it has such levels."""

    stop: Decimal | None = None
    target1: Decimal | None = None
    target2: Decimal | None = None
    trail: Trail | None = None


NO_LEVELS = ExitLevels()


def levels_at(request: Request, fill: Decimal) -> ExitLevels:
    """The levels of a signal that is filled at a price: those relative to the fill become prices, of 8 places (R14).

    They may be none that can be held: `require_levels` says so.
    """
    stop = request.first_stop(fill)
    risk = ZERO if stop is None else abs(fill - stop)

    def at_multiple(price: Decimal | None, multiple: Decimal | None) -> Decimal | None:
        return price if multiple is None else nearest(request.resolved_side.after(fill, product(multiple, risk)))

    trail, asked = None, request.trailing_stop
    if asked is not None:
        activation = at_multiple(asked.activation, asked.activation_r)
        trail = Trail(asked.offset_at(fill), activation, asked.step)
    return ExitLevels(
        stop=stop,
        target1=at_multiple(request.target1, request.target1_r),
        target2=at_multiple(request.target2, request.target2_r),
        trail=trail,
    )


def require_levels(request: Request, levels: ExitLevels, *, fill: Decimal, raw: Decimal) -> None:
    """The levels that a fill gives are prices on the right side of it, and of the price before slippage (R14).

    Raises Refused.
    """
    for name, level in _relative(request, levels):
        if not ZERO < level < BOUND:
            message = f"at a fill of {shown(fill)} `{name}` gives {shown(level)}, which is no price (R14)"
            raise _unusable(name, message, level)
        if level == fill:
            message = f"`{name}` gives a level on the fill itself, {shown(fill)} (R14)"
            raise _unusable(name, message, level)
    if levels.trail is not None and not ZERO < levels.trail.offset < BOUND:
        message = f"at a fill of {shown(fill)} `trailing_stop.percent` gives no distance that can be followed at (R14)"
        raise _unusable("trailing_stop.percent", message, levels.trail.offset)
    if levels.trail is not None and request.trailing_stop is not None:
        require_trail(request.resolved_side, request.trailing_stop, levels.trail, fill)
    require_untouched(request, raw, stop=levels.stop, target=levels.target1)
    require_targets_in_order(request.resolved_side, levels.target1, levels.target2)


def require_trail(side: Side, asked: TrailingStop, trail: Trail, price: Decimal) -> None:
    """The first stop that a trail gives, from a price on, or from its activation if that is further, is a price (R26).

    Raises Refused.
    """
    start = price if trail.activation is None else side.better(price, trail.activation)
    stop = nearest(side.after(start, times(-1, trail.offset)))
    if not ZERO < stop < BOUND:
        name = "trailing_stop.offset" if asked.percent is None else "trailing_stop.percent"
        behind = f"{shown(trail.offset)} behind a price of {shown(start)}"
        raise _unusable(name, f"`{name}` makes it follow {behind}: {shown(stop)} is no price (R26)", stop)


def _unusable(name: str, message: str, level: Decimal) -> Refused:
    return refuse(ErrorCode.INVALID_LEVELS, message, field=name, actual=level)


def _relative(request: Request, levels: ExitLevels) -> Iterator[tuple[str, Decimal]]:
    """The levels that were given relative to the fill, by the names of what gave them."""
    asked, trail = request.trailing_stop, levels.trail
    if request.stop_loss is None and levels.stop is not None:
        yield request.stop_field, levels.stop
    if request.target1_r is not None and levels.target1 is not None:
        yield "target1_r", levels.target1
    if request.target2_r is not None and levels.target2 is not None:
        yield "target2_r", levels.target2
    if asked is not None and asked.activation_r is not None and trail is not None and trail.activation is not None:
        yield "trailing_stop.activation_r", trail.activation
