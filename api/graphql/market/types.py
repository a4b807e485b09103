"""Market data, as clients receive it."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal

import strawberry

from api.graphql.execution.sharing import Renderings
from api.graphql.market.enums import InputOutcome, RejectionCode


@strawberry.type(description="A symbol's last price.")
class Quote:
    symbol: str = strawberry.field(description="The ticker.")
    price: Decimal = strawberry.field(description="The last price: the latest of bars' closes and quotes.")
    time: datetime = strawberry.field(description="Market time of it.")


@strawberry.type(description="A symbol's last price changed.")
class QuoteEvent:
    symbol: str = strawberry.field(description="The ticker.")
    time: datetime = strawberry.field(
        description="Market time of it; earlier than that before where market data was retracted."
    )
    price: Decimal = strawberry.field(description="The last price: the latest of bars' closes and quotes.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)


@strawberry.type(description="Open, high, low and close of a symbol: a stored bar, or a coarser one made of several.")
class Bar:
    symbol: str = strawberry.field(description="The ticker.")
    start: datetime = strawberry.field(description="When it starts.")
    end: datetime = strawberry.field(description="When it ends; of a coarser one, where the next may start.")
    open: Decimal = strawberry.field(description="The first price.")
    high: Decimal = strawberry.field(description="The highest price.")
    low: Decimal = strawberry.field(description="The lowest price.")
    close: Decimal = strawberry.field(description="The last price.")
    volume: Decimal | None = strawberry.field(
        description="How much was traded; null unless it is known of all that it is made of."
    )
    bars: int = strawberry.field(description="Of how many stored bars it is made.")


@strawberry.type(description="A bar or quote that was not applied.")
class RejectedInput:
    index: int = strawberry.field(description="Its place in what was sent, from 0.")
    outcome: InputOutcome = strawberry.field(description="What it comes to.")
    code: RejectionCode = strawberry.field(description="Why.")
    message: str = strawberry.field(description="Why, in a sentence.")
