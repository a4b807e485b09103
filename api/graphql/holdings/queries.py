"""The query for what an account holds."""

import strawberry

from api.graphql.arguments import AccountName
from api.graphql.context import Info, asks_for, snapshot_of
from api.graphql.holdings import views
from api.graphql.holdings.types import Holding


@strawberry.field(
    description="What an account holds, netted by symbol, in the order of symbols; null if there is no such account."
)
async def holdings(info: Info, account: AccountName = "default") -> list[Holding] | None:
    """What an account holds."""
    found = await (await snapshot_of(info)).holdings(account, of_today=asks_for(info, "todayPnl"))
    if found is None:
        return None
    view, records = found
    return [views.holding(view, record) for record in records]
