"""Positions, as clients receive them."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.codec.events import Stream
from api.graphql.amendments import AmendedRecord, Amendment, amendments_of
from api.graphql.context import Info
from api.graphql.enums import AssetClass, Pattern, Side
from api.graphql.execution.sharing import Renderings
from api.graphql.live_events import EVENT_CURSOR
from api.graphql.node import ID_DESCRIPTION, Node, global_id
from api.graphql.positions.enums import PositionEventKind, PositionStatus
from api.graphql.trades.types import Fill, Trade
from api.graphql.trades.views import fill, trade
from api.graphql.view_fields import of_view, shows_view
from domain.engine.views import PositionView
from domain.money import ratio


@strawberry.type(description="How a position's stop follows the price.")
class Trail:
    offset: Decimal = strawberry.field(description="How far behind the best price.")
    activation: Decimal | None = strawberry.field(description="The price from which on; null for at once.")
    step: Decimal | None = strawberry.field(description="By how much it moves at least; null for by any.")


def _trail(view: PositionView) -> Trail | None:
    trail = view.position.trail
    return None if trail is None else Trail(offset=trail.offset, activation=trail.activation, step=trail.step)


def _unrealized_pnl(view: PositionView) -> Decimal:
    return view.position.unrealized_pnl(view.mark.price)


def _r_multiple(view: PositionView) -> Decimal | None:
    multiple = view.position.r_multiple(view.mark.price)
    return None if multiple is None else ratio(multiple)


@shows_view
@strawberry.type(description="What one signal opened. Several may be open in one symbol, each with its own levels.")
class Position(Node):
    view: strawberry.Private[PositionView]
    id: strawberry.ID = of_view(lambda view: global_id("Position", view.position.id), ID_DESCRIPTION)
    signal_id: UUID = of_view("position.signal_id", "The id of the signal that opened it.")
    symbol: str = of_view("position.symbol", "The ticker.")
    asset_class: AssetClass = of_view("position.asset_class", "What kind of thing the symbol is.")
    side: Side = of_view("position.side", "Which way it earns.")
    status: PositionStatus = of_view("position.status", "Where it stands.")
    is_open: bool = of_view("position.is_open", "Whether any quantity is left.")
    pattern: Pattern | None = of_view("position.pattern", "The signal's Wyckoff pattern.")
    campaign_id: str | None = of_view("position.campaign_id", "The signal's campaign.")
    note: str | None = of_view("position.note", "The signal's note.")
    expires_at: datetime | None = of_view(
        "position.plan.expires_at",
        "When it is closed at the latest, as sent or amended; the account's maxHoldingDays may come first.",
    )
    quantity: Decimal = of_view("position.quantity", "How much was entered.")
    open_quantity: Decimal = of_view("position.open_quantity", "How much is left.")
    entry_time: datetime = of_view("position.entry_time", "Market time of the entry.")
    entry_price: Decimal = of_view("position.entry_price", "The entry fill's price.")
    stop_loss: Decimal | None = of_view("position.stop", "The stop as it is now; null while there is none.")
    initial_stop_loss: Decimal | None = of_view(
        "position.initial_stop", "The stop that it was entered with, if it had one."
    )
    target1: Decimal | None = of_view("position.target1", "The first target.")
    target2: Decimal | None = of_view("position.target2", "The second target.")
    trailing_stop: Trail | None = of_view(_trail, "How the stop follows the price, in prices.")
    last_price: Decimal = of_view(
        "mark.price", "The symbol's last price, or the signal's own until there is a later one."
    )
    last_price_time: datetime = of_view("mark.time", "Market time of the last price.")
    unrealized_pnl: Decimal = of_view(
        _unrealized_pnl, "What the open quantity has earned at the last price, before commissions, USD."
    )
    realized_pnl: Decimal = of_view("position.realized_pnl", "What exits have earned, after commissions, USD.")
    r_multiple: Decimal | None = of_view(
        _r_multiple,
        ("What it has earned so far, realized and open, in units of the risk first taken; null without a first stop."),
    )
    commission: Decimal = of_view("position.commission", "All commissions so far, USD.")
    slippage: Decimal = of_view("position.slippage", "All slippage so far, USD; it is in the prices already.")
    open_risk: Decimal = of_view(
        "position.open_risk",
        (
            "What is lost if the stop is hit now, before slippage, USD: 0 once the stop is past the entry, and what is "
            "left of the entry's amount where there is none."
        ),
    )
    fills: list[Fill] = of_view(
        lambda view: [fill(item) for item in view.position.fills], "Every fill, the entry first."
    )
    trade: Trade | None = of_view(
        lambda view: None if view.trade is None else trade(view.trade), "The round trip, once the position is flat."
    )

    @strawberry.field(description="What amendments changed, the oldest first; of very many the newest 1 000.")
    async def amendments(self, info: Info) -> list[Amendment]:
        """Read from the journal, when it is asked for."""
        record = self.view.position
        return await amendments_of(
            info,
            AmendedRecord(record.account_id, record.id, Stream.POSITION, record.amendments, record.changed_seq),
        )


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
