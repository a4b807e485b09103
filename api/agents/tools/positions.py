"""Positions: what signals opened, and how it stands."""

from enum import Enum
from typing import Annotated, Any

from pydantic import Field

from api.agents.arguments import OneOf, Time
from api.agents.desk_access import DeskAccess
from api.agents.results import Exact, Instant, Page, Result
from api.agents.tool import Tool
from api.agents.tools.lists import OrderedArguments, ordered_list_of, read_list
from domain.instruments import AssetClass
from domain.orders.side import Side
from domain.portfolio.position import PositionStatus


class PositionState(Enum):
    """Whether any of a position is left."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    ALL = "ALL"


_IS_OPEN = {PositionState.OPEN: True, PositionState.CLOSED: False, PositionState.ALL: None}


class PositionsArguments(OrderedArguments):
    """Which positions."""

    state: Annotated[OneOf[PositionState], Field(description="Whether it is open.")] = PositionState.OPEN
    status: OneOf[PositionStatus] | None = None
    since: Annotated[Time | None, Field(description="Only those entered at or after this time.")] = None
    to: Annotated[Time | None, Field(description="Only those entered before this time.")] = None

    def said(self, *left_out: str) -> dict[str, Any]:
        """What was said, with `open` as the API has it."""
        return {**super().said("state", *left_out), "open": _IS_OPEN[self.state]}


class Trail(Result):
    """How a stop follows the price."""

    offset: Annotated[Exact, Field(description="How far behind the best price.")]
    activation: Annotated[Exact | None, Field(description="The price from which on; left out: at once.")] = None
    step: Annotated[Exact | None, Field(description="By how much it moves at least.")] = None


class Position(Result):
    """What one signal opened; several may be open in one symbol, each with its own levels. Amounts are USD."""

    signal_id: Annotated[
        str, Field(description="The id of the signal that opened it: for close, amend, explain_trade.")
    ]
    symbol: str
    asset_class: AssetClass
    side: Side
    status: PositionStatus
    is_open: bool
    quantity: Annotated[Exact, Field(description="How much was entered.")]
    open_quantity: Annotated[Exact, Field(description="How much is left.")]
    entry_time: Instant
    entry_price: Annotated[Exact, Field(description="The price paid or received, slippage included.")]
    stop_loss: Annotated[Exact | None, Field(description="The stop as it is now.")] = None
    initial_stop_loss: Annotated[Exact | None, Field(description="The stop that it was entered with.")] = None
    target1: Annotated[Exact | None, Field(description="Where a part takes profit, or all without target2.")] = None
    target2: Annotated[Exact | None, Field(description="Where the rest takes profit.")] = None
    trailing_stop: Trail | None = None
    expires_at: Annotated[Instant | None, Field(description="When it is closed at the latest.")] = None
    last_price: Exact
    last_price_time: Instant
    unrealized_pnl: Annotated[Exact, Field(description="What is open has earned, before commissions.")]
    realized_pnl: Annotated[Exact, Field(description="What exits have earned, after commissions.")]
    r_multiple: Annotated[Exact | None, Field(description="All of that in units of the risk first taken.")] = None
    open_risk: Annotated[Exact, Field(description="What is lost if the stop is hit now, before slippage.")]
    commission: Exact
    slippage: Annotated[Exact, Field(description="It is in the prices already.")]
    campaign_id: str | None = None
    note: str | None = None


class PositionsPage(Page[Position]):
    """Positions."""


_POSITIONS = ordered_list_of("positions", Position, "PositionFilter")


async def _positions(desk: DeskAccess, asked: PositionsArguments) -> PositionsPage:
    return PositionsPage.model_validate(await read_list(desk, _POSITIONS, asked))


POSITIONS = Tool(
    "positions",
    "List positions",
    "Positions of an account, the open ones unless told otherwise, with their levels, last price, profit and risk.",
    PositionsArguments,
    PositionsPage,
    _positions,
)
