"""Round trips and their fills, as clients receive them."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.graphql.context import asked, has_snapshot
from api.graphql.enums import Pattern, Side
from api.graphql.execution.sharing import Renderings
from api.graphql.live_events import EVENT_CURSOR
from api.graphql.node import Node
from api.graphql.trades.enums import ExitReason, FillReason, TradeEventKind
from domain.analytics.stats import to_12_places
from domain.portfolio.trade import Trade as TradeRecord


@strawberry.type(description="One execution.")
class Fill:
    time: datetime = strawberry.field(description="Market time.")
    reason: FillReason = strawberry.field(description="Why it happened.")
    quantity: Decimal = strawberry.field(description="How much.")
    price: Decimal = strawberry.field(description="The price paid or received, slippage included.")
    raw_price: Decimal = strawberry.field(description="The price before slippage.")
    slippage: Decimal = strawberry.field(description="What slippage cost, USD; it is in the price already.")
    commission: Decimal = strawberry.field(description="What the fill cost, USD.")
    gap: bool = strawberry.field(
        description="Whether a bar opened at or beyond the order's price, so that it filled at the open."
    )
    ambiguous: bool = strawberry.field(
        description="Whether the order of levels inside the bar is unknown, and the account's intrabar policy decided."
    )


@strawberry.type(
    description="The extremes of a trade's life, in R: units of the risk first taken; null without a first stop."
)
class Excursion:
    adverse: Decimal | None = strawberry.field(description="Maximum adverse excursion (MAE), not negative.")
    favourable: Decimal | None = strawberry.field(description="Maximum favourable excursion (MFE), not negative.")


@strawberry.type(description="A round trip: a position that is flat, net of its costs.")
class Trade(Node):
    position_id: strawberry.ID = strawberry.field(description="The position it was.")
    signal_id: UUID = strawberry.field(description="The id of the signal that opened it.")
    symbol: str = strawberry.field(description="The ticker.")
    side: Side = strawberry.field(description="Which way it earned.")
    pattern: Pattern | None = strawberry.field(description="The signal's Wyckoff pattern.")
    campaign_id: str | None = strawberry.field(description="The signal's campaign.")
    quantity: Decimal = strawberry.field(description="How much was entered.")
    entry_time: datetime = strawberry.field(description="Market time of the entry.")
    entry_price: Decimal = strawberry.field(description="The entry fill's price.")
    exit_time: datetime = strawberry.field(description="Market time of the last exit.")
    exit_price: Decimal = strawberry.field(description="The exits' price, weighted by quantity.")
    exit_reason: ExitReason = strawberry.field(description="Why the last exit happened.")
    realized_pnl: Decimal = strawberry.field(description="Net P&L, USD.")
    r_multiple: Decimal | None = strawberry.field(
        description=(
            "Net P&L in units of the risk first taken, |entry - first stop| x quantity; null without a first stop."
        )
    )
    commission: Decimal = strawberry.field(description="All commissions, USD.")
    slippage: Decimal = strawberry.field(description="All slippage, USD; it is in the prices already.")
    fills: list[Fill] = strawberry.field(description="Every fill, the entry first.")
    record: strawberry.Private[TradeRecord]

    @strawberry.field(
        description="How far the price went against and with the trade while it lasted; null on an event of a stream."
    )
    async def excursion(self, info: strawberry.Info) -> Excursion | None:
        """Read from stored bars, when it is asked for."""
        if not has_snapshot():
            return None
        adverse, favourable = await asked(info, lambda snapshot: snapshot.reports.excursions(self.record))
        return Excursion(adverse=to_12_places(adverse), favourable=to_12_places(favourable))


@strawberry.type(description="A round trip is complete.")
class TradeEvent:
    cursor: str = strawberry.field(description=EVENT_CURSOR)
    kind: TradeEventKind = strawberry.field(description="What happened.")
    trade: Trade = strawberry.field(description="The trade.")
    occurred_at: datetime = strawberry.field(description="Market time.")
    recorded_at: datetime = strawberry.field(description="When the desk stored it.")
    renderings: strawberry.Private[Renderings] = field(default_factory=dict)
