"""Whether paper agrees with a backtest (R39)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from domain.analytics.attribution import ExternalTrade
from domain.analytics.curve import CurveFigures
from domain.analytics.stats import TradeStats, to_12_places
from domain.money import ZERO, difference, percent, ratio
from domain.records import dataclass

WARNING_PERCENT = Decimal(10)
ERROR_PERCENT = Decimal(20)


class Metric(Enum):
    """What is compared."""

    WIN_RATE = "WIN_RATE"
    AVERAGE_R = "AVERAGE_R"
    PROFIT_FACTOR = "PROFIT_FACTOR"
    MAX_DRAWDOWN = "MAX_DRAWDOWN"
    SHARPE = "SHARPE"


class Direction(Enum):
    """How paper did, beside the backtest."""

    BETTER = "BETTER"
    WORSE = "WORSE"
    SAME = "SAME"


class Severity(Enum):
    """How much paper differs from the backtest, whatever the direction."""

    NOT_COMPARABLE = "NOT_COMPARABLE"
    OK = "OK"
    WARNING = "WARNING"
    ERROR = "ERROR"


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures that are compared, to 12 places; None where one is not defined or not known."""

    win_rate: Decimal | None = None
    average_r: Decimal | None = None
    profit_factor: Decimal | None = None
    max_drawdown: Decimal | None = None
    sharpe: Decimal | None = None

    @classmethod
    def from_record(cls, stats: TradeStats, curve: CurveFigures, max_drawdown: Decimal) -> "Metrics":
        """The figures of trades and of their curve; `max_drawdown` is in percent."""
        return cls(
            win_rate=to_12_places(stats.win_rate),
            average_r=to_12_places(stats.average_r),
            profit_factor=to_12_places(stats.profit_factor),
            max_drawdown=ratio(max_drawdown),
            sharpe=to_12_places(curve.sharpe),
        )

    def of(self, metric: Metric) -> Decimal | None:
        """One of them."""
        value: Decimal | None = getattr(self, metric.value.lower())
        return value


@dataclass(frozen=True, slots=True)
class EquityAt:
    """The equity of a backtest at a market time."""

    time: datetime
    equity: Decimal


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a backtest found: its figures, and its trades and its curve where they are known.

    `source` says what made it.
    """

    id: UUID
    name: str
    source: str
    recorded_at: datetime
    metrics: Metrics
    trades: tuple[ExternalTrade, ...] = ()
    curve: tuple[EquityAt, ...] = ()


@dataclass(frozen=True, slots=True)
class BacktestHead:
    """A backtest without its trades and its curve, of which there may be many: as it is listed.

    Only the api makes it; it stands here beside the Backtest whose fields it shares.
    """

    id: UUID
    name: str
    source: str
    recorded_at: datetime
    metrics: Metrics
    trade_count: int


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric of paper and backtest; percent is difference / |backtest|, to 12 places."""

    metric: Metric
    paper: Decimal | None
    backtest: Decimal | None
    difference: Decimal | None
    difference_percent: Decimal | None
    direction: Direction | None
    severity: Severity


def compare(paper: Metrics, backtest: Metrics) -> tuple[MetricComparison, ...]:
    """Every metric of paper beside the backtest's."""
    return tuple(_compared(metric, paper.of(metric), backtest.of(metric)) for metric in Metric)


def overall(comparisons: Sequence[MetricComparison]) -> Severity:
    """The worst of what can be compared."""
    return max(
        (comparison.severity for comparison in comparisons),
        key=lambda severity: _RANK[severity],
        default=Severity.NOT_COMPARABLE,
    )


def _compared(metric: Metric, paper: Decimal | None, backtest: Decimal | None) -> MetricComparison:
    if paper is None or backtest is None:
        return MetricComparison(metric, paper, backtest, None, None, None, Severity.NOT_COMPARABLE)
    apart = difference(paper, backtest)
    direction = _direction(metric, apart)
    if backtest == ZERO:
        severity = Severity.OK if apart == ZERO else Severity.NOT_COMPARABLE
        none_apart = ZERO if apart == ZERO else None
        return MetricComparison(metric, paper, backtest, apart, none_apart, direction, severity)
    apart_percent = percent(apart, backtest.copy_abs())
    severity = _severity(apart_percent)
    return MetricComparison(metric, paper, backtest, apart, ratio(apart_percent), direction, severity)


def _direction(metric: Metric, apart: Decimal) -> Direction:
    """More is better, but for drawdown."""
    if apart == ZERO:
        return Direction.SAME
    more_is_better = metric is not Metric.MAX_DRAWDOWN
    return Direction.BETTER if (apart > ZERO) is more_is_better else Direction.WORSE


def _severity(apart_percent: Decimal) -> Severity:
    size = apart_percent.copy_abs()
    if size > ERROR_PERCENT:
        return Severity.ERROR
    return Severity.WARNING if size > WARNING_PERCENT else Severity.OK
