"""Signals, as clients receive them."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.graphql.enums import AssetClass, Pattern, Side
from api.graphql.execution.sharing import Renderings
from api.graphql.live_events import EVENT_CURSOR
from api.graphql.node import Node
from api.graphql.positions.types import Position
from api.graphql.signals.enums import EntryType, SignalStatus
from api.graphql.user_errors import UserError


@strawberry.type(description="A signal, and what became of it.")
class Signal(Node):
    signal_id: UUID = strawberry.field(description="The id it was sent with, or that was made for it.")
    symbol: str = strawberry.field(description="The ticker.")
    asset_class: AssetClass = strawberry.field(description="What kind of thing the symbol is.")
    side: Side = strawberry.field(description="Given, or implied by the pattern.")
    status: SignalStatus = strawberry.field(description="What became of it.")
    error: UserError | None = strawberry.field(description="Why it was refused.")
    entry: EntryType = strawberry.field(description="How it enters.")
    entry_price: Decimal | None = strawberry.field(description="For LIMIT and STOP.")
    good_until: datetime | None = strawberry.field(description="When it expires, if it waits.")
    quantity: Decimal | None = strawberry.field(
        description="The size: as sent, or as sized; null if it was refused before it was sized."
    )
    risk_percent: Decimal | None = strawberry.field(description="The risk to size by, if it was sent so.")
    stop_loss: Decimal = strawberry.field(description="Where the position is given up.")
    target1: Decimal = strawberry.field(description="The first target.")
    target2: Decimal | None = strawberry.field(description="The second target.")
    pattern: Pattern | None = strawberry.field(description="The Wyckoff pattern.")
    phase: str | None = strawberry.field(description="As sent.")
    timeframe: str | None = strawberry.field(description="As sent.")
    confidence: Decimal | None = strawberry.field(description="As sent, 0 to 100.")
    source: str | None = strawberry.field(description="As sent.")
    campaign_id: str | None = strawberry.field(description="As sent.")
    note: str | None = strawberry.field(description="As sent.")
    timestamp: datetime = strawberry.field(description="Market time of the signal.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    position: Position | None = strawberry.field(
        description="What it opened. Null on a signalEvents event: the position follows on positionEvents."
    )


@strawberry.type(
    description="What the desk would decide about a signal, with its figures as far as they could be worked out."
)
class SignalPreview:
    accepted: bool = strawberry.field(description="Whether it would be executed, or wait.")
    errors: list[UserError] = strawberry.field(description="Why not.")
    side: Side | None = strawberry.field(description="Given, or implied by the pattern.")
    quantity: Decimal | None = strawberry.field(description="The size.")
    fill_price: Decimal | None = strawberry.field(
        description=(
            "The price it would fill at now, slippage included; for one that waits, the price it is expected "
            "to fill at."
        )
    )
    commission: Decimal | None = strawberry.field(description="What the entry would cost, USD.")
    trade_risk_percent: Decimal | None = strawberry.field(description="Risk of the trade, percent of equity.")
    campaign_risk_percent: Decimal | None = strawberry.field(
        description="Risk of its campaign with it; null without a campaign."
    )
    heat_percent: Decimal | None = strawberry.field(description="Risk of everything with it.")
    buying_power: Decimal | None = strawberry.field(description="What its amount and commission must fit, USD.")


@strawberry.type(description="A signal was decided, or what became of it changed; refusals too.")
class SignalEvent:
    cursor: str = strawberry.field(description=EVENT_CURSOR)
    signal: Signal = strawberry.field(description="The signal as it stood after it.")
    occurred_at: datetime = strawberry.field(description="Market time.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)
