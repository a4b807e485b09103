"""Closings: positions are closed, in part or whole, and signals that wait are cancelled."""

from typing import Annotated

from pydantic import Field

from api.agents.arguments import Account, Arguments, CommandId, Number, SignalId, Symbol, Time
from api.agents.desk_access import DeskAccess
from api.agents.results import Refusal, Result, selection
from api.agents.tool import Effect, Tool
from api.agents.tools.positions import Position
from api.agents.tools.signals import Signal
from api.agents.tools.trades import Trade
from api.choices import AgentScope

_MOST_TRADES = 50


class CloseArguments(Arguments):
    """Which position, and how much of it: all of it, unless quantity or percent is given."""

    signal_id: SignalId
    account: Account = None
    quantity: Annotated[Number | None, Field(description="How much to close.")] = None
    percent: Annotated[Number | None, Field(description="How much of what is open to close, above 0 to 100.")] = None
    market_price: Annotated[
        Number | None, Field(description="The price you see; counts unless the desk has a later one.")
    ] = None
    timestamp: Annotated[Time | None, Field(description="Market time; default: that of the last price.")] = None
    id: CommandId = None


class CloseAllArguments(Arguments):
    """Which positions: all of the account, or those of one symbol."""

    account: Account = None
    symbol: Annotated[Symbol | None, Field(description="Only the positions of this ticker.")] = None
    market_price: Annotated[
        Number | None, Field(description="With a symbol: the price you see; counts unless the desk has a later one.")
    ] = None
    timestamp: Annotated[Time | None, Field(description="Market time; default: that of the last prices.")] = None
    id: CommandId = None


class CancelArguments(Arguments):
    """Which signal; it must be WORKING."""

    signal_id: SignalId
    account: Account = None
    id: CommandId = None


class Outcome(Result):
    """What became of an order."""

    errors: Annotated[list[Refusal], Field(description="Why the desk refused; empty if it did not.")]
    replayed: Annotated[bool, Field(description="Whether this id was answered before, and this is that answer.")]


class Closed(Outcome):
    """The position as it stands now, and the trade once nothing of it is open."""

    position: Position | None = None
    trade: Trade | None = None


class AllClosed(Outcome):
    """The trades that closing completed."""

    closed: Annotated[int, Field(description="How many positions were closed.")]
    trades: Annotated[list[Trade], Field(description=f"Their trades, the first {_MOST_TRADES}.")]


class Cancelled(Outcome):
    """The signal as it stands now."""

    signal: Signal | None = None


OUTCOME = f"errors {selection(Refusal)} replayed"
_CLOSE = f"""mutation ($input: ClosePositionInput!) {{
  closePosition(input: $input) {{ position {selection(Position)} trade {selection(Trade)} {OUTCOME} }}
}}"""
_CLOSE_ALL = f"""mutation ($input: CloseAllInput!) {{
  closeAll(input: $input) {{ trades {selection(Trade)} {OUTCOME} }}
}}"""
_CANCEL = f"""mutation ($input: CancelSignalInput!) {{
  cancelSignal(input: $input) {{ signal {selection(Signal)} {OUTCOME} }}
}}"""


async def _close(desk: DeskAccess, asked: CloseArguments) -> Closed:
    closing = {**asked.said(), "account": desk.account(asked.account)}
    return Closed.model_validate(await desk.order(_CLOSE, "closePosition", closing))


async def _close_all(desk: DeskAccess, asked: CloseAllArguments) -> AllClosed:
    closing = {**asked.said(), "account": desk.account(asked.account)}
    payload = await desk.order(_CLOSE_ALL, "closeAll", closing)
    trades = payload["trades"]
    return AllClosed.model_validate({**payload, "closed": len(trades), "trades": trades[:_MOST_TRADES]})


async def _cancel(desk: DeskAccess, asked: CancelArguments) -> Cancelled:
    cancelling = {**asked.said(), "account": desk.account(asked.account)}
    return Cancelled.model_validate(await desk.order(_CANCEL, "cancelSignal", cancelling))


CLOSE = Tool(
    "close",
    "Close a position",
    "Close a position, or a part of it, at the last price less slippage. Give an id of yours to be able to repeat the "
    "call safely: without one, closing 50 % twice closes 75 %.",
    CloseArguments,
    Closed,
    _close,
    scope=AgentScope.MANAGE,
    effect=Effect.CHANGES,
)
CLOSE_ALL = Tool(
    "close_all",
    "Close all positions",
    "Close all open positions of an account, or those of one symbol, at their last prices: all of them or none.",
    CloseAllArguments,
    AllClosed,
    _close_all,
    scope=AgentScope.MANAGE,
    effect=Effect.CHANGES,
)
CANCEL = Tool(
    "cancel",
    "Cancel a waiting signal",
    "Cancel a signal that waits for its price (status WORKING): it then reserves no risk and no money any more.",
    CancelArguments,
    Cancelled,
    _cancel,
    scope=AgentScope.MANAGE,
    effect=Effect.CHANGES,
)
