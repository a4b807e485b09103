"""The board, as clients receive it."""

from decimal import Decimal

import strawberry

from api.graphql.accounts.types import Account
from api.graphql.connections import Connection


@strawberry.type(description="An account on the board, with what its current session came to.")
class BoardEntry:
    account: Account = strawberry.field(description="The account.")
    return_percent: Decimal = strawberry.field(description="What became of the session's starting capital, percent.")
    max_drawdown: Decimal = strawberry.field(description="The largest loss from a peak, percent of that peak.")
    trade_count: int = strawberry.field(description="Round trips completed.")
    average_r: Decimal | None = strawberry.field(description="Mean R multiple of the trades; null without trades.")
    profit_factor: Decimal | None = strawberry.field(description="Gross wins by gross losses; null without losses.")
    sharpe: Decimal | None = strawberry.field(
        description="Of the daily returns, annual; null with fewer than two returns, or without deviation."
    )


@strawberry.type(description="A page of the board, the newest account first.")
class BoardConnection(Connection[BoardEntry]):
    """A page of the board."""
