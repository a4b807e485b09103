"""The market as the desk knows it: last prices, and bars."""

from typing import Annotated, Literal

from pydantic import Field

from api.agents.arguments import After, Arguments, Symbol, Symbols, Time
from api.agents.desk_access import DeskAccess
from api.agents.results import Exact, Instant, Page, Result, page, page_of, selection
from api.agents.tool import Tool

_MOST_QUOTES = 100


class QuotesArguments(Arguments):
    """Which symbols."""

    symbols: Annotated[
        Symbols | None, Field(description=f"Tickers; default: the first {_MOST_QUOTES} of the desk.")
    ] = None


class BarsArguments(Arguments):
    """Which bars."""

    symbol: Annotated[Symbol, Field(description="The ticker.")]
    since: Annotated[Time | None, Field(description="Only bars that start at or after this time.")] = None
    to: Annotated[Time | None, Field(description="Only bars that start before this time.")] = None
    interval: Annotated[
        Literal["1m", "5m", "15m", "1h", "4h", "1d", "1w"] | None,
        Field(description="How long bars are; default: as they were stored. Never finer than what is stored."),
    ] = None
    timezone: Annotated[str, Field(description="The IANA zone with whose hours, days and Mondays they begin.")] = "UTC"
    first: Annotated[int, Field(ge=1, le=500, description="How many at most.")] = 50
    after: After = None


class Quote(Result):
    """A symbol's last price: the latest of bars' closes and quotes."""

    symbol: str
    price: Exact
    time: Annotated[Instant, Field(description="Market time of it.")]


class Quotes(Result):
    """Last prices."""

    quotes: list[Quote]
    more: Annotated[int, Field(description="How many symbols were left off: name those that you want.")]


class Bar(Result):
    """Open, high, low and close from start to end."""

    start: Instant
    end: Instant
    open: Exact
    high: Exact
    low: Exact
    close: Exact
    volume: Annotated[Exact | None, Field(description="How much was traded, if it is known.")] = None


class BarsPage(Page[Bar]):
    """Bars, the newest first."""


_QUOTES = f"query ($symbols: [String!]) {{ quotes(symbols: $symbols) {selection(Quote)} }}"
_BARS = f"""query (
  $symbol: String!, $from: DateTime, $to: DateTime, $interval: String, $timezone: String!, $first: Int!, $after: String
) {{
  bars(symbol: $symbol, from: $from, to: $to, interval: $interval, timezone: $timezone, first: $first, after: $after)
    {page_of(Bar)}
}}"""
_NO_BARS = {"totalCount": 0, "items": [], "nextCursor": None}


async def _quotes(desk: DeskAccess, asked: QuotesArguments) -> Quotes:
    known = (await desk.ask(_QUOTES, **asked.said()))["quotes"]
    return Quotes.model_validate({"quotes": known[:_MOST_QUOTES], "more": max(0, len(known) - _MOST_QUOTES)})


async def _bars(desk: DeskAccess, asked: BarsArguments) -> BarsPage:
    stored = (await desk.ask(_BARS, **asked.said()))["bars"]
    return BarsPage.model_validate(_NO_BARS if stored is None else page(stored))


QUOTES = Tool(
    "quotes",
    "Last prices",
    "The last price of symbols, and when it was. A symbol that is left out has none: the desk knows no price of it.",
    QuotesArguments,
    Quotes,
    _quotes,
)
BARS = Tool(
    "bars",
    "Price bars",
    "A symbol's bars, the newest first, as stored or made coarser by an interval. None at all: none is stored of it.",
    BarsArguments,
    BarsPage,
    _bars,
)
