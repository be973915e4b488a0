"""Authors out of pairs: average linkage from the surest pair down, at a cut set by how many false links it lets in.

A pair joins two groups only if the mean of the points over the pairs between them is high enough too: one accident of two
alike texts does not join two hands. The cut is the higher of two, neither of which knows the truth: where the verifier's
probabilities expect enough of the joined pairs to be true; and where pairs drawn at random from the file, carried on to the
number of pairs the file has, expect few false ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.links.authors.pairs import COUNT, HABIT_GROUPS, Texts, columns, evidence, weigh
from clew.links.authors.prepared import Prepared
from clew.links.authors.verifier import Verifier
from clew.links.compiled import compiled

LEAST_REASON = 1.0
"""What the habits alone must say for one hand (natural logarithm of odds): no link between texts that are merely ordinary."""
CHANCE_TIMES = 5.0
"""Pairs at random, carried on, may explain this many times the share of false pairs asked for: carrying on has been seen to
overstate them four- to sixfold (invented authors, 6,000 to 20,000 texts)."""
_AT_RANDOM = 600_000
_LOOKED_AT = 24
"""Pairs between two groups that are looked at, at most, before they join."""

Reals = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Linked:
    """Pairs of open units with their probability; the group of each open unit and how sure its place in it is."""

    left: Numbers
    right: Numbers
    probability: Reals
    group: Numbers
    confidence: Reals
    cut: float
    expected_false: float


def link(ready: Prepared, verifier: Verifier, precision: float) -> Linked:
    """Scores near pairs and joins them so that at least `precision` of the joined pairs are expected to be of one hand."""
    left, right = _near_pairs(ready)
    rows = evidence(ready.vectors, ready.crowded, left, right)
    reasons = rows[:, HABIT_GROUPS].sum(axis=1) >= LEAST_REASON
    left, right, points = left[reasons], right[reasons], verifier.points(rows[reasons])
    probability = verifier.probability(points)
    cut = max(
        _by_probability(points, probability, precision),
        _by_chance(ready, verifier, points, CHANCE_TIMES * (1 - precision)),
    )
    order = np.lexsort((right, left, -points))
    order = order[points[order] >= cut]
    texts = columns(ready.vectors, ready.crowded)
    size = len(ready.open)
    group = np.arange(size)
    _join(texts, left[order], right[order], verifier.weights, verifier.constant, cut - verifier.slack, group)
    sure = _sure(texts, group, verifier)
    kept = points >= cut
    false = float((1 - probability[kept]).mean()) if kept.any() else 0.0
    return Linked(left, right, probability, group, sure, cut, false)


def _near_pairs(ready: Prepared) -> tuple[Numbers, Numbers]:
    """Near pairs once each, without those that copied texts may not form."""
    size = len(ready.open)
    one = np.repeat(np.arange(size), ready.near.shape[1])
    other = ready.near.ravel().astype(np.int64)
    kept = other >= 0
    low, high = np.minimum(one, other)[kept], np.maximum(one, other)[kept]
    key = np.unique(low * max(size, 1) + high)
    left, right = key // max(size, 1), key % max(size, 1)
    grouped = ready.units
    a, b = ready.open[left], ready.open[right]
    same = np.zeros(len(a), bool)
    for first in range(grouped.contacts.shape[1]):
        for second in range(grouped.contacts.shape[1]):
            mine = grouped.contacts[a, first]
            same |= (mine >= 0) & (mine == grouped.contacts[b, second])
    allowed = same | ~(grouped.copied[a] | grouped.copied[b])
    return left[allowed], right[allowed]


def _by_probability(points: Reals, probability: Reals, precision: float) -> float:
    """The lowest cut above which the mean probability is at least `precision`."""
    order = np.argsort(-points, kind="stable")
    expected = np.cumsum(probability[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(expected >= precision)
    return float(points[order[good[-1]]]) if len(good) else np.inf


def _by_chance(ready: Prepared, verifier: Verifier, points: Reals, share: float) -> float:
    """The cut above which chance alone would give less than `share` of the pairs found.

    Pairs are drawn at random from the file; each counts by the chance that it is not of one hand, since some are. How their
    points fall off over the upper 3%, 0.3% and 0.03% is carried on as a parabola, which may bend down and never up.
    """
    size = len(ready.open)
    if size < 1000 or len(points) == 0:
        return -np.inf
    dice = np.random.default_rng(20)
    left, right = dice.integers(0, size, _AT_RANDOM), dice.integers(0, size, _AT_RANDOM)
    kept = left != right
    drawn = np.sort(verifier.points(evidence(ready.vectors, ready.crowded, left[kept], right[kept])))
    beyond = np.cumsum((1 - verifier.probability(drawn))[::-1])[::-1] / len(drawn)
    low, middle, high = (float(drawn[np.searchsorted(-beyond, -share)]) for share in (3e-2, 3e-3, 3e-4))
    first, second = (np.log(10) / max(width, 1e-6) for width in (middle - low, high - middle))
    bend = max(second - first, 0.0) / max((high - low) / 2, 1e-6)
    cuts = np.linspace(high, max(points.max(), high) + 1e-9, 400)
    ahead = cuts - high
    steepness = second + bend * (high - middle) / 2
    false = size * (size - 1) / 2 * 3e-4 * np.exp(-ahead * (steepness + bend * ahead / 2))
    found = len(points) - np.searchsorted(np.sort(points), cuts)
    good = np.flatnonzero(false <= share * np.maximum(found, 1))
    return float(cuts[good[0]]) if len(good) else float(points.max() + 1)


@compiled
def _join(
    texts: Texts, left: Numbers, right: Numbers, weights: Reals, constant: float, least: float, group: Numbers
) -> None:
    """Joins the groups of each pair in turn where the mean over pairs between them is at least `least`; in place."""
    size = len(group)
    follows = np.full(size, -1, np.int64)
    last = np.arange(size)
    count = np.ones(size, np.int64)
    row = np.empty(COUNT, np.float64)
    for pair in range(len(left)):
        a, b = group[left[pair]], group[right[pair]]
        if a == b:
            continue
        if count[a] < count[b]:
            a, b = b, a
        if count[a] > 1:
            step_a, step_b = max(1, count[a] // 8), max(1, count[b] // 8)
            total, looked = 0.0, 0
            one, at = a, 0
            while one >= 0 and looked < 3 * _LOOKED_AT:
                if at % step_a == 0:
                    other, place = b, 0
                    while other >= 0:
                        if place % step_b == 0:
                            weigh(texts, one, other, row)
                            total += constant
                            for each in range(COUNT):
                                total += row[each] * weights[each]
                            looked += 1
                        other = follows[other]
                        place += 1
                one = follows[one]
                at += 1
            if total / looked < least:
                continue
        member = b
        while member >= 0:
            group[member] = a
            member = follows[member]
        follows[last[a]] = b
        last[a] = last[b]
        count[a] += count[b]


def _sure(texts: Texts, group: Numbers, verifier: Verifier) -> Reals:
    """For each text the mean probability over up to eight others of its group; nan where it is alone."""
    order = np.argsort(group, kind="stable")
    total = _means(texts, group[order], order, verifier.weights, verifier.constant)
    sure = np.full(len(group), np.nan)
    several = np.isfinite(total)
    sure[several] = verifier.probability(total[several])
    return sure


@compiled
def _means(texts: Texts, group: Numbers, member: Numbers, weights: Reals, constant: float) -> Reals:
    points = np.full(len(group), np.nan)
    row = np.empty(COUNT, np.float64)
    begin = 0
    while begin < len(group):
        end = begin
        while end < len(group) and group[end] == group[begin]:
            end += 1
        step = max(1, (end - begin) // 8)
        for at in range(begin, end):
            total, looked = 0.0, 0
            for other in range(begin, end, step):
                if other != at:
                    weigh(texts, member[at], member[other], row)
                    total += constant
                    for each in range(COUNT):
                        total += row[each] * weights[each]
                    looked += 1
            if looked:
                points[member[at]] = total / looked
        begin = end
    return points
