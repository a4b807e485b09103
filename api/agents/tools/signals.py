"""Signals: what was sent to the desk, and what became of it, refusals too."""

from typing import Annotated

from pydantic import Field

from api.agents.arguments import OneOf, Time
from api.agents.desk_access import DeskAccess
from api.agents.results import Exact, Instant, Page, Refusal, Result
from api.agents.tool import Tool
from api.agents.tools.lists import ListArguments, list_of, read_list
from domain.orders.request import EntryType, TimeInForce
from domain.orders.side import Pattern, Side
from domain.orders.signal import SignalStatus


class SignalsArguments(ListArguments):
    """Which signals."""

    status: Annotated[OneOf[SignalStatus] | None, Field(description="WORKING: those that wait for their price.")] = None
    since: Annotated[Time | None, Field(description="Only those with a timestamp at or after this time.")] = None
    to: Annotated[Time | None, Field(description="Only those with a timestamp before this time.")] = None


class TrailingStop(Result):
    """A stop that follows the price, as it was asked for."""

    offset: Annotated[Exact | None, Field(description="How far behind the best price.")] = None
    percent: Annotated[Exact | None, Field(description="The same, % of the fill.")] = None
    activation: Annotated[Exact | None, Field(description="The price from which on.")] = None
    activation_r: Annotated[Exact | None, Field(description="The same, in R from the fill.")] = None
    step: Annotated[Exact | None, Field(description="By how much it moves at least.")] = None


class Signal(Result):
    """A signal as it was sent, and what became of it."""

    signal_id: str
    symbol: str
    side: Side
    status: Annotated[SignalStatus, Field(description="EXECUTED opened a position; REJECTED has an error.")]
    error: Annotated[Refusal | None, Field(description="Why it was refused.")] = None
    entry: EntryType
    entry_price: Exact | None = None
    time_in_force: TimeInForce
    good_until: Annotated[Instant | None, Field(description="When it expires, if it waits.")] = None
    quantity: Annotated[Exact | None, Field(description="As sent, or as sized.")] = None
    risk_percent: Annotated[Exact | None, Field(description="Sized so that this % of equity is at risk.")] = None
    stop_loss: Exact | None = None
    stop_distance: Annotated[Exact | None, Field(description="The stop, so far from the fill.")] = None
    stop_percent: Annotated[Exact | None, Field(description="The same, % of the fill.")] = None
    target1: Exact | None = None
    target1_r: Annotated[Exact | None, Field(description="Target 1 in R from the fill.")] = None
    target2: Exact | None = None
    target2_r: Annotated[Exact | None, Field(description="Target 2 in R from the fill.")] = None
    trailing_stop: TrailingStop | None = None
    expires_at: Annotated[Instant | None, Field(description="When its position is closed at the latest.")] = None
    pattern: Annotated[Pattern | None, Field(description="Its Wyckoff pattern.")] = None
    campaign_id: str | None = None
    source: Annotated[str | None, Field(description="What sent it; agents are 'mcp'.")] = None
    note: str | None = None
    timestamp: Annotated[Instant, Field(description="Its market time.")]
    recorded_at: Annotated[Instant, Field(description="When the desk stored it.")]


class SignalsPage(Page[Signal]):
    """Signals, the newest first."""


_SIGNALS = list_of("signals", Signal, "SignalFilter")


async def _signals(desk: DeskAccess, asked: SignalsArguments) -> SignalsPage:
    return SignalsPage.model_validate(await read_list(desk, _SIGNALS, asked))


SIGNALS = Tool(
    "signals",
    "List signals",
    "Signals of an account and what became of each: those that wait (status WORKING), were executed, refused (with "
    "why), cancelled or expired.",
    SignalsArguments,
    SignalsPage,
    _signals,
)
