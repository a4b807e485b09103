"""Signals, as clients receive them."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.graphql.amendments import AmendedRecord, Amendment, amendments_of
from api.graphql.assessments import Assessment
from api.graphql.context import Info
from api.graphql.enums import AssetClass, Pattern, Side
from api.graphql.execution.sharing import Renderings
from api.graphql.live_events import EVENT_CURSOR
from api.graphql.node import Node
from api.graphql.positions.types import Position
from api.graphql.signals.enums import EntryType, SignalEventKind, SignalStatus, TimeInForce
from api.graphql.user_errors import UserError


@strawberry.type(description="A stop that follows the price, as it was asked for.")
class TrailingStop:
    offset: Decimal | None = strawberry.field(description="How far behind the best price.")
    percent: Decimal | None = strawberry.field(description="The same, in percent of the fill.")
    activation: Decimal | None = strawberry.field(description="The price from which on.")
    activation_r: Decimal | None = strawberry.field(description="The same, in R from the fill.")
    step: Decimal | None = strawberry.field(description="By how much it moves at least.")


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
    time_in_force: TimeInForce = strawberry.field(
        description="How long it may wait: as sent, or as follows from goodUntil."
    )
    quantity: Decimal | None = strawberry.field(
        description="The size: as sent, or as sized; null if it ended before it was sized."
    )
    risk_percent: Decimal | None = strawberry.field(description="The risk to size by, if it was sent so.")
    stop_loss: Decimal | None = strawberry.field(
        description="Where the position is given up, if it was sent as a price."
    )
    target1: Decimal | None = strawberry.field(description="The first target, if it was sent as a price.")
    target2: Decimal | None = strawberry.field(description="The second target, if it was sent as a price.")
    stop_distance: Decimal | None = strawberry.field(description="The stop's distance from the fill, if sent so.")
    stop_percent: Decimal | None = strawberry.field(description="The same, in percent of the fill, if sent so.")
    target1_r: Decimal | None = strawberry.field(description="The first target in R from the fill, if sent so.")
    target2_r: Decimal | None = strawberry.field(description="The second target in R from the fill, if sent so.")
    trailing_stop: TrailingStop | None = strawberry.field(description="How the stop is to follow the price, as sent.")
    pattern: Pattern | None = strawberry.field(description="The Wyckoff pattern.")
    phase: str | None = strawberry.field(description="As sent.")
    timeframe: str | None = strawberry.field(description="As sent.")
    confidence: Decimal | None = strawberry.field(description="As sent, 0 to 100.")
    source: str | None = strawberry.field(description="As sent.")
    campaign_id: str | None = strawberry.field(description="As sent.")
    note: str | None = strawberry.field(description="As sent.")
    expires_at: datetime | None = strawberry.field(description="When its position is closed at the latest, as sent.")
    timestamp: datetime = strawberry.field(description="Market time of the signal.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    position: Position | None = strawberry.field(
        description="What it opened. Null on a signalEvents event: the position follows on positionEvents."
    )
    amended: strawberry.Private[AmendedRecord]

    @strawberry.field(description="What amendments changed, the oldest first; of very many the newest 1 000.")
    async def amendments(self, info: Info) -> list[Amendment]:
        """Read from the journal, when it is asked for."""
        return await amendments_of(info, self.amended)


@strawberry.type(description="What the desk would decide about a signal, with its figures as far as they are known.")
class SignalPreview(Assessment):
    fill_price: Decimal | None = strawberry.field(
        description=(
            "The price it would fill at now, slippage included; for one that waits, the price it is expected "
            "to fill at."
        )
    )
    commission: Decimal | None = strawberry.field(description="What the entry would cost, USD.")
    stop_loss: Decimal | None = strawberry.field(description="The stop of such a fill, if it has one.")
    target1: Decimal | None = strawberry.field(description="The first target of such a fill, if it has one.")
    target2: Decimal | None = strawberry.field(description="The second target of such a fill, if it has one.")


@strawberry.type(description="A signal was decided, or what became of it changed; refusals too.")
class SignalEvent:
    cursor: str = strawberry.field(description=EVENT_CURSOR)
    kind: SignalEventKind = strawberry.field(description="What happened.")
    signal: Signal = strawberry.field(description="The signal as it stood after it.")
    occurred_at: datetime = strawberry.field(description="Market time.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)
