"""Holdings, as clients receive them."""

from decimal import Decimal

import strawberry


@strawberry.type(description="All open positions of an account in one symbol, netted. Amounts are USD.")
class Holding:
    symbol: str = strawberry.field(description="The ticker.")
    long_quantity: Decimal = strawberry.field(description="What is open long.")
    short_quantity: Decimal = strawberry.field(description="What is open short; not negative.")
    net_quantity: Decimal = strawberry.field(description="Long less short.")
    average_price: Decimal | None = strawberry.field(
        description="What a unit of the net quantity cost; null where long and short are even."
    )
    last_price: Decimal | None = strawberry.field(
        description="The symbol's last price; null while only signals have named one."
    )
    market_value: Decimal = strawberry.field(description="What it is worth at last prices; negative if net short.")
    unrealized_pnl: Decimal = strawberry.field(
        description="What the open quantities have earned at last prices, before commissions."
    )
    realized_pnl: Decimal = strawberry.field(
        description="What exits in this symbol have earned in this session, after commissions."
    )
    total_pnl: Decimal = strawberry.field(
        description="realizedPnl + unrealizedPnl, less the entry commission that no exit has taken its share of."
    )
    today_pnl: Decimal | None = strawberry.field(
        description="What the symbol has earned since the start of the account's day, by the market's clock; null if "
        "something was held then whose price is not known."
    )
    heat_percent: Decimal = strawberry.field(description="The risk of what is open, percent of the account's equity.")
    positions: int = strawberry.field(description="How many positions there are.")
