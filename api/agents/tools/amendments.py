"""Amendments: the levels, times and notes of an open position, or of a signal that waits, are changed."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from api.agents.arguments import Account, CommandId, Nested, Number, SignalId, Time
from api.agents.declined import Declined, DeclinedCode
from api.agents.desk_access import DeskAccess
from api.agents.results import selection
from api.agents.tool import Effect, Tool
from api.agents.tools.closings import OUTCOME, Outcome
from api.agents.tools.orders import Assessed, Levels
from api.agents.tools.positions import Position
from api.agents.tools.signals import Signal
from api.choices import AgentScope
from api.codec.field_names import api_name
from domain.orders.amendment import OF_SIGNALS_ONLY

_SIGNAL_ONLY = frozenset(map(api_name, OF_SIGNALS_ONLY))
_WAITING = "of a signal that waits"

Removable = Literal["stopLoss", "target1", "target2", "trailingStop", "goodUntil", "expiresAt", "campaignId", "note"]


class ChangeArguments(Levels):
    """What to change; what is left out stays. It is of the position if that is open, else of the signal that waits."""

    signal_id: SignalId
    account: Account = None
    quantity: Annotated[Number | None, Field(description=f"How much, {_WAITING}.")] = None
    risk_percent: Annotated[Number | None, Field(description=f"Size so that this % of equity is lost, {_WAITING}.")] = (
        None
    )
    entry_price: Annotated[Number | None, Field(description=f"Of a LIMIT or STOP, {_WAITING}.")] = None
    good_until: Annotated[Time | None, Field(description=f"When it expires, {_WAITING}.")] = None
    expires_at: Annotated[Time | None, Field(description="When the position is closed at the latest.")] = None
    campaign_id: Annotated[str | None, Field(description="The campaign whose risk limit it shares.")] = None
    note: Annotated[str | None, Field(description="For the record, up to 500 characters.")] = None
    remove: Annotated[list[Removable], Nested] = Field(
        default_factory=list, max_length=8, description='What to take away, e.g. ["target2"].'
    )
    if_cursor: Annotated[
        str | None, Field(description="The cursor of account: refuse if it was changed by others since then.")
    ] = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "ChangeArguments":
        both = sorted(set(self.remove) & self.said().keys())
        if both:
            raise ValueError(f"{', '.join(both)} cannot be both changed and removed")
        return self


class AmendArguments(ChangeArguments):
    """What to change, from when on, and an id."""

    timestamp: Annotated[Time | None, Field(description="Market time from which on it counts; default: now.")] = None
    id: CommandId = None


class ChangePreviewed(Assessed):
    """What the desk would decide about the amendment now; nothing is done."""


class Amended(Outcome):
    """The position, or the signal, as it stands now; also where the desk refused."""

    position: Position | None = None
    signal: Signal | None = None


_IS_OPEN = """query ($signalId: UUID!, $account: String!) {
  position(signalId: $signalId, account: $account) { isOpen }
}"""
_PREVIEW_OF_POSITION = f"""query ($input: AmendPositionInput!) {{
  previewAmendment(input: $input) {selection(Assessed)}
}}"""
_PREVIEW_OF_SIGNAL = f"""query ($input: AmendSignalInput!) {{
  previewSignalAmendment(input: $input) {selection(Assessed)}
}}"""
_AMEND_POSITION = f"""mutation ($input: AmendPositionInput!) {{
  amendPosition(input: $input) {{ position {selection(Position)} {OUTCOME} }}
}}"""
_AMEND_SIGNAL = f"""mutation ($input: AmendSignalInput!) {{
  amendSignal(input: $input) {{ signal {selection(Signal)} {OUTCOME} }}
}}"""


async def _preview(desk: DeskAccess, asked: ChangeArguments) -> ChangePreviewed:
    is_of_position, changes = await _changes(desk, asked)
    if is_of_position:
        answer = (await desk.ask(_PREVIEW_OF_POSITION, input=changes))["previewAmendment"]
    else:
        answer = (await desk.ask(_PREVIEW_OF_SIGNAL, input=changes))["previewSignalAmendment"]
    return ChangePreviewed.model_validate(answer)


async def _amend(desk: DeskAccess, asked: AmendArguments) -> Amended:
    is_of_position, changes = await _changes(desk, asked)
    if is_of_position:
        payload = await desk.order(_AMEND_POSITION, "amendPosition", changes)
    else:
        payload = await desk.order(_AMEND_SIGNAL, "amendSignal", changes)
    return Amended.model_validate(payload)


async def _changes(desk: DeskAccess, asked: ChangeArguments) -> tuple[bool, Mapping[str, Any]]:
    """Whether it is of a position, and the input. Raises Declined where a position has no such thing."""
    account = desk.account(asked.account)
    removed: dict[str, Any] = dict.fromkeys(asked.remove)
    changes = {**asked.said("remove"), **removed, "account": account}
    position = (await desk.ask(_IS_OPEN, signalId=changes["signalId"], account=account))["position"]
    is_of_position = position is not None and position["isOpen"]
    wrong = sorted(_SIGNAL_ONLY & changes.keys())
    if is_of_position and wrong:
        raise Declined(
            DeclinedCode.INVALID_ARGUMENTS,
            f"{', '.join(wrong)} can be amended {_WAITING}, not of an open position: give levels as prices, "
            "stopLoss, target1, target2",
        )
    return is_of_position, changes


PREVIEW_AMENDMENT = Tool(
    "preview_amendment",
    "Preview an amendment",
    "Ask what the desk would decide about a change of an open position or of a waiting signal, with the risk and heat "
    "as they would be. Nothing is done.",
    ChangeArguments,
    ChangePreviewed,
    _preview,
)
AMEND = Tool(
    "amend",
    "Amend a position or a signal",
    "Change the stop, targets, trailing stop, times, campaign or note of an open position, or of a signal that waits "
    "also its size and entry price: all at once or nothing. Moving a stop further away risks more: look at "
    "preview_amendment first.",
    AmendArguments,
    Amended,
    _amend,
    scope=AgentScope.MANAGE,
    effect=Effect.CHANGES,
)
