"""Subscriptions of trades: journal events from a cursor on, without a gap, and then live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from api.codec.events import Stream
from api.graphql.arguments import AccountName
from api.graphql.context import Info
from api.graphql.live_events import After, shared
from api.graphql.trades import views
from api.graphql.trades.types import TradeEvent


@strawberry.subscription(description="An account's round trips, as they are completed.")
async def trade_events(
    info: Info, account: AccountName = "default", after: After = None
) -> AsyncGenerator[TradeEvent, None]:
    """Trades, live."""
    async with aclosing(info.context.follow(account, after, Stream.TRADE)) as events:
        async for event in events:
            yield shared(event, views.trade_event)
