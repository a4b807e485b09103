"""Queries for hooks."""

from typing import Annotated

import strawberry

from api.graphql.arguments import After, First, argument
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of
from api.graphql.hooks import views
from api.graphql.hooks.types import Hook, HookDelivery


@strawberry.field(description="All hooks, the revoked ones too, by name.")
async def hooks(info: Info) -> list[Hook]:
    """The hooks."""
    snapshot = await snapshot_of(info)
    templates = info.context.services.hooks.templates
    return [views.hook(record, templates) for record in await snapshot.hooks()]


@strawberry.field(
    description="What became of the alerts that came to a hook; null if there never was such a hook.",
)
async def hook_deliveries(
    info: Info, hook: Annotated[str, argument("The hook's name.")], first: First = 50, after: After = None
) -> Connection[HookDelivery] | None:
    """The deliveries of a hook."""
    snapshot = await snapshot_of(info)
    page = await paged(snapshot.hook_deliveries(hook, page_request(first, after)))
    return None if page is None else connection(page, views.delivery)
