"""What clients send of positions; nonsense raises Invalid."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import strawberry

from api.codec.ids import node_key
from api.graphql.input_fields import ACCOUNT, ONCE, command_id, optional, record_from_input, required
from domain.engine.commands import ClosePosition
from domain.portfolio.history_filter import HistoryFilter

_NO_POSITION = UUID(int=0)


@strawberry.input(description="Close a position by hand.")
class ClosePositionInput:
    position_id: strawberry.ID = required("The position's id.")
    account: str = optional(ACCOUNT, "default")
    id: UUID | None = optional(ONCE, None)
    market_price: Decimal | None = optional(
        "The price you see now; counts unless the symbol has a later one. Default: the last price.", None
    )
    timestamp: datetime | None = optional("Market time of it; default: the later of last price and entry.", None)

    def command(self) -> ClosePosition:
        """The command. Raises Invalid."""
        key, once = node_key(self.position_id, "Position") or _NO_POSITION, command_id(self.account, self.id)
        return record_from_input(ClosePosition, self, position_id=key, command_id=once)


@strawberry.input(description="Which positions to list.")
class PositionFilter:
    """Positions that meet all of these."""

    open: bool | None = optional("Only those that are open, or only those that are not.", None)
    symbols: list[str] | None = optional("Only these symbols.", None)
    session: int | None = optional("The session; default: the current one.", None)
    campaign_id: str | None = optional("Only this campaign.", None)

    def history_filter(self) -> HistoryFilter:
        """Which positions the filter takes."""
        return HistoryFilter(self.session, self.symbols, self.campaign_id, self.open)
