"""Signals, as clients receive them."""

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.codec.events import Stream
from api.graphql.amendments import AmendedRecord, Amendment, amendments_of
from api.graphql.assessments import Assessment
from api.graphql.context import Info
from api.graphql.enums import AssetClass, Pattern, Side
from api.graphql.execution.sharing import Renderings
from api.graphql.live_events import EVENT_CURSOR
from api.graphql.node import ID_DESCRIPTION, Node, global_id
from api.graphql.positions.types import Position
from api.graphql.signals.enums import EntryType, SignalEventKind, SignalStatus, TimeInForce
from api.graphql.user_errors import UserError, user_error
from api.graphql.view_fields import of_view, shows_view
from domain.engine.views import SignalView


@strawberry.type(description="A stop that follows the price, as it was asked for.")
class TrailingStop:
    offset: Decimal | None = strawberry.field(description="How far behind the best price.")
    percent: Decimal | None = strawberry.field(description="The same, in percent of the fill.")
    activation: Decimal | None = strawberry.field(description="The price from which on.")
    activation_r: Decimal | None = strawberry.field(description="The same, in R from the fill.")
    step: Decimal | None = strawberry.field(description="By how much it moves at least.")


def _trailing_stop(view: SignalView) -> TrailingStop | None:
    asked = view.signal.request.trailing_stop
    if asked is None:
        return None
    return TrailingStop(
        offset=asked.offset,
        percent=asked.percent,
        activation=asked.activation,
        activation_r=asked.activation_r,
        step=asked.step,
    )


def _error(view: SignalView) -> UserError | None:
    return None if view.signal.refusal is None else user_error(view.signal.refusal)


def _position(view: SignalView) -> Position | None:
    return None if view.position is None else Position(view=view.position)


@shows_view
@strawberry.type(description="A signal, and what became of it.")
class Signal(Node):
    view: strawberry.Private[SignalView]
    id: strawberry.ID = of_view(lambda view: global_id("Signal", view.signal.id), ID_DESCRIPTION)
    signal_id: UUID = of_view("signal.signal_id", "The id it was sent with, or that was made for it.")
    symbol: str = of_view("signal.request.symbol", "The ticker.")
    asset_class: AssetClass = of_view("signal.request.asset_class", "What kind of thing the symbol is.")
    side: Side = of_view("signal.side", "Given, or implied by the pattern.")
    status: SignalStatus = of_view("signal.status", "What became of it.")
    error: UserError | None = of_view(_error, "Why it was refused.")
    entry: EntryType = of_view("signal.request.entry", "How it enters.")
    entry_price: Decimal | None = of_view("signal.request.entry_price", "For LIMIT and STOP.")
    good_until: datetime | None = of_view("signal.request.good_until", "When it expires, if it waits.")
    time_in_force: TimeInForce = of_view(
        "signal.request.resolved_time_in_force", "How long it may wait: as sent, or as follows from goodUntil."
    )
    quantity: Decimal | None = of_view(
        "signal.quantity", "The size: as sent, or as sized; null if it ended before it was sized."
    )
    risk_percent: Decimal | None = of_view("signal.request.risk_percent", "The risk to size by, if it was sent so.")
    stop_loss: Decimal | None = of_view(
        "signal.request.stop_loss", "Where the position is given up, if it was sent as a price."
    )
    target1: Decimal | None = of_view("signal.request.target1", "The first target, if it was sent as a price.")
    target2: Decimal | None = of_view("signal.request.target2", "The second target, if it was sent as a price.")
    stop_distance: Decimal | None = of_view(
        "signal.request.stop_distance", "The stop's distance from the fill, if sent so."
    )
    stop_percent: Decimal | None = of_view(
        "signal.request.stop_percent", "The same, in percent of the fill, if sent so."
    )
    target1_r: Decimal | None = of_view("signal.request.target1_r", "The first target in R from the fill, if sent so.")
    target2_r: Decimal | None = of_view("signal.request.target2_r", "The second target in R from the fill, if sent so.")
    trailing_stop: TrailingStop | None = of_view(_trailing_stop, "How the stop is to follow the price, as sent.")
    pattern: Pattern | None = of_view("signal.request.pattern", "The Wyckoff pattern.")
    phase: str | None = of_view("signal.request.phase", "As sent.")
    timeframe: str | None = of_view("signal.request.timeframe", "As sent.")
    confidence: Decimal | None = of_view("signal.request.confidence", "As sent, 0 to 100.")
    source: str | None = of_view("signal.request.source", "As sent.")
    campaign_id: str | None = of_view("signal.request.campaign_id", "As sent.")
    note: str | None = of_view("signal.request.note", "As sent.")
    expires_at: datetime | None = of_view(
        "signal.plan.expires_at", "When its position is closed at the latest, as sent."
    )
    timestamp: datetime = of_view("signal.timestamp", "Market time of the signal.")
    recorded_at: datetime = of_view("signal.recorded_at", "When the desk stored it.")
    position: Position | None = of_view(
        _position, "What it opened. Null on a signalEvents event: the position follows on positionEvents."
    )

    @strawberry.field(description="What amendments changed, the oldest first; of very many the newest 1 000.")
    async def amendments(self, info: Info) -> list[Amendment]:
        """Read from the journal, when it is asked for."""
        record = self.view.signal
        return await amendments_of(
            info, AmendedRecord(record.account_id, record.id, Stream.SIGNAL, record.amendments, record.changed_seq)
        )


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
