"""The checks of a request that need no account: what can be traded, the side, the levels (R6, R13, R14)."""

from collections.abc import Collection
from decimal import Decimal
from itertools import pairwise

from domain.instruments import AssetClass
from domain.market.state import Market
from domain.money import ZERO
from domain.orders.request import Request
from domain.orders.side import Side
from domain.refusals import ErrorCode, Refused, refuse, shown

Amended = tuple[Decimal | None, Decimal | None]
"""A level as it was, and as it would be."""

Named = tuple[str, Decimal]
"""A level, and the field that gives it."""


def require_supported(request: Request, market: Market) -> None:
    """The desk trades such a symbol, and has not taken it for another kind of thing (R6). Raises Refused."""
    if request.asset_class is AssetClass.FOREX and not request.symbol.endswith("USD"):
        message = f"{request.symbol} is not quoted in USD; only pairs such as EURUSD can be traded (R6)"
        raise refuse(ErrorCode.UNSUPPORTED_SYMBOL, message, field="symbol")
    fixed = market.asset_class
    if fixed is not None and fixed is not request.asset_class:
        message = f"{request.symbol} is traded as {fixed.value}, fixed at its first signal (R6)"
        raise refuse(ErrorCode.ASSET_CLASS_MISMATCH, message, field="asset_class")


def require_consistent_side(request: Request) -> None:
    """The side given is the one that the pattern implies (R13). Raises Refused."""
    if request.side and request.pattern and request.pattern.side is not request.side:
        pattern = request.pattern
        message = f"pattern {pattern.value} implies {pattern.side.value}, but side is {request.side.value} (R13)"
        raise refuse(ErrorCode.CONTRADICTORY_SIDE, message, field="side")


def require_ordered_levels(request: Request, sent: Collection[str] | None = None) -> None:
    """Stop, entry price and targets lie in the order that the side asks for (R14). Raises Refused.

    Of a signal that is amended only the fields that were `sent` are to blame.
    """
    rising = [
        ("stop_loss", request.stop_loss),
        ("entry_price", request.entry_price),
        ("target1", request.target1),
    ]
    side = request.resolved_side
    levels = [(name, price) for name, price in rising if price is not None]
    for lower, upper in pairwise(levels):
        if side.gain(lower[1], upper[1]) <= ZERO:
            raise _misplaced(side, lower, upper, sent)
    require_targets_in_order(side, request.target1, request.target2, sent)
    first, second = request.target1_r, request.target2_r
    if first is not None and second is not None and second < first:
        message = f"`target2_r` {shown(second)} must not be below `target1_r` {shown(first)} (R14)"
        raise refuse(ErrorCode.INVALID_LEVELS, message, field="target2_r", limit=first, actual=second)


def require_targets_in_order(
    side: Side, first: Decimal | None, second: Decimal | None, sent: Collection[str] | None = None
) -> None:
    """Target 2 is not before target 1, if there are both (R14). Raises Refused."""
    if first is not None and second is not None and side.gain(first, second) < ZERO:
        raise _misplaced(side, ("target1", first), ("target2", second), sent)


def _misplaced(side: Side, lower: Named, upper: Named, sent: Collection[str] | None) -> Refused:
    """Blames the upper one, unless only the lower one was sent."""
    is_lower_to_blame = sent is not None and upper[0] not in sent and lower[0] in sent
    (name, price), (other_name, other) = (lower, upper) if is_lower_to_blame else (upper, lower)
    relation = "above" if (side is Side.LONG) is not is_lower_to_blame else "below"
    message = f"`{name}` {shown(price)} must be {relation} `{other_name}` {shown(other)} for a {side.value} (R14)"
    return refuse(ErrorCode.INVALID_LEVELS, message, field=name, limit=other, actual=price)


def require_untouched_levels(request: Request, raw: Decimal) -> None:
    """An entry at `raw` lies between the stop and target 1 that were given as prices (R14). Raises Refused."""
    require_untouched(request, raw, stop=request.stop_loss, target=request.target1)


def require_untouched(request: Request, raw: Decimal, *, stop: Decimal | None, target: Decimal | None) -> None:
    """An entry at `raw` lies between a stop and a first target, as far as there are any (R14). Raises Refused."""
    side = request.resolved_side
    if stop is not None and side.has_fallen_to(raw, stop):
        raise _breached(request.stop_field, stop, raw)
    if target is not None and side.has_reached(raw, target):
        raise _reached(request.target1_field, 1, target, raw)


def require_levels_ahead(
    side: Side, last: Decimal, sent: Collection[str], *, stop: Amended, target1: Amended, target2: Amended
) -> None:
    """Levels of an open position, each as it was and as it would be, lie in their order (R14), and the last price has
    not passed one that is new (R41). Only fields that were `sent` are to blame. Raises Refused."""
    ahead = [("target1", target1), ("target2", target2)]
    for name, (was, target) in ahead:
        is_new = stop[0] != stop[1] or was != target
        if is_new and stop[1] is not None and target is not None and side.gain(stop[1], target) <= ZERO:
            raise _misplaced(side, ("stop_loss", stop[1]), (name, target), sent)
    if target1[0] != target1[1] or target2[0] != target2[1]:
        require_targets_in_order(side, target1[1], target2[1], sent)
    if stop[1] is not None and stop[0] != stop[1] and side.has_fallen_to(last, stop[1]):
        raise _breached("stop_loss", stop[1], last)
    for number, (was, target) in enumerate((target1, target2), 1):
        if target is not None and target != was and side.has_reached(last, target):
            raise _reached(f"target{number}", number, target, last)


def _breached(field: str, stop: Decimal, price: Decimal) -> Refused:
    message = f"the price {shown(price)} is already at or beyond the stop {shown(stop)} (R14)"
    return refuse(ErrorCode.STOP_ALREADY_BREACHED, message, field=field, limit=stop, actual=price)


def _reached(field: str, number: int, target: Decimal, price: Decimal) -> Refused:
    message = f"the price {shown(price)} is already at or beyond target {number}, {shown(target)} (R14)"
    return refuse(ErrorCode.TARGET_ALREADY_REACHED, message, field=field, limit=target, actual=price)
