"""Trades: round trips that are over, net of their costs."""

from typing import Annotated

from pydantic import Field

from api.agents.arguments import Time
from api.agents.desk_access import DeskAccess
from api.agents.results import Exact, Instant, Page, Result
from api.agents.tool import Tool
from api.agents.tools.lists import OrderedArguments, ordered_list_of, read_list
from domain.orders.side import Pattern, Side
from domain.portfolio.fill import FillReason


class TradesArguments(OrderedArguments):
    """Which trades."""

    since: Annotated[Time | None, Field(description="Only those that exited at or after this time.")] = None
    to: Annotated[Time | None, Field(description="Only those that exited before this time.")] = None


class Trade(Result):
    """A round trip: a position that is flat, net of its costs. Amounts are USD."""

    signal_id: Annotated[str, Field(description="The id of the signal that opened it: for explain_trade.")]
    symbol: str
    side: Side
    pattern: Annotated[Pattern | None, Field(description="The signal's Wyckoff pattern.")] = None
    quantity: Annotated[Exact, Field(description="How much was entered.")]
    entry_time: Instant
    entry_price: Exact
    exit_time: Annotated[Instant, Field(description="Of the last exit.")]
    exit_price: Annotated[Exact, Field(description="The exits' price, weighted by quantity.")]
    exit_reason: Annotated[FillReason, Field(description="Why the last exit happened.")]
    realized_pnl: Annotated[Exact, Field(description="Net of all costs.")]
    r_multiple: Annotated[Exact | None, Field(description="The same in units of the risk first taken.")] = None
    commission: Exact
    slippage: Annotated[Exact, Field(description="It is in the prices already.")]
    campaign_id: str | None = None


class TradesPage(Page[Trade]):
    """Trades."""


_TRADES = ordered_list_of("trades", Trade, "TradeFilter")


async def _trades(desk: DeskAccess, asked: TradesArguments) -> TradesPage:
    return TradesPage.model_validate(await read_list(desk, _TRADES, asked))


TRADES = Tool(
    "trades",
    "List trades",
    "Completed round trips of an account with their result in USD and in R, and why they ended. explain_trade tells "
    "all about one.",
    TradesArguments,
    TradesPage,
    _trades,
)
