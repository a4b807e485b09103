"""Whether a session's paper trading is ready for live trading (R36)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum

from domain.analytics.stats import TradeStats
from domain.durations import days
from domain.money import HUNDRED, ONE, ZERO, product, quotient, ratio, total
from domain.portfolio.session import Session
from domain.records import dataclass

DAYS = Decimal(90)
TRADES = Decimal(20)
WIN_RATE = Decimal(50)
AVERAGE_R = Decimal("1.5")

_ALMOST_ALL = Decimal("99.999999999999")


class Criterion(Enum):
    """What is asked of a session."""

    DAYS_ENABLED = "DAYS_ENABLED"
    TRADES = "TRADES"
    WIN_RATE = "WIN_RATE"
    AVERAGE_R = "AVERAGE_R"


@dataclass(frozen=True, slots=True)
class Check:
    """One criterion: what it asks, what was found, and whether that is enough."""

    criterion: Criterion
    required: Decimal
    actual: Decimal | None
    passed: bool

    @property
    def progress(self) -> Decimal:
        """How far along it is, 0 to 1."""
        if self.actual is None:
            return ZERO
        return min(ONE, max(ZERO, quotient(self.actual, self.required)))


@dataclass(frozen=True, slots=True)
class Eligibility:
    """All checks of a session."""

    checks: Sequence[Check]

    @property
    def eligible(self) -> bool:
        """Whether every check has passed."""
        return all(check.passed for check in self.checks)

    @property
    def progress_percent(self) -> Decimal:
        """The mean progress of the checks, percent, to 12 places; 100 only if all have passed."""
        if self.eligible:
            return HUNDRED
        mean = quotient(total(check.progress for check in self.checks), ZERO + len(self.checks))
        return min(_ALMOST_ALL, ratio(product(mean, HUNDRED)))


def eligibility(session: Session, live: TradeStats, now: datetime) -> Eligibility:
    """The checks of a session at the recorded time `now`; only trades of live signals count.

    Twenty of them must have an R multiple.
    """
    enabled = days_enabled(session, now)
    count = ZERO + live.r_count
    win_rate, average_r = live.win_rate, live.average_r
    return Eligibility(
        (
            Check(Criterion.DAYS_ENABLED, DAYS, enabled, enabled >= DAYS),
            Check(Criterion.TRADES, TRADES, count, count >= TRADES),
            Check(Criterion.WIN_RATE, WIN_RATE, win_rate, win_rate is not None and win_rate > WIN_RATE),
            Check(Criterion.AVERAGE_R, AVERAGE_R, average_r, average_r is not None and average_r > AVERAGE_R),
        )
    )


def days_enabled(session: Session, now: datetime) -> Decimal:
    """How long the account was enabled in a session, in days of recorded time, unrounded."""
    return days(session.enabled_until(now))
