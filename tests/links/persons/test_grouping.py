"""Fast average linkage must be the slow one."""

from __future__ import annotations

import numpy as np
import pytest

from clew.links.persons.grouping import groups, joins
from clew.links.persons.thresholds import choose, thresholds


def slow(left, right, weights, sizes, cut, unseen):
    """Average linkage by the book: looks at all pairs of groups again after each join."""
    matrix = np.full((len(sizes), len(sizes)), unseen)
    matrix[left, right] = matrix[right, left] = weights
    made = [[n] for n in range(len(sizes))]

    def mean(a, b):
        share = np.outer(sizes[a], sizes[b])
        return (matrix[np.ix_(a, b)] * share).sum() / share.sum()

    while len(made) > 1:
        best = max(((mean(a, b), -i, -j) for i, a in enumerate(made) for j, b in enumerate(made) if i < j))
        if best[0] < cut:
            break
        i, j = -best[1], -best[2]
        made[i] += made.pop(j)
    label = np.zeros(len(sizes), int)
    for group in made:
        label[group] = min(group)
    return label


@pytest.mark.parametrize("seed", range(8))
def test_joins_equal_the_slow_way(seed):
    rng = np.random.default_rng(seed)
    count = 30
    left, right = np.triu_indices(count, 1)
    keep = rng.random(len(left)) < 0.4
    left, right = left[keep], right[keep]
    weights = rng.normal(-0.5, 3, len(left))
    sizes = rng.integers(1, 4, count)
    made = groups(count, joins(left, right, weights, sizes, cut=-0.5, unseen=-2.0))
    assert made.tolist() == slow(left, right, weights, sizes, -0.5, -2.0).tolist()


def test_a_chain_is_not_one_group():
    """Connected components would make one person of four; the ends have nothing in common."""
    left, right = np.array([0, 1, 2]), np.array([1, 2, 3])
    made = groups(4, joins(left, right, np.array([5.0, 1.0, 5.0]), np.ones(4, int), cut=0.0, unseen=-2.0))
    assert made.tolist() == [0, 0, 2, 2]


def test_joins_need_a_cut_above_the_unseen():
    with pytest.raises(ValueError, match="cut"):
        joins(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.ones(3, int), cut=-3.0, unseen=-2.0)


def test_nothing_to_join():
    none = np.zeros(0, int)
    tree = joins(none, none, np.zeros(0), np.ones(3, int), cut=0.0)
    assert groups(3, tree).tolist() == [0, 1, 2]
    assert all(row.precision == 1 and row.pairs == 0 for row in thresholds(tree, start=-3.0, expected=0.0))


def test_the_chosen_cut_has_the_highest_expected_f1():
    left, right = np.array([0, 2, 4]), np.array([1, 3, 5])
    weights = np.array([6.0, 5.0, -0.9])
    tree = joins(left, right, weights, np.ones(6, int), cut=-1.0)
    rows = thresholds(tree, start=-3.0, expected=2.2)
    assert choose(rows) == 5.0  # of equals the highest
    assert max(row.f1 for row in rows) == next(row.f1 for row in rows if row.cut == 5.0)
