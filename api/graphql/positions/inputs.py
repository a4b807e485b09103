"""What clients send of positions; nonsense raises Invalid."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.codec.ids import node_key, signal_key
from api.graphql.amendments import AMENDED_AT, IF_CURSOR, amendment_from_input, known_seq
from api.graphql.enums import PositionStatus, Side
from api.graphql.input_fields import ACCOUNT, ONCE, command_id, optional, record_from_input, sent
from api.graphql.trailing_stops import TrailingStopInput
from domain.engine.commands import AmendPosition, CloseAll, ClosePosition
from domain.orders.amendment import PositionAmendment
from domain.portfolio.history_filter import HistoryFilter
from domain.validation import require

_NO_POSITION = UUID(int=0)


@strawberry.input(
    description="Close a position by hand, or a part of it. It is named by one of positionId and signalId."
)
class ClosePositionInput:
    position_id: strawberry.ID | None = optional("The position's id.", None)
    signal_id: UUID | None = optional("The id of the signal that opened it.", None)
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE, None)
    quantity: Decimal | None = optional(
        "How much to close: a multiple of the step, at most what is open. Default: all of it.", None
    )
    percent: Decimal | None = optional(
        "How much of what is open to close, above 0 up to 100, down to the step; instead of quantity.", None
    )
    market_price: Decimal | None = optional(
        "The price you see now; counts unless the symbol has a later one. Default: the last price.", None
    )
    timestamp: datetime | None = optional("Market time of it; default: the later of last price and entry.", None)

    def command(self) -> ClosePosition:
        """The command. Raises Invalid."""
        key, once = position_key(self.account, self.position_id, self.signal_id), command_id(self.account, self.id)
        return record_from_input(ClosePosition, self, position_id=key, command_id=once)


@strawberry.input(description="Close an account's positions, or those of one symbol.")
class CloseAllInput:
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE, None)
    symbol: str | None = optional("Only the positions of this symbol.", None)
    market_price: Decimal | None = optional(
        "With a symbol: the price you see now; counts unless it has a later one. Default: the last price.", None
    )
    timestamp: datetime | None = optional(
        "Market time of it; default: for each the later of last price and entry.", None
    )

    def command(self) -> CloseAll:
        """The command. Raises Invalid."""
        return record_from_input(CloseAll, self, command_id=command_id(self.account, self.id))


@strawberry.input(description="Change an open position. What is left out stays; null takes away what may be absent.")
class AmendPositionInput:
    position_id: strawberry.ID | None = optional("The position's id; or give signalId.")
    signal_id: UUID | None = optional("The id of the signal that opened it.")
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE)
    if_cursor: str | None = optional(IF_CURSOR)
    timestamp: datetime | None = optional(AMENDED_AT)
    stop_loss: Decimal | None = optional("Where the position is given up; it may move either way.")
    target1: Decimal | None = optional("The first target; not once it was reached.")
    target2: Decimal | None = optional("The second target.")
    trailing_stop: TrailingStopInput | None = optional("A stop that follows the price.")
    expires_at: datetime | None = optional("When the position is closed at the latest.")
    campaign_id: str | None = optional("The campaign whose risk limit it shares.")
    note: str | None = optional("For your records: free text, up to 500 characters.")

    def command(self) -> AmendPosition:
        """The command. Raises Invalid."""
        return AmendPosition(
            self.account,
            position_key(self.account, sent(self.position_id), sent(self.signal_id)),
            amendment_from_input(PositionAmendment, self),
            sent(self.timestamp),
            known_seq(self.account, self.if_cursor),
            sent(self.signal_id),
            command_id(self.account, sent(self.id)),
        )


@strawberry.input(description="Which positions to list.")
class PositionFilter:
    """Positions that meet all of these."""

    open: bool | None = optional("Only those that are open, or only those that are not.", None)
    symbols: list[str] | None = optional("Only these symbols.", None)
    session: int | None = optional("The session; default: the current one.", None)
    campaign_id: str | None = optional("Only this campaign.", None)
    status: PositionStatus | None = optional("Only those with this status.", None)
    side: Side | None = optional("Only this side.", None)
    from_: datetime | None = strawberry.field(
        name="from", description="Only those entered at or after this time.", default=None
    )
    to: datetime | None = optional("Only those entered before this time.", None)

    def history_filter(self) -> HistoryFilter:
        """Which positions the filter takes."""
        return HistoryFilter(
            session=self.session,
            symbols=self.symbols,
            campaign_id=self.campaign_id,
            is_open=self.open,
            status=self.status,
            side=self.side,
            since=self.from_,
            until=self.to,
        )


def position_key(account: str, position_id: strawberry.ID | None, signal_id: UUID | None) -> UUID:
    """The desk's id of the position that an input names by one of two ids. Raises Invalid."""
    is_one = (position_id is None) != (signal_id is None)
    require(is_one, "give exactly one of `position_id` and `signal_id` (R27)", "position_id")
    if signal_id is not None:
        return signal_key(account, signal_id)
    return node_key(position_id or "", "Position") or _NO_POSITION
