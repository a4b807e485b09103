"""Where a signal enters: at once, at the open of a bar or at a quote, or inside a bar (R15)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain.durations import seconds, shown_span
from domain.market.bar import Bar
from domain.market.state import Mark, Market
from domain.market.update import MarketUpdate
from domain.orders.signal import EntryType, Request, Signal
from domain.refusals import ErrorCode, Refused, refuse


@dataclass(frozen=True, slots=True)
class EntryPrice:
    """The price a signal enters at, and when.

    `is_override` says that it is the market price that the signal itself gave, `gap` that a bar opened beyond it.
    """

    raw: Decimal
    time: datetime
    volume: Decimal | None
    is_override: bool = False
    gap: bool = False


def entry_at_open(signal: Signal, update: MarketUpdate, volume: Decimal | None) -> EntryPrice | None:
    """Where a working signal fills at the open of a bar or at a quote (R15), if it does."""
    if update.start < signal.timestamp:
        return None
    request, side = signal.request, signal.side
    if request.entry is EntryType.NEXT_OPEN:
        return EntryPrice(update.open, update.start, volume)
    limit = request.entry_price
    if limit is None:
        return None
    better = side.has_fallen_to(update.open, limit)
    beyond = side.has_reached(update.open, limit)
    fills = better if request.entry is EntryType.LIMIT else beyond
    return EntryPrice(update.open, update.start, volume, gap=True) if fills else None


def entry_inside(signal: Signal, bar: Bar, volume: Decimal | None) -> EntryPrice | None:
    """Where a working signal fills inside a bar that did not fill it at the open (R15): at its own price."""
    request, side = signal.request, signal.side
    price = request.entry_price
    if price is None or bar.start < signal.timestamp:
        return None
    if request.entry is EntryType.LIMIT:
        touched = side.has_fallen_to(side.worst_of(bar), price)
    else:
        touched = side.has_reached(side.best_of(bar), price)
    return EntryPrice(price, bar.end, volume) if touched else None


def market_entry(
    market: Market, override_price: Decimal | None, timestamp: datetime, max_age: timedelta | None
) -> EntryPrice:
    """The price of a fill at once (R15): the signal's own unless the market knows a later one, else the last price.

    Without `max_age` any age will do. Raises Refused.
    """
    last = market.last
    if override_price is not None and (last is None or last.time <= timestamp):
        return EntryPrice(override_price, timestamp, market.volume, is_override=True)
    if last is None:
        message = f"no price of {market.symbol} is known: send `market_price`, or bars or quotes first (R15)"
        raise refuse(ErrorCode.NO_MARKET_PRICE, message, field="market_price")
    if max_age is not None and timestamp - last.time > max_age:
        raise _stale(market.symbol, last, timestamp, max_age)
    return EntryPrice(last.price, max(timestamp, last.time), market.volume)


def _stale(symbol: str, last: Mark, timestamp: datetime, max_age: timedelta) -> Refused:
    age = timestamp - last.time
    limit = shown_span(max_age)
    message = f"the last price of {symbol} is {shown_span(age)} old at the signal's timestamp; at most {limit} (R15)"
    return refuse(ErrorCode.STALE_MARKET_PRICE, message, limit=seconds(max_age), actual=seconds(age))


def expected_entry(request: Request, market: Market, timestamp: datetime, max_age: timedelta) -> EntryPrice:
    """Where the signal fills now, or where a waiting one is expected to (R15, R16)."""
    if request.entry is EntryType.MARKET:
        return market_entry(market, request.market_price, timestamp, max_age)
    if request.entry_price is not None:
        return EntryPrice(request.entry_price, timestamp, market.volume)
    return market_entry(market, None, timestamp, None)
