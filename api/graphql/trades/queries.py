"""Queries of trades."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.codec.ids import signal_key
from api.graphql.arguments import AccountName, After, First, OrderBy, argument
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of
from api.graphql.enums import ListOrder
from api.graphql.trades import views
from api.graphql.trades.inputs import TradeFilter
from api.graphql.trades.types import Trade

Trades = Annotated[TradeFilter | None, argument("Which ones; default: all of the current session.")]


@strawberry.field(description="The round trip of what a signal opened; null if there is none.")
async def trade(
    info: Info,
    signal_id: Annotated[UUID, argument("The id that the signal was sent with.")],
    account: AccountName = "default",
) -> Trade | None:
    """The round trip of what a signal opened."""
    record = await (await snapshot_of(info)).trade(signal_key(account, signal_id))
    return None if record is None else views.trade(record)


@strawberry.field(description="An account's round trips; null if there is no such account.")
async def trades(
    info: Info,
    account: AccountName = "default",
    filter: Trades = None,  # noqa: A002 - the API's word
    first: First = 50,
    after: After = None,
    order_by: OrderBy = ListOrder.NEWEST,
) -> Connection[Trade] | None:
    """An account's trades."""
    history_filter = (filter or TradeFilter()).history_filter()
    snapshot = await snapshot_of(info)
    page = await paged(snapshot.trades(account, history_filter, page_request(first, after), order_by))
    return None if page is None else connection(page, views.trade)
