"""The checks of a request that need no account: what can be traded, the side, the levels (R6, R13, R14)."""

from decimal import Decimal
from itertools import pairwise

from domain.instruments import AssetClass
from domain.market.state import Market
from domain.money import ZERO
from domain.orders.side import Side
from domain.orders.signal import Request
from domain.refusals import ErrorCode, Refused, refuse, shown


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


def require_ordered_levels(request: Request) -> None:
    """Stop, entry price and targets lie in the order that the side asks for (R14). Raises Refused."""
    rising = [
        ("stop_loss", request.stop_loss),
        ("entry_price", request.entry_price),
        ("target1", request.target1),
    ]
    side = request.resolved_side
    levels = [(name, price) for name, price in rising if price is not None]
    for (lower_name, lower), (name, price) in pairwise(levels):
        if side.gain(lower, price) <= ZERO:
            raise _misplaced(side, name, price, lower_name, lower)
    if request.target2 is not None and side.gain(request.target1, request.target2) < ZERO:
        raise _misplaced(side, "target2", request.target2, "target1", request.target1)


def _misplaced(side: Side, name: str, price: Decimal, other_name: str, other: Decimal) -> Refused:
    relation = "above" if side is Side.LONG else "below"
    message = f"`{name}` {shown(price)} must be {relation} `{other_name}` {shown(other)} for a {side.value} (R14)"
    return refuse(ErrorCode.INVALID_LEVELS, message, field=name, limit=other, actual=price)


def require_untouched_levels(request: Request, raw: Decimal) -> None:
    """An entry at `raw` lies between stop and target 1 (R14). Raises Refused."""
    side, stop, target = request.resolved_side, request.stop_loss, request.target1
    if side.has_fallen_to(raw, stop):
        message = f"the price {shown(raw)} is already at or beyond the stop {shown(stop)} (R14)"
        raise refuse(ErrorCode.STOP_ALREADY_BREACHED, message, field="stop_loss", limit=stop, actual=raw)
    if side.has_reached(raw, target):
        message = f"the price {shown(raw)} is already at or beyond target 1, {shown(target)} (R14)"
        raise refuse(ErrorCode.TARGET_ALREADY_REACHED, message, field="target1", limit=target, actual=raw)
