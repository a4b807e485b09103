"""Subscriptions of positions: journal events from a cursor on, without a gap, and then live."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from api.codec.events import Stream
from api.graphql.arguments import AccountName, argument
from api.graphql.context import Info
from api.graphql.live_events import After
from api.graphql.positions import views
from api.graphql.positions.types import PositionEvent


@strawberry.subscription(
    description="What happens to an account's positions, and their marks after market data; it begins with the marks "
    "that no event carried."
)
def position_events(
    info: Info,
    account: AccountName = "default",
    symbols: Annotated[list[str] | None, argument("Only these symbols.")] = None,
    after: After = None,
) -> AsyncIterator[PositionEvent]:
    """Positions, live."""
    return info.context.follow(account, after, Stream.POSITION, views.position_event, symbols)
