"""What an agent may say to a tool: the types of its arguments, and what is answered where they cannot be used.

Names are those of the API. What is left out, or null, is not said: models often send null for all that they leave open.
"""

import json
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from api.codec.field_names import api_path
from domain.notation import read_number, read_symbol, read_time
from domain.validation import Invalid

_LONGEST = 500
_MOST_MISTAKES = 5
_LONGEST_NAME = 60


class Arguments(BaseModel):
    """The arguments of a tool; one that is not known is refused, for a level that was misspelt must not be lost."""

    model_config = ConfigDict(alias_generator=api_path, extra="forbid", frozen=True, str_max_length=_LONGEST)

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value is not None} if isinstance(given, dict) else given

    def said(self, *left_out: str) -> dict[str, Any]:
        """What was said, by the API's names, without the fields named."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(left_out))


def mistakes(problem: ValidationError, kind: type[Arguments]) -> str:
    """A sentence for each argument that cannot be used; what was sent is not repeated, for it may be huge or secret."""
    errors = problem.errors(include_url=False, include_input=False)
    told = [_mistake(error) for error in errors[:_MOST_MISTAKES]]
    if any(error["type"] == "extra_forbidden" for error in errors):
        told.append(f"the arguments are {', '.join(map(str, _names(kind)))}")
    more = len(errors) - _MOST_MISTAKES
    return "; ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def _names(kind: type[Arguments]) -> Sequence[str | None]:
    return [field.alias for field in kind.model_fields.values()] or ["none"]


def _mistake(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    named = place if len(place) <= _LONGEST_NAME else f"{place[:_LONGEST_NAME]}..."
    match error["type"]:
        case "missing":
            return f"{named} is needed"
        case "extra_forbidden":
            return f"there is no argument {named}"
    sentence = error["msg"].removeprefix("Value error, ")
    return f"{named}: {sentence}" if named else sentence


def _number(value: object) -> object:
    """A decimal as text: digit by digit as it was sent, of a float its shortest notation."""
    text = repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise ValueError('must be a number such as "1.5", as a string')
    return _read(read_number, text)


def _time(text: str) -> str:
    return _read(read_time, text)


def _symbol(text: str) -> str:
    try:
        return read_symbol(text)
    except Invalid as problem:
        raise ValueError(problem.message) from None


def _read(read: Any, text: str) -> str:
    try:
        read("it", text)
    except Invalid as problem:
        raise ValueError(problem.message) from None
    return text


def _capitals(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _from_json(value: object) -> object:
    """Some clients send a list or an object as the JSON text of one; a bare text is a list of one."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith(("[", "{")):
        return [value]
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("must be a list or an object, not half of its JSON text") from None


Closed = TypeVar("Closed", bound=Enum)

Number = Annotated[str, BeforeValidator(_number), Field(json_schema_extra={"format": "decimal"})]
"""An exact decimal, as a string; a bare JSON number is taken by its shortest notation."""

Time = Annotated[str, AfterValidator(_time), Field(json_schema_extra={"format": "date-time"})]
"""An ISO 8601 time with its offset from UTC."""

Symbol = Annotated[str, AfterValidator(_symbol)]
"""A ticker; small letters are read as capitals."""

Symbols = Annotated[list[Symbol], Field(max_length=100), BeforeValidator(_from_json)]
OneOf = Annotated[Closed, BeforeValidator(_capitals)]
Nested = BeforeValidator(_from_json)

Account = Annotated[
    str | None,
    Field(max_length=64, description="The account's name. Default: the one this agent is bound to, else 'default'."),
]
SignalId = Annotated[UUID, Field(description="The signalId that positions, trades, signals and execute tell.")]
First = Annotated[int, Field(ge=1, le=100, description="How many at most.")]
After = Annotated[str | None, Field(description="nextCursor of the page before, to go on from there.")]
Session = Annotated[
    int | None, Field(ge=1, le=2**31 - 1, description="The account's session, 1, 2, …; default: the current one.")
]
OnlySymbols = Annotated[Symbols | None, Field(description='Only these tickers, e.g. ["AAPL"].')]
CommandId = Annotated[
    UUID | None,
    Field(description="A UUID of yours that makes it happen once: repeat a call whose answer was lost with the same."),
]
