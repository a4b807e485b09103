"""The enumerations of reports."""

from api.graphql.enums import describe
from domain.analytics.comparison import Direction, Metric, Severity
from domain.analytics.eligibility import Criterion

__all__ = ["Criterion", "Direction", "Metric", "Severity"]

describe(
    Criterion,
    "EligibilityCriterion",
    "What is asked of a rehearsal.",
    DAYS_ENABLED="At least 90 days enabled, in recorded time.",
    TRADES="At least 20 trades that have an R multiple.",
    WIN_RATE="A win rate above 50 %.",
    AVERAGE_R="A mean R multiple above 1.5.",
)
describe(
    Metric,
    "Metric",
    "What is compared with a backtest.",
    WIN_RATE="Winning trades in percent of all.",
    AVERAGE_R="Mean R multiple.",
    PROFIT_FACTOR="Gross wins / gross losses.",
    MAX_DRAWDOWN="The largest loss from a peak, percent: less is better.",
    SHARPE="Annual Sharpe ratio.",
)
describe(
    Direction,
    "Direction",
    "How paper did beside the backtest.",
    BETTER="Better than the backtest.",
    WORSE="Worse than the backtest.",
    SAME="Just the same.",
)
describe(
    Severity,
    "Severity",
    "How much paper differs from the backtest, whatever the direction.",
    OK="By at most 10 %.",
    WARNING="By more than 10 %.",
    ERROR="By more than 20 %.",
    NOT_COMPARABLE="One side has no such figure, or only the backtest's is zero.",
)
