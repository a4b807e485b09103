"""What the mutation of feeds answers."""

import strawberry

from api.graphql.feeds.types import FeedState
from api.graphql.user_errors import UserError, errors_field


@strawberry.type(description="The answer to reportFeed.")
class ReportFeedPayload:
    feed: FeedState | None = strawberry.field(description="How it is shown.")
    errors: list[UserError] = errors_field()
