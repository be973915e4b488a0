"""Which profiles are one person: average linkage over the weights of pairs, by reciprocal nearest neighbours.

Two groups join when the mean weight over all pairs between them is the best that either has, and above the cut: one
strong chance agreement does not tie two persons together, as connected components would (Murtagh and Contreras 2012 on
reciprocal neighbours; Hassanzadeh et al. 2009 on why chains are wrong). A pair that was not compared counts with
`unseen`. Joins are found for all groups at once, in rounds of sorting, so that a million pairs take seconds, and ties
go to the lower numbers: the same pairs give the same groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Joins:
    """The tree of groups, best join first: at `height` the group of `other` joined that of `kept`.

    `pairs` and `matches` count what the join adds: pairs of rows, and how many of them the model expects to be one person.
    """

    kept: Numbers
    other: Numbers
    height: Floats
    pairs: Floats
    matches: Floats

    def above(self, cut: float) -> Joins:
        keep = self.height >= cut
        return Joins(self.kept[keep], self.other[keep], self.height[keep], self.pairs[keep], self.matches[keep])


@dataclass(frozen=True, slots=True)
class _Edges:
    """Between groups left < right: sum of weights, sum of chances, and how many pairs of rows were compared."""

    left: Numbers
    right: Numbers
    weight: Floats
    chance: Floats
    count: Floats


def joins(
    left: Numbers,
    right: Numbers,
    weights: Floats,
    sizes: Numbers,
    *,
    cut: float,
    unseen: float = -2.0,
    chance: Floats | None = None,
) -> Joins:
    """All joins down to the mean weight `cut`, which must lie above `unseen`. `sizes` are the rows of each profile.

    Weights are natural logarithms of odds, unless `chance` says how likely each pair is one person (0 where unseen).
    """
    if cut <= unseen:
        raise ValueError("cut: must lie above what an unseen pair counts")
    size = sizes.astype(float)
    multiple = size[left] * size[right]
    unseen_chance = float(expit(unseen)) if chance is None else 0.0
    chance = expit(weights) if chance is None else chance
    edges = _Edges(np.minimum(left, right), np.maximum(left, right), weights * multiple, chance * multiple, multiple)
    edges = _reachable(edges, weights >= cut, len(sizes))
    edges = _merged(edges, len(sizes))
    made: list[tuple[Numbers, Numbers, Floats, Floats, Floats]] = []
    while len(edges.left):
        between = size[edges.left] * size[edges.right]
        mean = (edges.weight + (between - edges.count) * unseen) / between
        hopeful = mean >= cut
        if not hopeful.any():
            break
        chosen = _reciprocal(edges, mean, hopeful, len(size))
        kept, other = edges.left[chosen], edges.right[chosen]
        expected = edges.chance[chosen] + (between - edges.count)[chosen] * unseen_chance
        made.append((kept, other, mean[chosen], between[chosen], expected))
        size[kept] += size[other]
        name = np.arange(len(size))
        name[other] = kept
        edges = _merged(_renamed(edges, name), len(size))
    return _sorted(made)


def _reachable(edges: _Edges, above: npt.NDArray[np.bool_], count: int) -> _Edges:
    """Without edges that no join can ever use: groups whose profiles no chain of pairs above the cut connects stay apart.

    A mean at or above the cut needs one pair at or above it, so this changes nothing but the time.
    """
    label = _components(edges.left[above], edges.right[above], count)
    kept = label[edges.left] == label[edges.right]
    return _Edges(edges.left[kept], edges.right[kept], edges.weight[kept], edges.chance[kept], edges.count[kept])


def _components(left: Numbers, right: Numbers, count: int) -> Numbers:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(left)), (left, right)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1])


def groups(count: int, tree: Joins) -> Numbers:
    """The group of each profile, named by its lowest member."""
    label = _components(tree.kept, tree.other, count)
    first = np.full(count, count)
    np.minimum.at(first, label, np.arange(count))
    return np.asarray(first[label])


def one_to_one(left: Numbers, right: Numbers, weights: Floats, count: int) -> Numbers:
    """The same where each joins at most one other: the best pairs first, of equals the lower numbers."""
    label = np.arange(count)
    free = np.ones(count, dtype=bool)
    for pair in np.lexsort((right, left, -weights)).tolist():
        one, other = left[pair], right[pair]
        if free[one] and free[other]:
            free[one] = free[other] = False
            label[one] = label[other] = min(one, other)
    return label


def _reciprocal(edges: _Edges, mean: Floats, hopeful: npt.NDArray[np.bool_], count: int) -> Numbers:
    """The edges that are the best of both their ends. There is always one: the best of all."""
    rows = np.flatnonzero(hopeful)
    order = rows[np.lexsort((edges.right[rows], edges.left[rows], -mean[rows]))]
    rank = np.arange(len(order))
    best = np.full(count, len(order))
    np.minimum.at(best, edges.left[order], rank)
    np.minimum.at(best, edges.right[order], rank)
    chosen = (best[edges.left[order]] == rank) & (best[edges.right[order]] == rank)
    return np.asarray(order[chosen])


def _renamed(edges: _Edges, name: Numbers) -> _Edges:
    left, right = name[edges.left], name[edges.right]
    low, high = np.minimum(left, right), np.maximum(left, right)
    apart = low != high
    return _Edges(low[apart], high[apart], edges.weight[apart], edges.chance[apart], edges.count[apart])


def _merged(edges: _Edges, count: int) -> _Edges:
    """One edge for each two groups."""
    codes = edges.left * np.int64(count) + edges.right
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]])) if len(codes) else np.zeros(0, np.int64)
    if len(starts) == len(codes):
        take = order
        return _Edges(edges.left[take], edges.right[take], edges.weight[take], edges.chance[take], edges.count[take])
    first = order[starts]
    summed = [np.add.reduceat(values[order], starts) for values in (edges.weight, edges.chance, edges.count)]
    return _Edges(edges.left[first], edges.right[first], *summed)


def _sorted(made: list[tuple[Numbers, Numbers, Floats, Floats, Floats]]) -> Joins:
    if not made:
        none = np.zeros(0)
        return Joins(none.astype(np.int64), none.astype(np.int64), none, none, none)
    kept, other, height, pairs, matches = (np.concatenate(column) for column in zip(*made, strict=True))
    order = np.argsort(-height, kind="stable")
    return Joins(kept[order], other[order], height[order], pairs[order], matches[order])
