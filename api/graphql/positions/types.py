"""Positions, as clients receive them."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.graphql.amendments import AmendedRecord, Amendment, amendments_of
from api.graphql.context import Info
from api.graphql.enums import AssetClass, Pattern, Side
from api.graphql.execution.sharing import Renderings
from api.graphql.live_events import EVENT_CURSOR
from api.graphql.node import Node
from api.graphql.positions.enums import PositionEventKind, PositionStatus
from api.graphql.trades.types import Fill, Trade


@strawberry.type(description="How a position's stop follows the price.")
class Trail:
    offset: Decimal = strawberry.field(description="How far behind the best price.")
    activation: Decimal | None = strawberry.field(description="The price from which on; null for at once.")
    step: Decimal | None = strawberry.field(description="By how much it moves at least; null for by any.")


@strawberry.type(description="What one signal opened. Several may be open in one symbol, each with its own levels.")
class Position(Node):
    signal_id: UUID = strawberry.field(description="The id of the signal that opened it.")
    symbol: str = strawberry.field(description="The ticker.")
    asset_class: AssetClass = strawberry.field(description="What kind of thing the symbol is.")
    side: Side = strawberry.field(description="Which way it earns.")
    status: PositionStatus = strawberry.field(description="Where it stands.")
    is_open: bool = strawberry.field(description="Whether any quantity is left.")
    pattern: Pattern | None = strawberry.field(description="The signal's Wyckoff pattern.")
    campaign_id: str | None = strawberry.field(description="The signal's campaign.")
    note: str | None = strawberry.field(description="The signal's note.")
    expires_at: datetime | None = strawberry.field(
        description="When it is closed at the latest, as sent or amended; the account's maxHoldingDays may come first."
    )
    quantity: Decimal = strawberry.field(description="How much was entered.")
    open_quantity: Decimal = strawberry.field(description="How much is left.")
    entry_time: datetime = strawberry.field(description="Market time of the entry.")
    entry_price: Decimal = strawberry.field(description="The entry fill's price.")
    stop_loss: Decimal | None = strawberry.field(description="The stop as it is now; null while there is none.")
    initial_stop_loss: Decimal | None = strawberry.field(
        description="The stop that it was entered with, if it had one."
    )
    target1: Decimal | None = strawberry.field(description="The first target.")
    target2: Decimal | None = strawberry.field(description="The second target.")
    trailing_stop: Trail | None = strawberry.field(description="How the stop follows the price, in prices.")
    last_price: Decimal = strawberry.field(
        description="The symbol's last price, or the signal's own until there is a later one."
    )
    last_price_time: datetime = strawberry.field(description="Market time of the last price.")
    unrealized_pnl: Decimal = strawberry.field(
        description="What the open quantity has earned at the last price, before commissions, USD."
    )
    realized_pnl: Decimal = strawberry.field(description="What exits have earned, after commissions, USD.")
    r_multiple: Decimal | None = strawberry.field(
        description=(
            "What it has earned so far, realized and open, in units of the risk first taken; null without a first stop."
        )
    )
    commission: Decimal = strawberry.field(description="All commissions so far, USD.")
    slippage: Decimal = strawberry.field(description="All slippage so far, USD; it is in the prices already.")
    open_risk: Decimal = strawberry.field(
        description=(
            "What is lost if the stop is hit now, before slippage, USD: 0 once the stop is past the entry, and what is "
            "left of the entry's amount where there is none."
        )
    )
    fills: list[Fill] = strawberry.field(description="Every fill, the entry first.")
    trade: Trade | None = strawberry.field(description="The round trip, once the position is flat.")
    amended: strawberry.Private[AmendedRecord]

    @strawberry.field(description="What amendments changed, the oldest first; of very many the newest 1 000.")
    async def amendments(self, info: Info) -> list[Amendment]:
        """Read from the journal, when it is asked for."""
        return await amendments_of(info, self.amended)


@strawberry.type(
    description=(
        "Something happened to a position; the position is as it stood then, also when the event is replayed later."
    )
)
class PositionEvent:
    cursor: str = strawberry.field(
        description=(
            f"{EVENT_CURSOR} UPDATED carries the cursor of the last journal "
            "event it includes: drop a journal event whose cursor you have, never an UPDATED."
        )
    )
    kind: PositionEventKind = strawberry.field(description="What happened.")
    position: Position = strawberry.field(description="The position as it stood after it.")
    fill: Fill | None = strawberry.field(description="The fill that changed it, if one did.")
    occurred_at: datetime = strawberry.field(description="Market time.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)
