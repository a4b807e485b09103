"""The scalars of the API: exact decimals, instants with an offset, canonical UUIDs (R1, R3, R5).

Each reads what libraries print, and looks at the length before anything else, so that no input is costly to refuse.
"""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NewType, TypeVar
from uuid import UUID

import strawberry
from graphql import FloatValueNode, GraphQLError, IntValueNode, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from api.codec.field_names import api_message
from api.errors import Code
from api.graphql.errors import coded
from domain.money import LARGEST_VOLUME, plain, ratio, tidy
from domain.notation import print_time, read_number, read_time
from domain.validation import Invalid

T = TypeVar("T")

Figure = NewType("Figure", Decimal)
"""A figure that is not money, as it is sent: with as many places as the desk gives such figures."""

_LONGEST_UUID = len("00000000-0000-0000-0000-000000000000")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LARGEST_FIGURE = Decimal(10) ** 30

_NOT_AN_INSTANT = 'A DateTime is an ISO 8601 string with an offset, e.g. "2024-01-02T14:30:00Z".'
_NOT_A_UUID = 'A UUID is a string of 32 hexadecimal digits, e.g. "123e4567-e89b-12d3-a456-426614174000".'


def _refuse(message: str) -> GraphQLError:
    return coded(Code.BAD_USER_INPUT, message)


def _invalid(problem: Invalid) -> GraphQLError:
    return _refuse(f"{api_message(problem.message)}.")


def parse_decimal(value: object) -> Decimal:
    """A number of a magnitude up to 10¹⁸ with all its places, from a string or an integer (R1).

    What it is the number of decides how many places it may have, and how large it may be.
    """
    return _number(value, "A Decimal", LARGEST_VOLUME)


def parse_figure(value: object) -> Figure:
    """A figure as the desk gives them, from a string or an integer: half-even to 12 places where it has more."""
    return Figure(tidy(ratio(_number(value, "A Figure", _LARGEST_FIGURE))))


def _number(value: object, name: str, at_most: Decimal) -> Decimal:
    if isinstance(value, float):
        raise _refuse(f'{name} must not be sent as a float, which cannot hold it exactly: send a string, e.g. "1.5".')
    if isinstance(value, int) and not isinstance(value, bool):
        if not -at_most <= value <= at_most:
            raise _refuse(f"{name} must be at most {at_most:f} in magnitude.")
        return Decimal(value)
    if not isinstance(value, str):
        raise _refuse(f'{name} is a string, e.g. "1.5" or "3.2E-5", or an integer.')
    try:
        return read_number(name, value, at_most=at_most)
    except Invalid as problem:
        raise _invalid(problem) from None


def serialize_decimal(value: object) -> str:
    """Plain notation without exponent or trailing zeros, and zero without a sign."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise TypeError(f"not a finite Decimal: {value!r}")
    return plain(value)


def parse_instant(value: object) -> datetime:
    """An instant in UTC, from an ISO 8601 string that says its offset, exact to the microsecond (R3)."""
    if not isinstance(value, str):
        raise _refuse(_NOT_AN_INSTANT)
    try:
        return read_time("A DateTime", value)
    except Invalid as problem:
        raise _invalid(problem) from None


def serialize_instant(value: object) -> str:
    """UTC with a `Z`, and with microseconds only if there are any."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"not a datetime with an offset: {value!r}")
    return print_time(value)


def parse_uuid(value: object) -> UUID:
    """A UUID from its canonical spelling, in either case."""
    if not isinstance(value, str):
        raise _refuse(_NOT_A_UUID)
    if len(value) != _LONGEST_UUID or _UUID.fullmatch(value) is None:
        raise _refuse(_NOT_A_UUID)
    return UUID(value)


def serialize_uuid(value: object) -> str:
    """The canonical spelling, in lower case."""
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
    return parse_decimal(_number_written(node))


@_located
def _figure_literal(node: ValueNode) -> Figure:
    return parse_figure(_number_written(node))


def _number_written(node: ValueNode) -> str | float | None:
    # A variable that says the same would be a float, so that a literal must not say it either.
    if isinstance(node, FloatValueNode):
        return float(node.value)
    return node.value if isinstance(node, IntValueNode | StringValueNode) else None


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
            "An exact number: a price, a quantity, an amount of money, a percentage, a volume. It comes as a string in "
            'plain notation, e.g. "100.02". Send a string, with an exponent too, e.g. "3.2E-5", or an integer; floats '
            "are refused. Prices and volumes with more than 8 places are rounded half to even, anything else is "
            "refused with more. Volumes go to 1000000000000000000, anything else stays below 10000000000."
        ),
        specified_by_url="https://www.w3.org/TR/xmlschema11-2/#decimal",
        serialize=serialize_decimal,
        parse_value=parse_decimal,
        parse_literal=_decimal_literal,
    ),
    Figure: strawberry.scalar(
        name="Figure",
        description=(
            "A figure that is no amount of money, as the desk gives them and takes them back: with 12 places, to which "
            'more are rounded half to even. Send a string, e.g. "1.283333333333", or an integer; floats are refused.'
        ),
        specified_by_url="https://www.w3.org/TR/xmlschema11-2/#decimal",
        serialize=serialize_decimal,
        parse_value=parse_figure,
        parse_literal=_figure_literal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            'An instant, exact to the microsecond, e.g. "2024-01-02T14:30:00Z". Send ISO 8601 with an offset from '
            "UTC and at most 9 digits after the seconds, of which 6 count; answers are always in UTC."
        ),
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=serialize_instant,
        parse_value=parse_instant,
        parse_literal=_instant_literal,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description='A universally unique identifier, e.g. "123e4567-e89b-12d3-a456-426614174000".',
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc9562",
        serialize=serialize_uuid,
        parse_value=parse_uuid,
        parse_literal=_uuid_literal,
    ),
}
"""For `StrawberryConfig(scalar_map=SCALARS)`: Decimal, datetime and UUID as `Decimal`, `DateTime` and `UUID`."""
