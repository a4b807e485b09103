"""Whether the session has earned real money (R36), in words."""

from decimal import Decimal

from api.application.confidence import ConfidenceInterval
from api.report.figures import UNDEFINED, fixed, multiple, percent
from domain.analytics.eligibility import Check, Criterion, Eligibility


def verdict(eligibility: Eligibility) -> str:
    """The whole in a few words; only what is whole is 100 %."""
    if eligibility.eligible:
        return "Eligible for live trading"
    return f"Not yet eligible for live trading: {min(Decimal('99.9'), eligibility.progress_percent):.1f} % of the way"


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
    """The figure that a check looks at, as it is shown."""
    match check.criterion:
        case Criterion.DAYS_ENABLED:
            return UNDEFINED if check.actual is None else fixed(check.actual, 1)
        case Criterion.TRADES:
            return UNDEFINED if check.actual is None else fixed(check.actual, 0)
        case Criterion.WIN_RATE:
            return percent(check.actual)
        case Criterion.AVERAGE_R:
            return multiple(check.actual)


CHECK_NAMES = {
    Criterion.DAYS_ENABLED: "Days enabled",
    Criterion.TRADES: "Trades with an R",
    Criterion.WIN_RATE: "Win rate",
    Criterion.AVERAGE_R: "Average R",
}


def check_result(check: Check) -> str:
    """Whether that is enough."""
    return "passed" if check.passed else "not yet"


def interval(expectancy: ConfidenceInterval | None) -> str:
    """The interval of the mean R, as it is shown."""
    return UNDEFINED if expectancy is None else f"{multiple(expectancy.low)} to {multiple(expectancy.high)} R"
