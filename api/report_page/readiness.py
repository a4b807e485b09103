"""Whether the session has earned real money (R36), and what else speaks for or against it."""

from decimal import Decimal

from api.evidence import METHOD, RESAMPLED_TRADES, Evidence
from api.report_page.figures import UNDEFINED, fixed, multiple, percent
from api.report_page.markup import Child, Html, joined, tag
from api.report_page.tables import Column, minus, note, table
from domain.eligibility import Check, Criterion, Eligibility

_COLUMNS = (Column("Check", is_figure=False), Column("Required"), Column("Actual"), Column("Result", is_figure=False))


def verdict(found: Eligibility) -> str:
    """The whole in a few words; only what is whole is 100 %."""
    if found.eligible:
        return "Eligible for live trading"
    return f"Not yet eligible for live trading: {min(Decimal('99.9'), found.progress_percent):.1f} % of the way"


def readiness(found: Eligibility, evidence: Evidence) -> Html:
    """The checks, and the evidence beside them."""
    return joined(
        [
            tag("p", verdict(found), class_="verdict"),
            table("Checks", _COLUMNS, [_row(each) for each in found.checks]),
            tag("dl", _evidence(evidence), class_="figures"),
            note(
                "Only trades count whose signal was recorded within the account’s maxPriceAge of its timestamp. "
                f"The interval is of the last {RESAMPLED_TRADES:,} of them: {METHOD}."
            ),
        ]
    )


def required(check: Check) -> str:
    """What a check asks."""
    match check.criterion:
        case Criterion.DAYS_ENABLED | Criterion.TRADES:
            return f"at least {check.required:f}"
        case Criterion.WIN_RATE:
            return f"above {check.required:f} %"
        case Criterion.AVERAGE_R:
            return f"above {check.required:f}"


def actual(check: Check) -> str:
    """What it found."""
    match check.criterion:
        case Criterion.DAYS_ENABLED:
            return UNDEFINED if check.actual is None else fixed(check.actual, 1)
        case Criterion.TRADES:
            return UNDEFINED if check.actual is None else fixed(check.actual, 0)
        case Criterion.WIN_RATE:
            return percent(check.actual)
        case Criterion.AVERAGE_R:
            return multiple(check.actual)


NAMES = {
    Criterion.DAYS_ENABLED: "Days enabled",
    Criterion.TRADES: "Trades",
    Criterion.WIN_RATE: "Win rate",
    Criterion.AVERAGE_R: "Average R",
}


def result(check: Check) -> str:
    """Whether that is enough."""
    return "passed" if check.passed else "not yet"


def _row(check: Check) -> list[Child]:
    badge = tag("span", result(check), class_="badge good" if check.passed else "badge")
    return [NAMES[check.criterion], required(check), minus(actual(check)), badge]


def _evidence(found: Evidence) -> list[Html]:
    interval = found.expectancy
    shown = UNDEFINED if interval is None else f"{multiple(interval.low)} to {multiple(interval.high)} R"
    pairs = {
        "Expectancy, 95 % interval": minus(shown),
        "Days in the market": f"{found.trading_days:,}",
        "Maximum drawdown": percent(found.max_drawdown),
    }
    return [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs.items()]
