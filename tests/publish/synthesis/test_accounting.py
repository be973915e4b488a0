import math

import numpy as np
import pytest

from clew.publish.synthesis.accounting import Account, delta_of, rho_of
from clew.publish.synthesis.asking import ask
from clew.publish.synthesis.cells import Cells, counted, plain, squares
from clew.publish.synthesis.measuring import CAP, UNIT, Meter, threshold, weights_of
from clew.publish.synthesis.noise import discrete_gaussian
from clew.safeguards.errors import UsageError


def exact_delta(rho, epsilon):
    """delta of one Gaussian query (Balle and Wang 2018): what rho-zCDP may not promise to beat."""
    mu = math.sqrt(2 * rho)
    normal = lambda x: math.erfc(-x / math.sqrt(2)) / 2  # noqa: E731
    return normal(mu / 2 - epsilon / mu) - math.exp(epsilon) * normal(-mu / 2 - epsilon / mu)


@pytest.mark.parametrize(("epsilon", "delta"), [(0.5, 1e-6), (1.0, 1e-5), (4.0, 1e-8), (12.0, 1e-8), (20.0, 1e-3)])
def test_the_price_is_never_too_low_and_hardly_too_high(epsilon, delta):
    rho = rho_of(epsilon, delta)
    assert delta_of(rho, epsilon) <= delta < delta_of(rho * 1.0001, epsilon)
    assert exact_delta(rho, epsilon) <= delta  # the Gaussian mechanism is one that has this rho
    bun = epsilon + 2 * math.log(1 / delta) - 2 * math.sqrt(math.log(1 / delta) * (epsilon + math.log(1 / delta)))
    assert bun < rho < 1.5 * bun  # the older, looser conversion


def test_an_account_spends_what_it_has_and_no_more():
    account = Account(1.0)
    variance = account.variance("a", 64, 0.7)
    assert 64 / (2 * variance) == account.spent <= 0.7
    with pytest.raises(UsageError):
        account.variance("b", 64, 0.7)
    assert [step for step, _ in account.steps] == ["a"]
    with pytest.raises(UsageError, match="epsilon is too small"):
        Account(1e-9).variance("a", 1, 1.0)


@pytest.mark.parametrize(("length", "declared"), [(None, True), (None, False), (2, False), (1, True)])
def test_a_run_stays_within_epsilon_and_delta(length, declared):
    codes = np.random.default_rng(0).integers(0, 4, (2_000, 6)).astype(np.int32)
    answers = ask(codes, [3] * 6, [declared] * 6, epsilon=1.5, delta=1e-6, length=length)
    assert 0.95 * answers.account.total < answers.account.spent <= answers.account.total * (1 + 1e-9)
    left = 1e-6 if declared else 0.7e-6
    assert delta_of(answers.account.spent, 1.5) <= left * (1 + 1e-6)
    assert (answers.found_above is None) == declared


@pytest.mark.parametrize("way", [1, 2, 3])
def test_one_row_moves_the_counts_by_no_more_than_is_paid_for(way):
    rng = np.random.default_rng(way)
    cells = Cells.of([2] * 9, 3)
    levels = rng.integers(0, 7, cells.number).astype(np.uint8)
    for cap in (1, 30, 200):
        for values in range(10):
            codes = np.zeros((1, 9), dtype=np.int32)
            codes[0, rng.permutation(9)[:values]] = rng.integers(1, 3, values)
            weights = weights_of(squares(codes, cells, way, levels), cap)
            moved = counted(codes, cells, way, levels, weights)
            assert (moved**2).sum() <= UNIT * UNIT * cap


def test_rare_values_are_counted_more_exactly_than_frequent_ones_at_the_same_cost():
    rng = np.random.default_rng(0)
    codes = (1 + (rng.random((20_000, 4)) < 0.02)).astype(np.int32)
    cells, account = Cells.of([2] * 4, 1), Account(0.2)
    found = Meter(codes, account, most=4).ask("values", cells, 1, np.array([1, 6] * 4, dtype=np.uint8), 0.5)
    assert account.spent <= 0.2 * (0.5 + CAP)
    off = np.abs(found.counts - plain(codes, cells))
    assert (off[1::2] < 5 * found.sigmas[1::2] + 0.05 * 400).all()
    assert found.sigmas[1] == pytest.approx(found.sigmas[0] / 6)


def test_a_threshold_is_passed_by_the_noise_of_one_person_as_seldom_as_it_says():
    columns, delta, sigma = 37, 1e-3, 8.0
    bar = threshold(columns, np.array([sigma]), delta)[0]
    noise = discrete_gaussian(400_000, round((UNIT * sigma) ** 2)) / UNIT
    passed = ((1 + noise) > bar).mean()
    assert passed <= delta / columns + 4 * (delta / columns / 400_000) ** 0.5
