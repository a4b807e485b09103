"""R36: the interval of the mean R, beside that of numpy."""

from random import Random
from statistics import fmean

import numpy as np
import pytest

from api.application.confidence import METHOD, expectancy_interval
from tests.builders import D


def test_r36_the_bootstrap_interval_is_the_percentiles_of_two_thousand_resampled_means() -> None:
    multiples = [Random(3).gauss(0.4, 1.3) for _ in range(60)]
    random = Random(20000301)
    means = np.array([fmean(random.choices(multiples, k=60)) for _ in range(2000)])
    interval = expectancy_interval(tuple(D(repr(multiple)) for multiple in multiples))
    assert interval is not None
    assert METHOD == "percentile bootstrap of the mean, 2000 resamples, seed 20000301"
    assert float(interval.low) == pytest.approx(np.percentile(means, 2.5, method="higher"), abs=2e-12)
    assert float(interval.high) == pytest.approx(np.percentile(means, 97.5, method="lower"), abs=2e-12)


def test_r36_the_bootstrap_interval_agrees_with_that_of_numpys_own_draws() -> None:
    """Two bootstraps of the same trades differ by chance alone: by a few hundredths of the interval."""
    generator = np.random.default_rng(1)
    multiples = generator.normal(0.5, 1.5, 200)
    means = generator.choice(multiples, (20_000, 200)).mean(axis=1)
    interval = expectancy_interval(tuple(D(repr(float(multiple))) for multiple in multiples))
    assert interval is not None
    low, high = np.percentile(means, [2.5, 97.5])
    assert float(interval.low) == pytest.approx(low, abs=0.06 * (high - low))
    assert float(interval.high) == pytest.approx(high, abs=0.06 * (high - low))
