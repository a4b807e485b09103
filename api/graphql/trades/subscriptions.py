"""Subscriptions of trades: journal events from a cursor on, without a gap, and then live."""

from collections.abc import AsyncIterator

import strawberry

from api.codec.events import Stream
from api.graphql.arguments import AccountName
from api.graphql.context import Info
from api.graphql.live_events import After
from api.graphql.trades import views
from api.graphql.trades.types import TradeEvent


@strawberry.subscription(description="An account's round trips, as they are completed.")
def trade_events(info: Info, account: AccountName = "default", after: After = None) -> AsyncIterator[TradeEvent]:
    """Trades, live."""
    return info.context.follow(account, after, Stream.TRADE, views.trade_event)
