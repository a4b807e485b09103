"""The returns of months as a heat map: a row a year, a column a month, and what the year came to."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from api.report_page.figures import fixed
from api.report_page.markup import Child, Html, tag
from api.report_page.scale import MONTHS
from api.report_page.tables import minus
from domain.money import HUNDRED, ONE, ZERO, product, quotient
from domain.performance import Month

_SHADES = Decimal(5)


def heat_map(months: Sequence[Month]) -> Html:
    """The months of at least one year."""
    caption = "Monthly returns, percent"
    largest = max((each.percent.copy_abs() for each in months), default=ZERO)
    head = tag("tr", (tag("th", each, scope="col") for each in ("Year", *MONTHS, "Total")))
    by_year: dict[int, dict[int, Decimal]] = {}
    for each in months:
        by_year.setdefault(each.year, {})[each.month] = each.percent
    rows = (tag("tr", _cells(year, found, largest)) for year, found in by_year.items())
    inner = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", rows), class_="heat")
    return tag("div", inner, class_="scroll", role="region", aria_label=caption, tabindex="0")


def _cells(year: int, found: Mapping[int, Decimal], largest: Decimal) -> Iterable[Html]:
    yield tag("th", str(year), scope="row")
    for month in range(1, 13):
        value = found.get(month)
        yield tag("td") if value is None else tag("td", _shown(value), class_=shade(value, largest))
    yield tag("td", _shown(compounded(found.values())), class_="year")


def shade(value: Decimal, largest: Decimal) -> str | None:
    """The class of a cell: one of five strengths of gain or loss; none for what shows as zero."""
    if fixed(value, 2) == "0.00":
        return None
    strength = int(quotient(product(value.copy_abs(), _SHADES), largest).to_integral_value(ROUND_CEILING))
    return f"{'gain' if value > ZERO else 'loss'}-{strength}"


def compounded(percents: Iterable[Decimal]) -> Decimal:
    """What returns in percent come to, one after another."""
    grown = ONE
    for each in percents:
        grown = product(grown, ONE + quotient(each, HUNDRED))
    return product(grown - ONE, HUNDRED)


def _shown(value: Decimal) -> Child:
    return minus(fixed(value, 2))
