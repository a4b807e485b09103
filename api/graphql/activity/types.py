"""What happened to an account, as clients receive it."""

from datetime import datetime

import strawberry

from api.graphql.accounts.types import AccountEvent
from api.graphql.activity.enums import Stream
from api.graphql.positions.types import PositionEvent
from api.graphql.signals.types import SignalEvent
from api.graphql.trades.types import TradeEvent


@strawberry.type(description="Something that was journaled of an account: an event of one of its streams.")
class Activity:
    cursor: str = strawberry.field(description="The event's own cursor, as on its stream.")
    kind: Stream = strawberry.field(description="What it is about, and so which of the events is not null.")
    symbol: str | None = strawberry.field(description="The symbol, if it is about one.")
    account_event: AccountEvent | None = strawberry.field(description="What happened to the account itself.")
    signal_event: SignalEvent | None = strawberry.field(description="What became of a signal.")
    position_event: PositionEvent | None = strawberry.field(description="What happened to a position.")
    trade_event: TradeEvent | None = strawberry.field(description="The trade that a position became.")
    occurred_at: datetime = strawberry.field(description="Market time.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
