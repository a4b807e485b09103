"""Queries of trades."""

from typing import Annotated

import strawberry

from api.graphql.arguments import AccountName, After, First, argument
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of
from api.graphql.trades import views
from api.graphql.trades.inputs import TradeFilter
from api.graphql.trades.types import Trade

Trades = Annotated[TradeFilter | None, argument("Which ones; default: all of the current session.")]


@strawberry.field(description="An account's round trips; null if there is no such account.")
async def trades(
    info: Info,
    account: AccountName = "default",
    filter: Trades = None,  # noqa: A002 - the API's word
    first: First = 50,
    after: After = None,
) -> Connection[Trade] | None:
    """An account's trades."""
    history_filter = (filter or TradeFilter()).history_filter()
    snapshot = await snapshot_of(info)
    page = await paged(snapshot.trades(account, history_filter, page_request(first, after)))
    return None if page is None else connection(page, views.trade)
