"""Subscriptions: journal events from a cursor on, without a gap, and then live."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated, Any, TypeVar

import strawberry

from api.graphql import types, views
from api.graphql.account_events import AccountEvent, live
from api.graphql.arguments import AccountName
from api.graphql.context import Info
from api.streams.events import Stream, StreamEvent

Shown = TypeVar("Shown")

_SHOWN = "shown"

After = Annotated[
    str | None,
    strawberry.argument(
        description="Begin after this cursor, of an event or of account.cursor, and miss nothing; default: now."
    ),
]


def _shared(event: StreamEvent, show: Callable[[StreamEvent, Any], Shown]) -> Shown:
    """The event as subscribers see it: one object for all of them, so that it is rendered once."""
    if _SHOWN not in event.memo:
        event.memo[_SHOWN] = show(event, event.event)
    shown: Shown = event.memo[_SHOWN]  # type: ignore[assignment]
    return shown


@strawberry.type(
    description="Live events. Each carries its cursor: subscribe again with it as after, and nothing is missed."
)
class Subscription:
    """The root of subscriptions."""

    @strawberry.subscription(
        description=(
            "What happens to an account's positions, and their marks after market data; it begins with the marks that "
            "no event has told."
        )
    )
    async def position_events(
        self,
        info: Info,
        account: AccountName = "default",
        symbols: Annotated[list[str] | None, strawberry.argument(description="Only these symbols.")] = None,
        after: After = None,
    ) -> AsyncGenerator[types.PositionEvent, None]:
        """Positions, live."""
        async with aclosing(info.context.follow(account, after, Stream.POSITION, symbols)) as events:
            async for event in events:
                yield _shared(event, views.position_event)

    @strawberry.subscription(description="An account's round trips, as they are completed.")
    async def trade_events(
        self, info: Info, account: AccountName = "default", after: After = None
    ) -> AsyncGenerator[types.TradeEvent, None]:
        """Trades, live."""
        async with aclosing(info.context.follow(account, after, Stream.TRADE)) as events:
            async for event in events:
                yield _shared(event, views.trade_event)

    @strawberry.subscription(description="Every outcome and change of an account's signals, refusals too.")
    async def signal_events(
        self, info: Info, account: AccountName = "default", after: After = None
    ) -> AsyncGenerator[types.SignalEvent, None]:
        """Signals, live."""
        async with aclosing(info.context.follow(account, after, Stream.SIGNAL)) as events:
            async for event in events:
                yield _shared(event, views.signal_event)

    @strawberry.subscription(description="What happens to an account itself: enabled, halted, reset, and so on.")
    async def account_events(
        self, info: Info, account: AccountName = "default", after: After = None
    ) -> AsyncGenerator[AccountEvent, None]:
        """The account itself, live."""
        async with aclosing(info.context.follow(account, after, Stream.ACCOUNT)) as events:
            async for event in events:
                yield _shared(event, live)
