"""Queries of positions."""

from typing import Annotated

import strawberry

from api.application.live_figures import OPEN_POSITIONS
from api.graphql.arguments import AccountName, After, First, argument
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of
from api.graphql.positions import views
from api.graphql.positions.inputs import PositionFilter
from api.graphql.positions.types import Position

Positions = Annotated[PositionFilter | None, argument("Which ones; default: all of the current session.")]


@strawberry.field(description="An account's positions; null if there is no such account.")
async def positions(
    info: Info,
    account: AccountName = "default",
    filter: Positions = None,  # noqa: A002 - the API's word
    first: First = 50,
    after: After = None,
) -> Connection[Position] | None:
    """An account's positions."""
    history_filter = (filter or PositionFilter()).history_filter()
    snapshot = await snapshot_of(info, in_memory=history_filter == OPEN_POSITIONS)
    page = await paged(snapshot.positions(account, history_filter, page_request(first, after)))
    return None if page is None else connection(page, views.position)
