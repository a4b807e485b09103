"""Subscriptions of signals: journal events from a cursor on, without a gap, and then live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from api.codec.events import Stream
from api.graphql.arguments import AccountName
from api.graphql.context import Info
from api.graphql.live_events import After, shared
from api.graphql.signals import views
from api.graphql.signals.types import SignalEvent


@strawberry.subscription(description="Every outcome and change of an account's signals, refusals too.")
async def signal_events(
    info: Info, account: AccountName = "default", after: After = None
) -> AsyncGenerator[SignalEvent, None]:
    """Signals, live."""
    async with aclosing(info.context.follow(account, after, Stream.SIGNAL)) as events:
        async for event in events:
            yield shared(event, views.signal_event)
