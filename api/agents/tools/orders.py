"""Orders: a signal is previewed, and what was previewed is executed."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.agents.arguments import Account, Arguments, Nested, Number, OneOf, Symbol, Time
from api.agents.declined import Declined, DeclinedCode
from api.agents.desk_access import DeskAccess
from api.agents.previews import VALID_SECONDS
from api.agents.results import Exact, Refusal, Result, selection
from api.agents.tool import Effect, Tool
from api.agents.tools.positions import Position
from api.agents.tools.signals import Signal
from api.choices import AgentScope
from domain.instruments import AssetClass
from domain.orders.request import EntryType, TimeInForce
from domain.orders.side import Pattern, Side

_SOURCE = "mcp"


class TrailingStopArguments(Arguments):
    """A stop that follows the price; give offset or percent."""

    offset: Annotated[Number | None, Field(description="How far behind the best price, USD.")] = None
    percent: Annotated[Number | None, Field(description="The same, % of the fill.")] = None
    activation: Annotated[Number | None, Field(description="From which price on; default: at once.")] = None
    activation_r: Annotated[Number | None, Field(description="The same, in R from the fill.")] = None
    step: Annotated[Number | None, Field(description="By how much it moves at least, USD.")] = None


TrailingStop = Annotated[TrailingStopArguments, Nested]


class Levels(Arguments):
    """Where a position is given up, and where it takes profit. R is the distance from the fill to the stop."""

    stop_loss: Annotated[Number | None, Field(description="The stop, a price. Give one of the three.")] = None
    stop_distance: Annotated[Number | None, Field(description="The stop, so many USD from the fill.")] = None
    stop_percent: Annotated[Number | None, Field(description="The stop, so many % from the fill.")] = None
    target1: Annotated[Number | None, Field(description="The price where a part takes profit, or all.")] = None
    target1_r: Annotated[Number | None, Field(description="Target 1 in R from the fill, e.g. 2.")] = None
    target2: Annotated[Number | None, Field(description="The price where the rest takes profit.")] = None
    target2_r: Annotated[Number | None, Field(description="Target 2 in R from the fill.")] = None
    trailing_stop: TrailingStop | None = None


class PreviewArguments(Levels):
    """A signal, sized by quantity or by riskPercent, one of both; without a stop all of its amount is at risk."""

    symbol: Annotated[Symbol, Field(description="The ticker, e.g. AAPL, EURUSD or BTC/USDT.")]
    side: Annotated[OneOf[Side] | None, Field(description="LONG or SHORT; may be left to the pattern.")] = None
    account: Account = None
    quantity: Annotated[Number | None, Field(description="How much: shares, units or coins.")] = None
    risk_percent: Annotated[Number | None, Field(description="Size so that the stop would lose this % of equity.")] = (
        None
    )
    entry: Annotated[
        OneOf[EntryType],
        Field(
            description="MARKET fills now; LIMIT at entryPrice or better; STOP once entryPrice is reached; NEXT_OPEN "
            "at the open of the next bar; AT_CLOSE at the close of a bar."
        ),
    ] = EntryType.MARKET
    entry_price: Annotated[Number | None, Field(description="For LIMIT and STOP.")] = None
    time_in_force: Annotated[OneOf[TimeInForce] | None, Field(description="Default: GTD with goodUntil, else GTC.")] = (
        None
    )
    good_until: Annotated[Time | None, Field(description="When it expires, if it waits.")] = None
    market_price: Annotated[
        Number | None, Field(description="The price you see, for MARKET; counts unless the desk has a later one.")
    ] = None
    timestamp: Annotated[Time | None, Field(description="Its market time; default: the desk's clock.")] = None
    expires_at: Annotated[Time | None, Field(description="When its position is closed at the latest.")] = None
    scale_out_percent: Annotated[
        Number | None, Field(description="How much exits at target 1, %; default: the account's.")
    ] = None
    break_even_after_target1: Annotated[
        bool | None, Field(description="Then move the stop to the entry; default: as set.")
    ] = None
    asset_class: Annotated[
        OneOf[AssetClass], Field(description="STOCK: whole shares; FOREX: whole units of a USD pair; CRYPTO: coins.")
    ] = AssetClass.STOCK
    pattern: Annotated[OneOf[Pattern] | None, Field(description="A Wyckoff pattern; it implies the side.")] = None
    campaign_id: Annotated[str | None, Field(description="Signals of one campaign share a risk limit.")] = None
    confidence: Annotated[Number | None, Field(description="For the record, 0 to 100.")] = None
    note: Annotated[str | None, Field(description="For the record: why you trade, up to 500 characters.")] = None


class Assessed(Result):
    """What the desk would decide now, with its figures as far as there are any."""

    accepted: Annotated[bool, Field(description="Whether the desk would do it.")]
    errors: Annotated[list[Refusal], Field(description="Why not; empty too where an IOC would just be cancelled.")]
    side: Side | None = None
    quantity: Exact | None = None
    trade_risk_percent: Annotated[Exact | None, Field(description="What it risks, % of equity.")] = None
    campaign_risk_percent: Annotated[Exact | None, Field(description="What its campaign risks with it.")] = None
    heat_percent: Annotated[Exact | None, Field(description="What everything risks with it.")] = None
    buying_power: Annotated[Exact | None, Field(description="What amount and commission must fit, USD.")] = None


class _SignalAssessed(Assessed):
    fill_price: Annotated[Exact | None, Field(description="Where it would fill, slippage included.")] = None
    commission: Annotated[Exact | None, Field(description="What the entry would cost, USD.")] = None
    stop_loss: Annotated[Exact | None, Field(description="The stop as a price.")] = None
    target1: Annotated[Exact | None, Field(description="Target 1 as a price.")] = None
    target2: Annotated[Exact | None, Field(description="Target 2 as a price.")] = None


class Previewed(_SignalAssessed):
    """What the desk would decide about the signal now; nothing is done."""

    preview_id: Annotated[
        str | None, Field(description=f"For execute, within {VALID_SECONDS} s; left out where it would be refused.")
    ] = None


class ExecuteArguments(Arguments):
    """What was previewed."""

    preview_id: Annotated[UUID, Field(description="The previewId that preview answered.")]


class Difference(Result):
    """What came out otherwise than it was previewed, since the market moved."""

    field: str
    previewed: Exact
    executed: Exact


class Executed(Result):
    """What became of the signal. The desk decides anew: it may refuse what it would have done at the preview."""

    signal: Annotated[Signal | None, Field(description="Left out only where nothing could be stored.")] = None
    position: Annotated[Position | None, Field(description="What it opened; left out: refused, or it waits.")] = None
    errors: Annotated[list[Refusal], Field(description="Why the desk refused; empty if it did not.")]
    replayed: Annotated[bool, Field(description="Whether it was executed before, and this is that answer.")]
    differences: Annotated[list[Difference], Field(description="What is not as it was previewed.")]


_PREVIEW = f"query ($input: ExecuteSignalInput!) {{ previewSignal(input: $input) {selection(_SignalAssessed)} }}"
_EXECUTE = f"""mutation ($input: ExecuteSignalInput!) {{
  executeSignal(input: $input) {{
    signal {selection(Signal)} position {selection(Position)} errors {selection(Refusal)} replayed
  }}
}}"""
_COMPARED = {"quantity": "quantity", "fillPrice": "entryPrice", "stopLoss": "stopLoss"}


async def _preview(desk: DeskAccess, asked: PreviewArguments) -> Previewed:
    signal = {**asked.said(), "account": desk.account(asked.account), "source": _SOURCE}
    assessment = (await desk.ask(_PREVIEW, input=signal))["previewSignal"]
    preview_id = desk.previews.add(signal, assessment) if assessment["accepted"] else None
    return Previewed.model_validate({**assessment, "previewId": preview_id})


async def _execute(desk: DeskAccess, asked: ExecuteArguments) -> Executed:
    preview = desk.previews.find(str(asked.preview_id))
    preview.sendings += 1
    try:
        payload = await desk.order(_EXECUTE, "executeSignal", preview.signal)
    except Declined as problem:
        preview.sendings -= problem.code is DeclinedCode.DESK_UNREACHABLE
        raise
    return Executed.model_validate({**payload, "differences": _differences(preview.assessment, payload["position"])})


def _differences(previewed: Any, position: Any) -> list[dict[str, str]]:
    if position is None:
        return []
    pairs = {name: (previewed[name], position[as_executed]) for name, as_executed in _COMPARED.items()}
    return [
        {"field": name, "previewed": before, "executed": after}
        for name, (before, after) in pairs.items()
        if before != after and before is not None and after is not None
    ]


PREVIEW = Tool(
    "preview",
    "Preview a signal",
    "Ask what the desk would decide about a signal now: size, fill price, costs, risk against the account's limits, "
    "and why it would refuse. Nothing is done. If accepted, previewId is what execute takes.",
    PreviewArguments,
    Previewed,
    _preview,
)
EXECUTE = Tool(
    "execute",
    "Execute what was previewed",
    f"Send the signal of a preview that is at most {VALID_SECONDS} seconds old; it becomes a position, waits for its "
    "price, or is refused with the reason. Called again with the same previewId it happens once, and the first answer "
    "is given. The signal's id is the previewId. One that waits fills when the market gets there: look at activity.",
    ExecuteArguments,
    Executed,
    _execute,
    scope=AgentScope.TRADE,
    effect=Effect.ADDS,
)
