from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from clew.publish.synthesis.cells import Cells, number_of, plain
from clew.publish.synthesis.denoising import denoised
from clew.publish.synthesis.fitting import fitted
from clew.publish.synthesis.tree import tree_rows

SIZES = [3, 1, 4, 2, 1]


@pytest.fixture(scope="module")
def codes():
    rng = np.random.default_rng(5)
    first = rng.integers(0, 4, 400)
    others = [np.where(rng.random(400) < 0.7, first % (size + 1), rng.integers(0, size + 1, 400)) for size in SIZES[1:]]
    return np.column_stack([first, *others]).astype(np.int32)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_counts_are_those_of_counting_by_hand(codes, length):
    cells = Cells.of(SIZES, length)
    assert cells.number == number_of(SIZES, length)
    found = plain(codes, cells)
    slow = Counter()
    for row in codes:
        filled = [c for c in range(len(SIZES)) if row[c]]
        for way in range(1, length + 1):
            slow.update((columns, tuple(int(row[c]) for c in columns)) for columns in combinations(filled, way))
    named = {(columns, values): found[place] for place, columns, values in cells.names(np.arange(cells.number))}
    assert len(named) == cells.number
    assert {key: n for key, n in named.items() if n} == slow


def test_rows_are_fitted_to_counts_of_other_rows(codes):
    cells = Cells.of(SIZES, 3)
    wanted = plain(codes, cells).astype(float)
    weights = 1 / (wanted + 1)
    rng = np.random.default_rng(0)
    start = rng.permuted(codes, axis=0)  # the same values, no pair of them kept
    off = [np.abs(plain(rows, cells) - wanted).sum() for rows in (start, fitted(start, cells, wanted, weights, 10))]
    assert off[1] < 0.1 * off[0]


def test_a_tree_keeps_the_pairs_along_it(codes):
    cells = Cells.of(SIZES, 2)
    wanted = plain(codes, cells).astype(float)
    rows = tree_rows(cells, wanted, 400, np.random.default_rng(1))
    assert np.abs(plain(rows, cells) - wanted)[: cells.starts[1]].max() <= 6  # dealt, not drawn
    assert np.abs(plain(rows, cells) - wanted).mean() < 6


def test_denoised_counts_are_nearer_the_truth_and_know_the_few():
    rng = np.random.default_rng(2)
    true = np.where(rng.random(20_000) < 0.9, 0, rng.geometric(0.01, 20_000)).astype(float)
    noisy = true + rng.normal(0, 20, len(true))
    found = denoised(noisy, np.full(len(true), 5.0), np.full(len(true), 20.0))
    assert ((found.mean - true) ** 2).mean() < 0.4 * ((noisy.clip(0) - true) ** 2).mean()
    assert found.few[true == 0].mean() > 0.75
    assert found.few[true > 100].mean() < 0.1
