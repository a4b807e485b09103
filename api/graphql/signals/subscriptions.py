"""Subscriptions of signals: journal events from a cursor on, without a gap, and then live."""

from collections.abc import AsyncIterator

import strawberry

from api.codec.events import Stream
from api.graphql.arguments import AccountName
from api.graphql.context import Info
from api.graphql.live_events import After
from api.graphql.signals import views
from api.graphql.signals.types import SignalEvent


@strawberry.subscription(description="Every outcome and change of an account's signals, refusals too.")
def signal_events(info: Info, account: AccountName = "default", after: After = None) -> AsyncIterator[SignalEvent]:
    """Signals, live."""
    return info.context.follow(account, after, Stream.SIGNAL, views.signal_event)
