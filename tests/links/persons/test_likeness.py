"""Words counted by the machine must be bits counted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from clew.links.persons.likeness import BINS, histogram, pairs_above
from clew.links.persons.surplus import surplus


def slow(words):
    bits = np.unpackbits(words.view(np.uint8), axis=1).astype(int)
    ones = bits.sum(axis=1)
    return bits @ bits.T / np.maximum(np.minimum.outer(ones, ones), 1), ones


@pytest.mark.parametrize("seed", range(3))
def test_pairs_equal_the_slow_way(seed):
    rng = np.random.default_rng(seed)
    words = rng.integers(0, 2**63, (40, 4), dtype=np.uint64) & rng.integers(0, 2**63, (40, 4), dtype=np.uint64)
    words[3] = 0  # nothing in it: like nobody
    matrix, _ = slow(words)
    left, right, alike = pairs_above(words, 0.4)
    want = [(i, j) for i in range(40) for j in range(i + 1, 40) if matrix[i, j] >= 0.4]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == want
    assert np.allclose(alike, [matrix[i, j] for i, j in want])


def test_histogram_counts_every_pair_of_the_rows():
    words = np.random.default_rng(1).integers(0, 2**63, (20, 2), dtype=np.uint64)
    matrix, _ = slow(words)
    seen = histogram(words, np.array([0, 5]))
    assert seen.sum() == 2 * 19
    want = np.bincount((np.delete(matrix[0], 0) * BINS).astype(int), minlength=BINS + 1)
    want += np.bincount((np.delete(matrix[5], 5) * BINS).astype(int), minlength=BINS + 1)
    assert seen.tolist() == want.tolist()


def drawn(persons, strangers, seed=3):
    rng = np.random.default_rng(seed)
    values = np.concatenate(
        [0.4 + rng.exponential(1 / 40, strangers), np.clip(rng.normal(0.8, 0.1, persons), 0.4, 0.999)]
    )
    edges = np.arange(0.4, 1.01, 0.005)
    return edges[:-1] + 0.0025, np.histogram(values, edges)[0].astype(float)


@pytest.mark.parametrize("persons", [300, 3_000])
def test_the_surplus_is_counted(persons):
    fit = surplus(*drawn(persons, 20_000), 0.4)
    assert fit.share == pytest.approx(persons / (persons + 20_000), rel=0.1)
    assert fit.middle == pytest.approx(0.8, abs=0.02)
    assert fit.chance(np.array([0.3, 0.42, 0.9])).round(2).tolist() == [0, 0, 1]


def test_strangers_alone_are_no_persons():
    assert surplus(*drawn(0, 20_000), 0.4).share == 0
    assert surplus(np.array([0.5]), np.array([0.0]), 0.4).share == 0
