"""Subscriptions of accounts: journal events from a cursor on, without a gap, and then live."""

from collections.abc import AsyncIterator

import strawberry

from api.codec.events import Stream
from api.graphql.accounts import event_views
from api.graphql.accounts.types import AccountEvent
from api.graphql.arguments import AccountName
from api.graphql.context import Info
from api.graphql.live_events import After


@strawberry.subscription(description="What happens to an account itself: enabled, halted, reset, and so on.")
def account_events(info: Info, account: AccountName = "default", after: After = None) -> AsyncIterator[AccountEvent]:
    """The account itself, live."""
    return info.context.follow(account, after, Stream.ACCOUNT, event_views.live)
