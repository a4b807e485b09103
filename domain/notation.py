"""Numbers, times and symbols in the notations that libraries and files use, read within bounds (R1, R3, R6).

Length and exponent are looked at before anything is computed. What a field means decides how many places it keeps: a
price and a volume are rounded to 8, a quantity and money are refused with more. `name` begins a refusal's sentence.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any, get_args, get_type_hints

from domain.money import LARGEST_VOLUME, PLACES, ZERO, nearest, tidy
from domain.validation import Invalid, require_symbol

_HALF_EVEN = "to 8 places, half-even"

Price = Annotated[Decimal, _HALF_EVEN]
"""A price, or a distance between prices: what is written with more than 8 places is rounded (R1)."""

Volume = Annotated[Decimal, _HALF_EVEN]
"""How much was traded, up to 10^18: what is written with more than 8 places is rounded (R1)."""

FIRST_YEAR, LAST_YEAR = 1800, 2199

_LONGEST_NUMBER = 80
_LONGEST_TIME = len("2024-01-02T14:30:00.000000000+00:00")
_SHOWN = 40
_REMEMBERED_TIMES = 1_000
_A_TIME = '"2024-01-02T14:30:00Z"'
_NUMBER = re.compile(r"-?[0-9]+(?:\.([0-9]+))?([eE][+-]?[0-9]{1,3})?")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})"
    r"(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


def read_number(name: str, text: str, *, at_most: Decimal = LARGEST_VOLUME) -> Decimal:
    """Any decimal up to a magnitude, with all its places; zero has no sign. Raises Invalid."""
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if match is None:
        raise Invalid(f'{name} must be a number such as "1.5" or "3.2E-5", not {_shown(text)}', name)
    number = Decimal(text)
    if number and (number.adjusted() > at_most.adjusted() or number.copy_abs() > at_most):
        raise Invalid(f"{name} must be at most {at_most:f} in magnitude, not {_shown(text)}", name)
    fraction, exponent = match.groups()
    is_tidy = exponent is None and len(fraction or "") <= PLACES
    return number or ZERO if is_tidy else tidy(number)


def to_8_places(value: Decimal) -> Decimal:
    """The nearest number of 8 places, half-even; `value` itself where it has no more."""
    near = nearest(value)
    return value if near == value else near


def with_prices_read(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by field of a class, those that it declares as Price or Volume rounded to 8 places."""
    read = dict(values)
    for name in _rounded_fields(kind):
        if (value := read.get(name)) is not None:
            read[name] = to_8_places(value)
    return read


@cache
def _rounded_fields(kind: type) -> frozenset[str]:
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(name for name, declared in hints.items() if is_rounded(declared))


def is_rounded(declared: Any) -> bool:
    """Whether a declared type is Price or Volume, or one of these or None."""
    return any(_HALF_EVEN in get_args(member) for member in (declared, *get_args(declared)))


@lru_cache(maxsize=_REMEMBERED_TIMES)
def read_time(name: str, text: str) -> datetime:
    """A time in UTC from one that says its offset, exact to the microsecond (R3). Raises Invalid.

    The last ones are remembered: what is sent together is mostly of one time.
    """
    time = read_wall_time(name, text)
    if time.tzinfo is None:
        raise Invalid(
            f'{name} needs its offset from UTC: end it with "Z" or an offset such as "+01:00", e.g. {_A_TIME}; '
            f"{_shown(text)} has none",
            name,
        )
    return _within_years(name, text, time)


def print_time(time: datetime) -> str:
    """A time in UTC with a `Z`, and with microseconds only if there are any."""
    return time.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def read_wall_time(name: str, text: str) -> datetime:
    """A time as a clock on the wall shows it: in the offset that it says, naive where it says none. Raises Invalid.

    Fractions of a second have up to 9 digits, of which those beyond microseconds are dropped.
    """
    match = _TIME.fullmatch(text) if len(text) <= _LONGEST_TIME else None
    if match is None:
        raise Invalid(f"{name} must be an ISO 8601 date and time such as {_A_TIME}, not {_shown(text)}", name)
    day, minute, second, fraction, offset = match.groups()
    micros = (fraction or "").ljust(6, "0")[:6]
    try:
        return datetime.fromisoformat(f"{day}T{minute}:{second or '00'}.{micros}{_iso_offset(offset)}")
    except ValueError:
        raise Invalid(f"{name}: there is no such date and time: {_shown(text)}", name) from None


def _iso_offset(offset: str | None) -> str:
    if offset is None:
        return ""
    return "+00:00" if offset in "Zz" else f"{offset[:3]}:{offset[3:].removeprefix(':') or '00'}"


def _within_years(name: str, text: str, time: datetime) -> datetime:
    try:
        instant = time.astimezone(UTC)
    except OverflowError:
        raise Invalid(f"{name}: there is no such date and time: {_shown(text)}", name) from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Invalid(f"{name} must be in the years {FIRST_YEAR} to {LAST_YEAR}; {_shown(text)} is not", name)
    return instant


def read_symbol(text: str) -> str:
    """A symbol in a file, where lower case is read as capitals (R6): who reads it says so. Raises Invalid."""
    symbol = text.upper() if text.isascii() else text
    require_symbol(symbol)
    return symbol


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
