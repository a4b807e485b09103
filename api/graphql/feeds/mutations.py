"""The mutation by which feeds tell of themselves. It is no part of the desk's record."""

from typing import Annotated

import strawberry

from api.application.dispatcher import decoded
from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.feeds import views
from api.graphql.feeds.inputs import ReportFeedInput
from api.graphql.feeds.payloads import ReportFeedPayload
from api.graphql.user_errors import user_errors
from domain.refusals import Refusal


@strawberry.mutation(
    description="Tell how a feed stands that runs beside the server, every 5 seconds, so that `feeds` and the "
    "dashboard show it. It is kept in the memory of the server that takes it, which alone shows it; where nothing "
    "comes for 20 seconds, the feed is LOST, and after an hour it is forgotten."
)
async def report_feed(
    info: Info,
    input: Annotated[ReportFeedInput, argument("How it stands.")],  # noqa: A002
) -> ReportFeedPayload:
    """Take note of a feed."""
    state = decoded(input.state)
    if isinstance(state, Refusal):
        return ReportFeedPayload(feed=None, errors=user_errors(state))
    info.context.services.feeds.report(info.context.principal, input.id, state)
    return ReportFeedPayload(feed=views.feed_state(state), errors=[])
