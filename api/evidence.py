"""Evidence beside the checks of eligibility: how sure the expectancy is. A bootstrap, so it draws at random, seeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

RESAMPLED_TRADES = 1_000
METHOD = "percentile bootstrap of the mean, 2000 resamples, seed 20000301"

_RESAMPLES = 2_000
_SEED = 20_000_301
_LOW, _HIGH = 50, 1_949
_PLACES = Decimal("0.000000000001")


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the mean lies, at 95 % confidence."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Evidence:
    """What else speaks for or against a rehearsal."""

    expectancy: Interval | None
    trading_days: int
    max_drawdown: Decimal


def expectancy_interval(multiples: Sequence[Decimal]) -> Interval | None:
    """The 95 % interval of the mean R multiple; None for fewer than two trades."""
    if len(multiples) < 2:
        return None
    random, count = Random(_SEED), len(multiples)  # noqa: S311 - statistics, not secrets
    scaled = [int(each / _PLACES) for each in multiples]
    means = sorted(sum(random.choices(scaled, k=count)) for _ in range(_RESAMPLES))
    low, high = (Decimal(means[each]) / count * _PLACES for each in (_LOW, _HIGH))
    return Interval(low.quantize(_PLACES), high.quantize(_PLACES))
