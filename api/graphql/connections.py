"""Lists, as Relay's connections."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import strawberry

from api.application.pages import Page, PageRequest
from api.codec.cursors import BadCursor
from api.errors import Code
from api.graphql.errors import coded
from domain.validation import Invalid

Item = TypeVar("Item")


Shown = TypeVar("Shown")
Result = TypeVar("Result")

_LARGEST_PAGE = 100


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follow: pass endCursor as after.")
    has_previous_page: bool = strawberry.field(description="Whether this page was asked for with after.")
    start_cursor: str | None = strawberry.field(description="The first item's cursor.")
    end_cursor: str | None = strawberry.field(description="The last item's cursor.")


@strawberry.type(description="An item of a list, with its cursor.")
class Edge(Generic[Item]):
    cursor: str = strawberry.field(description="Pass it as after to go on from this item.")
    node: Item = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list, the newest first.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]] = strawberry.field(description="The items with their cursors.")
    nodes: list[Item] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(description="Where this page lies.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many items the whole list has.")
    async def total_count(self) -> int:
        """Counted only when it is asked for."""
        return await self.count()


def connection(page: Page[Item], show: Callable[[Item], Shown]) -> Connection[Shown]:
    """A page as clients receive it."""
    return Connection(**listed(page, show))


def listed(page: Page[Item], show: Callable[[Item], Shown]) -> dict[str, Any]:
    """The fields of a page as clients receive it."""
    edges = [Edge(cursor=cursor, node=show(item)) for cursor, item in page.items]
    info = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return {"edges": edges, "nodes": [edge.node for edge in edges], "page_info": info, "count": page.count}


def page_request(first: int, after: str | None, largest: int = _LARGEST_PAGE) -> PageRequest:
    """How many, and after which cursor; refuses a page that is empty or too large."""
    if not 1 <= first <= largest:
        raise coded(Code.BAD_USER_INPUT, f"`first` must be from 1 to {largest}, not {first}")
    return PageRequest(first, after)


async def paged(page: Awaitable[Result]) -> Result:
    """A page, or the error that says what is wrong with its cursor or with what is asked for."""
    try:
        return await page
    except (BadCursor, Invalid) as problem:
        raise coded(Code.BAD_USER_INPUT, str(problem)) from problem
