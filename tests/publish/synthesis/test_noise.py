import numpy as np
import pytest

from clew.publish.synthesis.noise import discrete_gaussian


@pytest.mark.parametrize("variance", [1, 7, 900])
def test_draws_follow_the_discrete_gaussian(variance):
    size = 100_000
    drawn = discrete_gaussian(size, variance)
    reach = int(12 * variance**0.5)
    numbers = np.arange(-reach, reach + 1)
    share = np.exp(-(numbers**2) / (2 * variance))
    expected = size * share / share.sum()
    found = np.bincount(drawn + reach, minlength=len(numbers))
    likely = expected >= 10
    # Pearson's statistic is about chi-square: 6 standard deviations above its mean come up once in a hundred million
    free = likely.sum() - 1
    statistic = ((found - expected)[likely] ** 2 / expected[likely]).sum()
    assert statistic < free + 6 * (2 * free) ** 0.5 + 20
    assert found[~likely].sum() < 10 * expected[~likely].sum() + 30


def test_noise_is_drawn_anew_and_needs_a_whole_variance():
    assert (discrete_gaussian(64, 10_000) != discrete_gaussian(64, 10_000)).any()
    for wrong in (0, -1, (1 << 24) + 1):
        with pytest.raises(ValueError, match="variance"):
            discrete_gaussian(1, wrong)
