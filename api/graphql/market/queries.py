"""Queries of the market."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.graphql.arguments import argument
from api.graphql.context import Info, snapshot_of
from api.graphql.market import views
from api.graphql.market.types import Quote


@strawberry.field(description="The last prices of symbols; of all that have one, if none are named.")
async def quotes(
    info: Info, symbols: Annotated[list[str] | None, argument("Only these symbols.")] = None
) -> list[Quote]:
    """The last prices."""
    return [views.quote(market) for market in await (await snapshot_of(info)).quotes(symbols)]


@strawberry.field(description="The desk's clock: what a missing timestamp means. Wall time, or the market's.")
async def clock(info: Info) -> datetime:
    """The desk's clock."""
    return (await info.context.services.times(await snapshot_of(info))).clock
