"""Feeds, as clients receive them."""

from datetime import datetime
from decimal import Decimal

import strawberry

from api.graphql.feeds.enums import FeedStatus


@strawberry.type(description="A symbol that a feed brings.")
class FedSymbol:
    symbol: str = strawberry.field(description="The ticker.")
    last_bar: datetime | None = strawberry.field(
        description="When the newest bar ends that the desk has had from the feed, or had before; null if none."
    )


@strawberry.type(description="A span of which a market that trades round the clock had no bars.")
class FeedGap:
    symbol: str = strawberry.field(description="The ticker.")
    since: datetime = strawberry.field(description="Where the last bar before it ends.")
    until: datetime = strawberry.field(description="Where the first bar after it starts.")


@strawberry.type(description="A bar as its market tells it now, of which the desk has other figures, and keeps them.")
class FeedCorrection:
    symbol: str = strawberry.field(description="The ticker.")
    start: datetime = strawberry.field(description="When it starts.")
    end: datetime = strawberry.field(description="When it ends.")
    open: Decimal = strawberry.field(description="The first price.")
    high: Decimal = strawberry.field(description="The highest price.")
    low: Decimal = strawberry.field(description="The lowest price.")
    close: Decimal = strawberry.field(description="The last price.")
    volume: Decimal | None = strawberry.field(description="How much was traded; null if it is not told.")


@strawberry.type(description="How a feed stands.")
class FeedState:
    name: str = strawberry.field(description="Which feed: ccxt, alpaca, json, or one that is installed beside.")
    status: FeedStatus = strawberry.field(description="What it is doing.")
    since: datetime = strawberry.field(description="Since when.")
    opens: datetime | None = strawberry.field(description="When a closed market opens; null if it is not known.")
    problem: str | None = strawberry.field(description="What went wrong last; null while it is live.")
    reported: datetime | None = strawberry.field(
        description="When it last told of itself, if it runs beside the server; null if it runs in it."
    )
    symbols: list[FedSymbol] = strawberry.field(description="What it brings.")
    connections: int = strawberry.field(description="How often it has connected to the market.")
    bars: int = strawberry.field(description="Bars that the desk has applied from it.")
    quotes: int = strawberry.field(description="Quotes that the desk has applied from it.")
    rejected: int = strawberry.field(description="Bars and quotes that were unusable, or that the desk did not take.")
    refusal: str | None = strawberry.field(description="The last of these, and why; null if there was none.")
    corrected: int = strawberry.field(
        description="Bars that the market has changed after they had closed; the desk keeps what it was told first."
    )
    corrections: list[FeedCorrection] = strawberry.field(
        description="The newest of these, at most 20, the oldest first."
    )
    gap_count: int = strawberry.field(description="Spans that the market had no bars of.")
    gaps: list[FeedGap] = strawberry.field(description="The newest of these, at most 20, the oldest first.")
