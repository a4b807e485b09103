"""The session beside a backtest (R39): metric by metric, and trade by trade where both sides have trades."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.report.figures import multiple, percent
from domain.analytics.attribution import TradeDifference
from domain.analytics.comparison import Metric, MetricComparison, Severity
from domain.money import total

MOST_ROWS = 20

METRIC_NAMES = {
    Metric.WIN_RATE: "Win rate",
    Metric.AVERAGE_R: "Average R",
    Metric.PROFIT_FACTOR: "Profit factor",
    Metric.MAX_DRAWDOWN: "Maximum drawdown",
    Metric.SHARPE: "Sharpe",
}
_PERCENTS = {Metric.WIN_RATE, Metric.MAX_DRAWDOWN}
_BADGES = {
    Severity.OK: "badge good",
    Severity.WARNING: "badge warning",
    Severity.ERROR: "badge bad",
    Severity.NOT_COMPARABLE: "badge",
}


def badge_class(severity: Severity) -> str:
    """The classes of a severity's badge."""
    return _BADGES[severity]


def metric_figure(metric: Metric, value: Decimal | None) -> str:
    """A metric's value."""
    return percent(value) if metric in _PERCENTS else multiple(value)


def metric_difference(compared: MetricComparison) -> str:
    """What paper has more of it: of a percentage, in percentage points."""
    shown = multiple(compared.difference, signed=True)
    return f"{shown} pp" if compared.metric in _PERCENTS and compared.difference is not None else shown


@dataclass(frozen=True, slots=True)
class SplitDifferences:
    """What paper made beyond the backtest, by cause: of all matched trades, and of those that differ most."""

    sums: Sequence[Decimal]
    largest: Sequence[TradeDifference]
    left_out: int


def split_differences(matched: Sequence[TradeDifference]) -> SplitDifferences | None:
    """The differences of matched trades; None where they all agree."""
    differing = [difference for difference in matched if any(parts_of(difference))]
    if not differing:
        return None
    largest = sorted(differing, key=lambda difference: difference.total.copy_abs(), reverse=True)[:MOST_ROWS]
    sums = [total(amounts) for amounts in zip(*map(parts_of, matched), strict=True)]
    return SplitDifferences(sums, largest, len(differing) - len(largest))


def parts_of(difference: TradeDifference) -> tuple[Decimal, ...]:
    """A difference by cause, and the whole, in USD."""
    return difference.entry_price, difference.exit_price, difference.quantity, difference.costs, difference.total
