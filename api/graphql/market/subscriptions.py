"""The subscription of last prices."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from api.graphql.arguments import argument
from api.graphql.context import Info
from api.graphql.market import views
from api.graphql.market.types import QuoteEvent
from api.streams.quotes import QuoteFollowing


class QuoteEvents(AsyncIterator[QuoteEvent]):
    """Last prices as subscribers see them: each is one object for all, so that it is rendered once."""

    __slots__ = ("_following",)

    def __init__(self, following: QuoteFollowing) -> None:
        self._following = following

    async def __anext__(self) -> QuoteEvent:
        quoted = await anext(self._following)
        if QuoteEvent not in quoted.memo:
            quoted.memo[QuoteEvent] = views.quote_event(quoted)
        shown: QuoteEvent = quoted.memo[QuoteEvent]  # type: ignore[assignment]
        return shown

    async def aclose(self) -> None:
        """End it."""
        await self._following.aclose()


@strawberry.subscription(
    description="Last prices: those of now, and then each that changes. The latest of a symbol replaces those that "
    "were not read yet."
)
def quote_events(
    info: Info, symbols: Annotated[list[str] | None, argument("Only these symbols.")] = None
) -> AsyncIterator[QuoteEvent]:
    """Last prices, live."""
    wanted = None if symbols is None else frozenset(symbols)
    return QuoteEvents(info.context.services.streams.quotes(info.context.principal, wanted))
