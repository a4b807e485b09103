"""The query for all accounts side by side."""

import strawberry

from api.graphql.arguments import After, First
from api.graphql.board import views
from api.graphql.board.types import BoardConnection
from api.graphql.connections import listed, page_request, paged
from api.graphql.context import Info, asks_for, snapshot_of


@strawberry.field(description="All accounts side by side, with what their current sessions came to.")
async def board(info: Info, first: First = 50, after: After = None) -> BoardConnection:
    """All accounts."""
    snapshot = await snapshot_of(info)
    with_sharpe = asks_for(info, "sharpe", at_any_depth=True)
    page = await paged(snapshot.board(page_request(first, after), with_sharpe=with_sharpe))
    return BoardConnection(**listed(page, views.entry))
