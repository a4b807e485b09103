"""The query for feeds."""

import strawberry

from api.graphql.context import Info
from api.graphql.feeds import views
from api.graphql.feeds.types import FeedState


@strawberry.field(
    description="The feeds that run in the server which answers, in the order in which they were begun, and then those "
    "beside it that report to it."
)
async def feeds(info: Info) -> list[FeedState]:
    """The feeds of this process, and beside it."""
    return [views.feed_state(state) for state in info.context.services.feeds.listed()]
