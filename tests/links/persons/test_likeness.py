"""Words counted by the machine must be bits counted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from clew.links.persons.likeness import likeness, minhashes, pairs_of_blocks


@pytest.fixture(scope="module")
def words():
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, 2**63, (40, 4), dtype=np.uint64) & rng.integers(0, 2**63, (40, 4), dtype=np.uint64)
    drawn[3] = 0  # nothing in it: like nobody
    drawn[5] = drawn[4]
    return drawn


def bits_of(words):
    return np.unpackbits(words.view(np.uint8), axis=1).astype(int)


def test_pairs_equal_the_slow_way(words):
    bits = bits_of(words)
    left, right = np.triu_indices(40, 1)
    common = (bits[left] & bits[right]).sum(axis=1)
    one, other = bits[left].sum(axis=1), bits[right].sum(axis=1)
    empty = (one == 0) | (other == 0)
    want = (2 * common / np.maximum(one + other, 1) + common / np.maximum(np.minimum(one, other), 1)) / 2
    assert np.allclose(likeness(words, left, right), np.where(empty, -1, want))
    assert likeness(words, np.array([4]), np.array([5])).tolist() == [1]


def test_values_are_shared_as_often_as_bits_are(words):
    bits = bits_of(words)
    made = minhashes(words, 400, 7)
    for a, b in ((4, 5), (0, 1), (8, 9)):
        jaccard = (bits[a] & bits[b]).sum() / (bits[a] | bits[b]).sum()
        assert (made[a] == made[b]).mean() == pytest.approx(jaccard, abs=0.1)
    assert not (minhashes(words, 400, 8) == made)[0].any()


def test_blocks_become_their_pairs():
    rows = np.array([4, 2, 9, 7, 1])
    left, right = pairs_of_blocks(rows, np.array([0, 3]), np.array([3, 5]))
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(1, 7), (2, 4), (2, 9), (4, 9)]
