"""The query for all that happened to an account."""

import strawberry

from api.graphql.activity import views
from api.graphql.activity.types import Activity
from api.graphql.arguments import AccountName, After, First
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of


@strawberry.field(
    description="All that was journaled of an account over all its sessions, of whatever kind; null if there is no "
    "such account."
)
async def activity(
    info: Info, account: AccountName = "default", first: First = 50, after: After = None
) -> Connection[Activity] | None:
    """All that happened to an account."""
    snapshot = await snapshot_of(info)
    page = await paged(snapshot.activity(account, page_request(first, after)))
    return None if page is None else connection(page, views.activity)
