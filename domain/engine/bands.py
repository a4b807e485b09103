"""Between which prices nothing can happen to an account: no halt, no ruin, and no number too large (R1, R34).

Each symbol that is held gets a pair of prices. While all prices lie inside theirs, the equity stays so near to where
it was seen last that no limit can be reached, whatever else happens: a new peak or a new day's reference, which rise
with the equity, are allowed for.
"""

from collections.abc import Mapping, Set
from dataclasses import field
from decimal import Decimal

from domain.engine.observer import ObservedEquity
from domain.engine.triggers import Levels
from domain.market.state import Market, market_of
from domain.money import (
    BOUND,
    HUNDRED,
    LARGEST,
    ONE,
    ZERO,
    amount_of,
    difference,
    nearest,
    percent_of,
    plus,
    product,
    quotient,
    total,
)
from domain.portfolio.account import Account
from domain.portfolio.exposure import Exposure
from domain.portfolio.valuation import Markets
from domain.records import dataclass

_QUARTER, _MOST = Decimal("0.25"), Decimal("0.9")
_LARGEST_WORTH = product(_MOST, LARGEST)
_ALWAYS = Levels(least=(BOUND,))
"""Left by any price."""
_NONE: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bands:
    """The levels of each symbol that is held, and how far the equity can go while all prices stay inside them."""

    levels: Mapping[str, Levels] = field(default_factory=dict)
    spread: Decimal = ZERO


NO_BANDS = Bands()


def room(account: Account, observed: ObservedEquity) -> Decimal:
    """How far the equity may go either way, from where it is, before anything can happen to the account."""
    equity, settings = amount_of(observed.equity), account.settings
    rooms = [difference(equity, ONE), difference(BOUND, equity)]
    references = (
        (settings.max_daily_loss_percent, observed.day_reference),
        (settings.max_drawdown_percent, max(observed.watched_peak, observed.equity)),
    )
    for limit, reference in references if account.halt_reason is None else ():
        if limit is not None:
            rooms.append(difference(equity, percent_of(HUNDRED - limit, amount_of(reference))))
            # While the reference rises inside the band, the equity may fall from there.
            rooms.append(quotient(product(limit, equity), HUNDRED + HUNDRED - limit))
    return min(rooms)


def bands_after(
    bands: Bands,
    account: Account,
    observed: ObservedEquity,
    markets: Markets,
    traded: Set[str] = _NONE,
    escaped: Set[str] = _NONE,
) -> Bands:
    """The bands once an account was looked at: anew for symbols that it traded, or whose price has escaped from theirs.

    The others' stand, unless all together leave too little room; and so does that of the only one, if it is not too
    wide for what is held of it now.
    """
    exposures = account.positions.exposures
    if not exposures:
        return NO_BANDS
    free = room(account, observed)
    if len(exposures) == 1 and not escaped and (standing := _standing(bands, exposures, markets, free)) is not None:
        return standing
    return _changed(bands, account, markets, free, (traded | escaped) & exposures.keys())


def _changed(bands: Bands, account: Account, markets: Markets, free: Decimal, changed: Set[str]) -> Bands:
    """The bands with those of some symbols anew, or all of them where these leave too little room."""
    exposures, known = account.positions.exposures, bands.levels
    apart: list[str] = []
    banded: list[tuple[str, Exposure, Decimal]] = []
    for symbol in changed:
        exposure, market = exposures[symbol], market_of(markets, symbol)
        if market.last is None or _is_apart(exposure, market):
            apart.append(symbol)
        else:
            banded.append((symbol, exposure, market.last.price))
    share, spread = ZERO, bands.spread
    if banded:
        share = quotient(product(_QUARTER, free), ZERO + len(exposures))
        spread = plus(spread, product(share, ZERO + 2 * len(banded)))
    if not known or free <= ZERO or spread > product(_MOST, free):
        return _anew(account, markets, free)
    if not banded and len(known) == len(exposures) and all(known.get(symbol) is _ALWAYS for symbol in apart):
        return bands
    levels = {**known, **dict.fromkeys(apart, _ALWAYS)}
    for symbol, exposure, price in banded:
        levels[symbol] = _around(price, exposure, quotient(share, _size(exposure, price) or ONE))
    if len(levels) != len(exposures):
        levels = {symbol: levels.get(symbol, _ALWAYS) for symbol in exposures}
    return Bands(levels, spread)


def _standing(bands: Bands, exposures: Mapping[str, Exposure], markets: Markets, free: Decimal) -> Bands | None:
    """The band of the only symbol that is held, if the equity can go through all of it at what is held now."""
    ((symbol, exposure),) = exposures.items()
    levels = bands.levels.get(symbol, _ALWAYS)
    if levels is _ALWAYS or _is_apart(exposure, market_of(markets, symbol)):
        return None
    low, high = max(levels.least, default=ZERO), min(levels.most, default=BOUND)
    spread = product(abs(exposure.quantity.net), difference(high, low))
    is_narrow = spread <= product(_MOST, free) and product(high, exposure.quantity.gross) < _LARGEST_WORTH
    if not is_narrow:
        return None
    return Bands(bands.levels if len(bands.levels) == 1 else {symbol: levels}, spread)


def _anew(account: Account, markets: Markets, free: Decimal) -> Bands:
    exposures = account.positions.exposures
    held = [(symbol, exposure, market_of(markets, symbol)) for symbol, exposure in exposures.items()]
    size = total([_size(exposure, market.last.price) for _, exposure, market in held if market.last is not None])
    part = quotient(product(_QUARTER, max(ZERO, free)), size) if size else ONE
    levels = {symbol: _levels(exposure, market, part) for symbol, exposure, market in held}
    return Bands(levels, product(_QUARTER + _QUARTER, max(ZERO, free)))


def _size(exposure: Exposure, price: Decimal) -> Decimal:
    return product(abs(exposure.quantity.net), price)


def _is_apart(exposure: Exposure, market: Market) -> bool:
    """Whether the symbol's next bar or quote is looked at, wherever it goes: a price of a signal's own ends with it."""
    if market.last is None:
        return True
    return bool(exposure.overridden) and next(reversed(exposure.overridden)) >= market.updates


def _levels(exposure: Exposure, market: Market, part: Decimal) -> Levels:
    """A symbol's levels where its price may go a part of itself either way."""
    if market.last is None or _is_apart(exposure, market):
        return _ALWAYS
    return _around(market.last.price, exposure, part)


def _around(price: Decimal, exposure: Exposure, part: Decimal) -> Levels:
    gross, move = exposure.quantity.gross, product(part, price)
    low, high = nearest(difference(price, move)), nearest(plus(price, move))
    if product(high, gross) >= _LARGEST_WORTH:
        high = min(high, nearest(quotient(_LARGEST_WORTH, gross)))
    if part < _LEAST or price >= high:
        return _ALWAYS
    return Levels(least=(low,) if low > ZERO else (), most=(high,) if high < BOUND else ())


_LEAST = Decimal("0.0001")
"""A price that may hardly move is looked at with every bar."""
