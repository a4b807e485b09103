"""Market data, as clients receive it."""

from datetime import datetime
from decimal import Decimal

import strawberry

from api.graphql.market.enums import InputOutcome


@strawberry.type(description="A symbol's last price.")
class Quote:
    symbol: str = strawberry.field(description="The ticker.")
    price: Decimal = strawberry.field(description="The last price: the latest of bars' closes and quotes.")
    time: datetime = strawberry.field(description="Market time of it.")


@strawberry.type(description="A bar or quote that was not applied.")
class RejectedInput:
    index: int = strawberry.field(description="Its place in what was sent, from 0.")
    outcome: InputOutcome = strawberry.field(description="Why.")
    message: str = strawberry.field(description="Why, in a sentence.")
