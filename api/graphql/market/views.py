"""How the types of market data are made from the domain's values."""

from api.codec.field_names import api_message
from api.graphql.market import types
from api.streams.quotes import Quoted
from domain.engine.results import RejectedInput
from domain.market.candle import Candle
from domain.market.state import Market


def rejected(record: RejectedInput) -> types.RejectedInput:
    """A bar or quote that was not applied."""
    message = api_message(record.message)
    return types.RejectedInput(index=record.index, outcome=record.outcome, code=record.code, message=message)


def bar(candle: Candle) -> types.Bar:
    """A bar, as stored or coarser."""
    return types.Bar(
        symbol=candle.symbol,
        start=candle.span.start,
        end=candle.span.end,
        open=candle.open,
        high=candle.high,
        low=candle.low,
        close=candle.close,
        volume=candle.volume,
        bars=candle.bars,
    )


def quote_event(quoted: Quoted) -> types.QuoteEvent:
    """An event of quoteEvents."""
    return types.QuoteEvent(symbol=quoted.symbol, time=quoted.mark.time, price=quoted.mark.price)


def quote(market: Market) -> types.Quote:
    """A symbol's last price, which is known."""
    assert market.last is not None  # noqa: S101
    return types.Quote(symbol=market.symbol, price=market.last.price, time=market.last.time)
