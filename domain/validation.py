"""Small named checks by which values refuse nonsense; what they raise becomes an INVALID_INPUT answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from domain.errors import DomainError
from domain.money import BOUND, LARGEST_VOLUME, ZERO, OutOfRange, exact_units, nearest, plain

_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.\-/:_^=&]{0,31}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}")
_LONGEST_TEXT = 200
_LONGEST_NOTE = 500


class Invalid(DomainError, ValueError):
    """Input that cannot mean anything to the desk: `field` names what, the message says what would be right."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def require(condition: bool, message: str, field: str) -> None:
    """Refuse unless `condition` holds."""
    if not condition:
        raise Invalid(message, field)


@contextmanager
def blaming(name: str, index: int) -> Iterator[None]:
    """What is Invalid here gets the index, counted from 0, of the one of a list that it is about."""
    try:
        yield
    except Invalid as problem:
        raise Invalid(f"{name}[{index}]: {problem.message}", f"{name}.{index}.{problem.field}") from None


@contextmanager
def within(name: str) -> Iterator[None]:
    """What is Invalid here is about a field of the one named."""
    try:
        yield
    except Invalid as problem:
        raise Invalid(problem.message, f"{name}.{problem.field}") from None


def require_amount(field: str, value: Decimal, *, at_least: Decimal) -> None:
    """A number the desk can hold, not below `at_least` (R1)."""
    _require_exact(field, value)
    if value < at_least:
        raise Invalid(f"`{field}` must be at least {plain(at_least)}, not {plain(value)}", field)


def require_price(field: str, value: Decimal) -> None:
    """A price: positive, and a number the desk can hold."""
    require_above_zero(field, value)


def require_above_zero(field: str, value: Decimal) -> None:
    """A number the desk can hold, above 0."""
    _require_exact(field, value)
    if value <= ZERO:
        raise Invalid(f"`{field}` must be above 0, not {plain(value)}", field)


def require_volume(field: str, value: Decimal) -> None:
    """How much was traded: from 0 to 10^18, with at most 8 places (R1)."""
    if not value.is_finite() or abs(value) > LARGEST_VOLUME or value != nearest(value):
        raise Invalid(f"`{field}` must have at most 8 decimal places and be at most {plain(LARGEST_VOLUME)}", field)
    if value < ZERO:
        raise Invalid(f"`{field}` must be at least 0, not {plain(value)}", field)


def require_between(field: str, value: Decimal, low: Decimal, high: Decimal) -> None:
    """A number from `low` to `high`, both allowed."""
    require_amount(field, value, at_least=low)
    if value > high:
        raise Invalid(f"`{field}` must be from {plain(low)} to {plain(high)}, not {plain(value)}", field)


def require_up_to(field: str, value: Decimal, high: Decimal) -> None:
    """A number above 0, and no higher than `high`."""
    _require_exact(field, value)
    if not ZERO < value <= high:
        raise Invalid(f"`{field}` must be above 0 and at most {plain(high)}, not {plain(value)}", field)


def _require_exact(field: str, value: Decimal) -> None:
    try:
        exact_units(value)
    except OutOfRange:
        raise Invalid(f"`{field}` must have at most 8 decimal places and be below {BOUND}", field) from None


def require_utc(field: str, value: datetime) -> None:
    """A time in UTC (R3)."""
    if value.tzinfo is not UTC and value.utcoffset() != timedelta(0):
        raise Invalid(f"`{field}` must be in UTC", field)


def is_symbol(value: str) -> bool:
    """Whether it is a ticker: capitals, digits and a few marks, at most 32."""
    return _SYMBOL.fullmatch(value) is not None


def require_symbol(value: str) -> None:
    """A ticker."""
    if not is_symbol(value):
        shown = repr(value) if len(value) <= 40 else f"{len(value)} characters"
        rule = "symbol must be 1 to 32 of A-Z, 0-9 and . - / : _ ^ = &, starting with none of the marks but ^"
        raise Invalid(f"{rule}; not {shown}", "symbol")


def is_account_name(value: str) -> bool:
    """Whether an account can have this name: 1 to 64 letters, digits, dots, hyphens, underscores."""
    return _NAME.fullmatch(value) is not None


def require_account_name(value: str) -> None:
    """An account's name."""
    require(
        is_account_name(value),
        "account must be 1 to 64 letters, digits, dots, hyphens or underscores, starting with a letter or digit",
        "account",
    )


def is_text(value: str) -> bool:
    """Whether it is a short line of text without control characters."""
    return 1 <= len(value) <= _LONGEST_TEXT and value.isprintable()


def require_text(field: str, value: str | None) -> None:
    """A short line of text."""
    if value is not None and not is_text(value):
        raise Invalid(f"`{field}` must be 1 to {_LONGEST_TEXT} printable characters", field)


def require_note(field: str, value: str | None) -> None:
    """Free text of several lines, without other control characters."""
    if value is not None and not (1 <= len(value) <= _LONGEST_NOTE and all(map(_is_printable, value))):
        raise Invalid(f"`{field}` must be 1 to {_LONGEST_NOTE} printable characters, line breaks and tabs", field)


def _is_printable(character: str) -> bool:
    return character.isprintable() or character in "\n\t"
