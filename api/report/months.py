"""Monthly returns as a heat map: a row a year, a column a month, and what the year came to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from api.report.figures import fixed, minus
from domain.analytics.curve import Month
from domain.money import HUNDRED, ONE, ZERO, product, quotient

_SHADES = Decimal(5)


@dataclass(frozen=True, slots=True)
class ShownMonth:
    """A month's return as it is shown; `shade` is the class of its cell, None for what shows as zero."""

    shown: str
    shade: str | None


@dataclass(frozen=True, slots=True)
class Year:
    """A row of the heat map; months without data are None."""

    number: int
    months: Sequence[ShownMonth | None]
    total: str


def heat_map(months: Sequence[Month]) -> list[Year]:
    """The rows of the heat map, in the order of their years."""
    largest = max((month.percent.copy_abs() for month in months), default=ZERO)
    by_year: dict[int, dict[int, Decimal]] = {}
    for month in months:
        by_year.setdefault(month.year, {})[month.month] = month.percent
    return [_year(number, percents, largest) for number, percents in by_year.items()]


def _year(number: int, percents: dict[int, Decimal], largest: Decimal) -> Year:
    shown = [
        None if (percent := percents.get(month)) is None else ShownMonth(_shown(percent), shade(percent, largest))
        for month in range(1, 13)
    ]
    return Year(number, shown, _shown(compounded(percents.values())))


def shade(value: Decimal, largest: Decimal) -> str | None:
    """The class of a cell: one of five strengths of gain or loss; none for what shows as zero."""
    if fixed(value, 2) == "0.00":
        return None
    strength = int(quotient(product(value.copy_abs(), _SHADES), largest).to_integral_value(ROUND_CEILING))
    return f"{'gain' if value > ZERO else 'loss'}-{strength}"


def compounded(percents: Iterable[Decimal]) -> Decimal:
    """What returns in percent come to, one after another."""
    grown = ONE
    for percent in percents:
        grown = product(grown, ONE + quotient(percent, HUNDRED))
    return product(grown - ONE, HUNDRED)


def _shown(value: Decimal) -> str:
    return minus(fixed(value, 2))
