"""Queries of positions."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.application.dispatcher import decoded
from api.application.live_figures import OPEN_POSITIONS
from api.codec.ids import signal_key
from api.graphql.arguments import AccountName, After, First, OrderBy, argument
from api.graphql.assessments import Assessment, assessment
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of
from api.graphql.enums import ListOrder
from api.graphql.positions import views
from api.graphql.positions.inputs import AmendPositionInput, PositionFilter
from api.graphql.positions.types import Position
from domain.refusals import Refusal

Positions = Annotated[PositionFilter | None, argument("Which ones; default: all of the current session.")]


@strawberry.field(description="The position that a signal opened; null if there is none.")
async def position(
    info: Info,
    signal_id: Annotated[UUID, argument("The id that the signal was sent with.")],
    account: AccountName = "default",
) -> Position | None:
    """The position that a signal opened."""
    view = await (await snapshot_of(info)).position(signal_key(account, signal_id))
    return None if view is None else views.position(view)


@strawberry.field(description="An account's positions; null if there is no such account.")
async def positions(
    info: Info,
    account: AccountName = "default",
    filter: Positions = None,  # noqa: A002 - the API's word
    first: First = 50,
    after: After = None,
    order_by: OrderBy = ListOrder.NEWEST,
) -> Connection[Position] | None:
    """An account's positions."""
    history_filter = (filter or PositionFilter()).history_filter()
    snapshot = await snapshot_of(info, in_memory=history_filter == OPEN_POSITIONS and order_by is ListOrder.NEWEST)
    page = await paged(snapshot.positions(account, history_filter, page_request(first, after), order_by))
    return None if page is None else connection(page, views.position)


@strawberry.field(description="What the desk would decide about an amendment of a position now; nothing is done.")
async def preview_amendment(
    info: Info,
    input: Annotated[AmendPositionInput, argument("Which position, and what would become of it.")],  # noqa: A002
) -> Assessment:
    """An amendment's preview."""
    command = decoded(input.command)
    if isinstance(command, Refusal):
        return assessment(command)
    return assessment(await info.context.services.preview_amendment(await snapshot_of(info), command))
