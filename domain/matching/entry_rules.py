"""Where a signal enters: at once, at the open of a bar or at a quote, or inside a bar (R15)."""

from datetime import datetime, timedelta
from decimal import Decimal

from domain.durations import seconds, shown_span
from domain.market.bar import Bar
from domain.market.state import Mark, Market
from domain.market.update import MarketUpdate
from domain.notation import print_time
from domain.orders.request import EntryType, Request
from domain.orders.signal import Signal
from domain.portfolio.settings import LimitFill
from domain.records import dataclass, replace
from domain.refusals import ErrorCode, Refused, refuse


@dataclass(frozen=True, slots=True)
class EntryPrice:
    """The price a signal enters at, and when.

    `is_override` says that it is the market price that the signal itself gave, `gap` that a bar opened beyond it,
    `is_expected` that the signal waits, and would fill there as far as is known.
    """

    raw: Decimal
    time: datetime
    volume: Decimal | None
    is_override: bool = False
    gap: bool = False
    is_expected: bool = False


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


def entry_inside(signal: Signal, bar: Bar, volume: Decimal | None, limit_fill: LimitFill) -> EntryPrice | None:
    """Where a working signal fills inside a bar that did not fill it at the open (R15, R49): at its own price."""
    request, side = signal.request, signal.side
    price = request.entry_price
    if price is None or bar.start < signal.timestamp:
        return None
    if request.entry is EntryType.LIMIT:
        fills = limit_fill.fills(side.gain(side.worst_of(bar), price))
    else:
        fills = side.has_reached(side.best_of(bar), price)
    return EntryPrice(price, bar.end, volume) if fills else None


def entry_at_close(signal: Signal, bar: Bar, volume: Decimal | None) -> EntryPrice | None:
    """Where a working signal fills at the close of a bar (R15), if it does."""
    if signal.request.entry is not EntryType.AT_CLOSE or bar.end < signal.timestamp:
        return None
    return EntryPrice(bar.close, bar.end, volume)


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
        message = (
            f"no price of {market.symbol} is known: send bars or quotes first, or `market_price` with an order at the "
            "market (R15)"
        )
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
    """Where the signal fills now, or where a waiting one is expected to (R15, R16). Raises Refused."""
    if request.fills_now_or_never:
        return market_entry(market, request.market_price, timestamp, max_age)
    if request.entry is EntryType.AT_CLOSE and (entry := _entry_at_last_close(market, timestamp)) is not None:
        return entry
    if request.entry_price is not None:
        return EntryPrice(request.entry_price, timestamp, market.volume, is_expected=True)
    return replace(market_entry(market, None, timestamp, None), is_expected=True)


def can_fill_at(request: Request, price: Decimal) -> bool:
    """Whether a signal that does not wait fills at a price: at its limit or better, if it has one (R16)."""
    limit = request.entry_price
    return limit is None or request.resolved_side.has_fallen_to(price, limit)


def _entry_at_last_close(market: Market, timestamp: datetime) -> EntryPrice | None:
    """The last bar's close, if that is the first to end at a time or after it; None if none has. Raises Refused."""
    end, close = market.bar_end, market.bar_close
    if end is None or close is None or end < timestamp:
        return None
    if market.end_before is not None and market.end_before >= timestamp:
        message = (
            f"the close at or after {print_time(timestamp)} is past: bars of {market.symbol} have come to "
            f"{print_time(end)} (R15)"
        )
        raise refuse(ErrorCode.LATE_SIGNAL, message, field="timestamp")
    return EntryPrice(close, end, market.volume)
