"""Queries of the market."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.application.bars import BarQuery
from api.application.pages import Page
from api.graphql.arguments import After, argument
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, snapshot_of
from api.graphql.execution.limits import LARGEST_PAGE_OF_BARS
from api.graphql.market import views
from api.graphql.market.types import Bar, Quote
from domain.market.candle import Candle


@strawberry.field(description="The last prices of symbols; of all that have one, if none are named.")
async def quotes(
    info: Info, symbols: Annotated[list[str] | None, argument("Only these symbols.")] = None
) -> list[Quote]:
    """The last prices."""
    return [views.quote(market) for market in await (await snapshot_of(info)).quotes(symbols)]


@strawberry.field(
    description="A symbol's bars: as they were stored, or coarser ones made of them, never finer; null if none is "
    "stored."
)
async def bars(
    info: Info,
    symbol: Annotated[str, argument("The ticker.")],
    from_: Annotated[
        datetime | None, strawberry.argument(name="from", description="Only bars that start at or after this time.")
    ] = None,
    to: Annotated[datetime | None, argument("Only bars that start before this time.")] = None,
    interval: Annotated[
        str | None, argument("How long they are: 1m, 5m, 15m, 1h, 4h, 1d or 1w; default: as they were stored.")
    ] = None,
    timezone: Annotated[str, argument("The IANA zone with whose hours, days and Mondays coarser ones begin.")] = "UTC",
    first: Annotated[int, argument("How many, 1 to 1 000; a page that is made of very many may hold fewer.")] = 500,
    after: After = None,
) -> Connection[Bar] | None:
    """A symbol's bars."""
    request = page_request(first, after, LARGEST_PAGE_OF_BARS)
    snapshot = await snapshot_of(info)

    async def found() -> Page[Candle] | None:
        return await snapshot.bars.page(BarQuery.of(symbol, from_, to, interval, timezone), request)

    page = await paged(found())
    return None if page is None else connection(page, views.bar)


@strawberry.field(description="The desk's clock: what a missing timestamp means. Wall time, or the market's.")
async def clock(info: Info) -> datetime:
    """The desk's clock."""
    return (await info.context.services.times(await snapshot_of(info))).clock
