"""How sure a session's expectancy is, by a bootstrap (R36): it draws at random, seeded."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from random import Random

from domain.money import product, quotient, ratio

RESAMPLED_TRADES = 1_000
METHOD = "percentile bootstrap of the mean, 2000 resamples, seed 20000301"

_RESAMPLES = 2_000
_SEED = 20_000_301
_LOW, _HIGH = 50, 1_949
_UNITS = Decimal(10**12)


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
    """Where the mean lies, at 95 % confidence."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Confidence:
    """How much a session's figures can be relied on: what is shown beside the checks of eligibility (R36)."""

    expectancy: ConfidenceInterval | None
    trading_days: int
    max_drawdown: Decimal


@lru_cache(maxsize=64)
def expectancy_interval(multiples: tuple[Decimal, ...]) -> ConfidenceInterval | None:
    """The 95 % interval of the mean R multiple; None for fewer than two trades.

    Remembered, for it takes a second of a thousand trades, and a dashboard asks again and again.
    """
    if len(multiples) < 2:
        return None
    random, count = Random(_SEED), len(multiples)  # noqa: S311 - statistics, not secrets
    scaled = [int(product(ratio(multiple), _UNITS)) for multiple in multiples]
    sums = sorted(sum(random.choices(scaled, k=count)) for _ in range(_RESAMPLES))
    low, high = (ratio(quotient(Decimal(sums[place]), count * _UNITS)) for place in (_LOW, _HIGH))
    return ConfidenceInterval(low, high)
