"""Subscriptions of accounts: journal events from a cursor on, without a gap, and then live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from api.codec.events import Stream
from api.graphql.accounts import event_views
from api.graphql.accounts.types import AccountEvent
from api.graphql.arguments import AccountName
from api.graphql.context import Info
from api.graphql.live_events import After, shared


@strawberry.subscription(description="What happens to an account itself: enabled, halted, reset, and so on.")
async def account_events(
    info: Info, account: AccountName = "default", after: After = None
) -> AsyncGenerator[AccountEvent, None]:
    """The account itself, live."""
    async with aclosing(info.context.follow(account, after, Stream.ACCOUNT)) as events:
        async for event in events:
            yield shared(event, event_views.live)
