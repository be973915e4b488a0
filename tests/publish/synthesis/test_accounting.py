import math

import numpy as np
import pytest

from clew.publish.synthesis.accounting import Account, delta_of, rho_of
from clew.publish.synthesis.cells import Cells, combinations_of, counted
from clew.publish.synthesis.making import ask
from clew.publish.synthesis.measuring import UNIT, Meter
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


def test_one_row_moves_the_counts_by_no_more_than_is_paid_for():
    cells = Cells.of([1] * 12, 3)
    meter = Meter(np.zeros((0, 12), dtype=np.int32), Account(1.0))
    meter.most = 5
    for values in range(13):
        meter.codes = np.array([[1] * values + [0] * (12 - values)], dtype=np.int32)
        moved = counted(meter.codes, cells, meter.weights())
        for way, part in cells.ways():
            assert (moved[part] ** 2).sum() <= UNIT * UNIT * combinations_of(5, way)
