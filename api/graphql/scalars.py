"""The scalars of the API: exact decimals, instants with an offset, canonical UUIDs (R1, R3, R5).

Each accepts one spelling and looks at the length before anything else, so that no input is costly to refuse.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NewType, TypeVar
from uuid import UUID

import strawberry
from graphql import FloatValueNode, GraphQLError, IntValueNode, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from api.graphql.errors import Code, coded

T = TypeVar("T")

Figure = NewType("Figure", Decimal)
"""A figure that is not money, as it is sent: with as many places as the desk gives such figures."""

PLACES = 8
MAGNITUDE = 10**10
FIRST_YEAR, LAST_YEAR = 1800, 2199

_LONGEST_DECIMAL = len("-9999999999.99999999")
_LONGEST_FIGURE = 1 + 30 + 1 + 12
_LONGEST_INSTANT = len("2024-01-02T14:30:00.000000+00:00")
_LONGEST_UUID = len("00000000-0000-0000-0000-000000000000")

_DECIMAL = re.compile(r"-?[0-9]+(?:\.([0-9]+))?")
_FIGURE = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,12})?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_NO_FLOATS = 'A Decimal must not be sent as a float, which cannot hold it exactly: send it as a string, e.g. "1.5".'
_NOT_A_DECIMAL = 'A Decimal is a string in plain notation, e.g. "1.5", or an integer.'
_NOT_A_FIGURE = 'A Figure is a string in plain notation, e.g. "1.5", with at most 12 places, or an integer.'
_NOT_AN_INSTANT = 'A DateTime is an ISO 8601 string with an offset, e.g. "2024-01-02T14:30:00Z".'
_NO_OFFSET = (
    'A DateTime needs its offset from UTC: end it with "Z" or an offset such as "+01:00", e.g. "2024-01-02T14:30:00Z".'
)
_NOT_A_UUID = 'A UUID is a string of 32 hexadecimal digits, e.g. "123e4567-e89b-12d3-a456-426614174000".'


def _refuse(message: str) -> GraphQLError:
    return coded(Code.BAD_USER_INPUT, message)


def parse_decimal(value: object) -> Decimal:
    """A number with at most 8 places and a magnitude below 10¹⁰, from a string in plain notation or an integer (R1)."""
    if isinstance(value, float):
        raise _refuse(_NO_FLOATS)
    if isinstance(value, int) and not isinstance(value, bool):
        return _decimal_from_integer(value)
    if not isinstance(value, str):
        raise _refuse(_NOT_A_DECIMAL)
    return _decimal_from_text(value)


def _decimal_from_integer(value: int) -> Decimal:
    if not -MAGNITUDE < value < MAGNITUDE:
        raise _refuse("A Decimal must be less than 10000000000 in magnitude.")
    return Decimal(value)


def _decimal_from_text(text: str) -> Decimal:
    if len(text) > _LONGEST_DECIMAL:
        raise _refuse("A Decimal has at most 10 digits before the point and 8 after it.")
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise _refuse(f"{_NOT_A_DECIMAL} This one was not: {text!r}.")
    if len(match[1] or "") > PLACES:
        raise _refuse(f"A Decimal has at most {PLACES} places after the point; {text!r} has more.")
    number = Decimal(text)
    if abs(number) >= MAGNITUDE:
        raise _refuse(f"A Decimal must be less than 10000000000 in magnitude; {text!r} is not.")
    return number or Decimal(0)


def parse_figure(value: object) -> Figure:
    """A figure as the desk gives them: a string in plain notation, or an integer."""
    if isinstance(value, float):
        raise _refuse(_NO_FLOATS)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > _LONGEST_FIGURE or _FIGURE.fullmatch(text) is None:
        raise _refuse(_NOT_A_FIGURE)
    return Figure(Decimal(text) or Decimal(0))


def print_decimal(value: object) -> str:
    """Plain notation without exponent or trailing zeros, and zero without a sign."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise TypeError(f"not a finite Decimal: {value!r}")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def parse_instant(value: object) -> datetime:
    """An instant in UTC, from an ISO 8601 string that says its offset, exact to the microsecond (R3)."""
    if not isinstance(value, str):
        raise _refuse(_NOT_AN_INSTANT)
    if len(value) > _LONGEST_INSTANT:
        raise _refuse(f"{_NOT_AN_INSTANT} It has at most six digits after the seconds.")
    match = _INSTANT.fullmatch(value)
    if match is None:
        raise _refuse(f"{_NOT_AN_INSTANT} This one was not: {value!r}.")
    if match[1] is None:
        raise _refuse(f"{_NO_OFFSET} This one had none: {value!r}.")
    return _instant(value)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refuse(f"There is no such date and time: {text!r}.") from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise _refuse(f"A DateTime must be in the years {FIRST_YEAR} to {LAST_YEAR}; {text!r} is not.")
    return instant


def print_instant(value: object) -> str:
    """UTC with a `Z`, and with microseconds only if there are any."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"not a datetime with an offset: {value!r}")
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def parse_uuid(value: object) -> UUID:
    """A UUID from its canonical spelling, in either case."""
    if not isinstance(value, str):
        raise _refuse(_NOT_A_UUID)
    if len(value) != _LONGEST_UUID or _UUID.fullmatch(value) is None:
        raise _refuse(_NOT_A_UUID)
    return UUID(value)


def print_uuid(value: object) -> str:
    if not isinstance(value, UUID):
        raise TypeError(f"not a UUID: {value!r}")
    return str(value)


def _located(parse: Callable[[ValueNode], T]) -> Callable[..., T]:
    """A literal parser whose refusals point at the literal."""

    def parse_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> T:
        try:
            return parse(node)
        except GraphQLError as error:
            raise GraphQLError(error.message, nodes=node, extensions=error.extensions) from None

    return parse_literal


@_located
def _decimal_literal(node: ValueNode) -> Decimal:
    if isinstance(node, FloatValueNode):
        raise _refuse(_NO_FLOATS)
    if isinstance(node, IntValueNode | StringValueNode):
        return _decimal_from_text(node.value)
    raise _refuse(_NOT_A_DECIMAL)


@_located
def _figure_literal(node: ValueNode) -> Figure:
    if isinstance(node, FloatValueNode):
        raise _refuse(_NO_FLOATS)
    return parse_figure(node.value if isinstance(node, IntValueNode | StringValueNode) else None)


@_located
def _instant_literal(node: ValueNode) -> datetime:
    return parse_instant(_text(node))


@_located
def _uuid_literal(node: ValueNode) -> UUID:
    return parse_uuid(_text(node))


def _text(node: ValueNode) -> str | None:
    return node.value if isinstance(node, StringValueNode) else None


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description=(
            "An exact number: a price, a quantity, an amount of money, a percentage. It travels as a string in plain "
            'notation, e.g. "100.02". Send a string or an integer, with at most 8 places and a magnitude below '
            "10000000000; floats are refused."
        ),
        specified_by_url="https://www.w3.org/TR/xmlschema11-2/#decimal",
        serialize=print_decimal,
        parse_value=parse_decimal,
        parse_literal=_decimal_literal,
    ),
    Figure: strawberry.scalar(
        name="Figure",
        description=(
            "A figure that is no amount of money, as the desk gives them and takes them back: exact, with at most 12 "
            'places. Send a string in plain notation, e.g. "1.283333333333", or an integer; floats are refused.'
        ),
        specified_by_url="https://www.w3.org/TR/xmlschema11-2/#decimal",
        serialize=print_decimal,
        parse_value=parse_figure,
        parse_literal=_figure_literal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            'An instant, exact to the microsecond, e.g. "2024-01-02T14:30:00Z". Send ISO 8601 with an offset from '
            "UTC; answers are always in UTC."
        ),
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=print_instant,
        parse_value=parse_instant,
        parse_literal=_instant_literal,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description='A universally unique identifier, e.g. "123e4567-e89b-12d3-a456-426614174000".',
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc9562",
        serialize=print_uuid,
        parse_value=parse_uuid,
        parse_literal=_uuid_literal,
    ),
}
"""For `StrawberryConfig(scalar_map=SCALARS)`: Decimal, datetime and UUID as `Decimal`, `DateTime` and `UUID`."""
