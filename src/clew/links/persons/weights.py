"""What each degree of agreement weighs, learnt without labels: the model of Fellegi and Sunter (1969) by EM.

A level's weight is log(m/u): how often it occurs among pairs that are one person (m) against pairs that are not (u).
The pairs that blocking proposes are a mixture of both; EM (Winkler 1988) parts them on the counts of their patterns. It
knows u twice: among the other pairs of the blocks, which agree more than chance because blocking chose them, and among
random pairs. The first alone invents persons in a file without duplicates, the second alone finds everything in a block
alike; the weight used is the mean of both, on a log scale. Where a rare value is shared, the value's own frequency
takes the place of the average (Newcombe 1959; Winkler 2000).

Weights here are natural logarithms; reports show bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import expit

from clew.links.persons.compared import Compared
from clew.links.persons.comparisons import Comparison

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

STRONGEST = 9.0
"""A pair's weight ends here on both sides: fields depend on each other, so the sum overstates what is known."""

_UNTHINKABLE = -4.0
"""Pairs that start lower by the first guess, against random pairs, stay what they are: not one person. In a file without
duplicates EM would else part the pairs by whatever parts them best, such as men from women, and call one half persons."""
_MOST_DIFFERENT = 0.25
"""No field of one person differs more often than this. A class of pairs where names mostly differ is not persons, but
neighbours: a place and its postcode agree together."""
_WHERE = frozenset({"birth_place", "place", "address", "postcode"})
_TOLD_AGAIN = 0.5
_ROUNDS = 300
_SETTLED = 1e-8
_PRIOR_PAIRS = 0.1
"""Pairs a profile that the first guess of m counts for: enough to steady a file with few duplicates, nothing in others."""


@dataclass(frozen=True, slots=True)
class Model:
    """Per comparison and level: m, u among blocked pairs, u among random pairs; and the weight that all pairs start with."""

    comparisons: tuple[Comparison, ...]
    m: tuple[Floats, ...]
    u_blocked: tuple[Floats, ...]
    u_random: tuple[Floats, ...]
    blocked_share: float
    """Of the blocked pairs, those that are one person, as estimated."""
    start: float
    """Natural log of the odds that a pair is one person before anything is compared."""
    profiles: int

    def level_weights(self, comparison: int) -> Floats:
        m, blocked, random = self.m[comparison], self.u_blocked[comparison], self.u_random[comparison]
        weights: Floats = np.log(m) - 0.5 * (np.log(blocked) + np.log(random))
        return weights


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How much more or less than average a shared value says: one column of numbers per comparison and rung."""

    adjustments: dict[tuple[int, int], Floats]
    """(comparison, level) -> for each profile, log(average frequency / frequency of its value)."""


def frequencies(profiles: pa.Table, comparisons: Sequence[Comparison]) -> Frequencies:
    """From the profiles' own values; a value seen once counts as seen twice, for a pair shares it."""
    found = {}
    for number, each in enumerate(comparisons):
        for level, column in each.frequency:
            coded = profiles[column].combine_chunks().dictionary_encode().indices
            codes = pc.fill_null(coded, -1).to_numpy(zero_copy_only=False).astype(np.int64)
            present = codes >= 0
            counts = np.maximum(np.bincount(codes[present]), 2)
            shares = counts / max(int(present.sum()), 1)
            average = float((shares**2).sum())
            adjusted = np.zeros(len(codes))
            adjusted[present] = np.log(average / shares)[codes[present]]
            found[number, level] = adjusted
    return Frequencies(found)


def learn(blocked: Compared, random: Compared, comparisons: Sequence[Comparison], profiles: int) -> Model:
    """The model of one file. Uses no labels and no chance: the same pairs give the same model."""
    patterns, counts = _patterns(blocked.levels)
    random_patterns, random_counts = _patterns(random.levels)
    sizes = [each.levels for each in comparisons]
    u_random = _shares(random_patterns, random_counts.astype(float), sizes)
    model = _first_guess(tuple(comparisons), u_random, profiles)
    for _ in range(2):  # the random pairs hold a few that are one person: the second turn leaves them out
        model = _mixture(model, patterns, counts)
        others = 1 - chances(_sums(model, random_patterns))
        u_random = _shares(random_patterns, random_counts * others, sizes)
        model = Model(model.comparisons, model.m, model.u_blocked, u_random, model.blocked_share, model.start, profiles)
    return model


def pair_weights(model: Model, pairs: Compared, rarity: Frequencies) -> Floats:
    """The weight of each pair, at most STRONGEST either way: above 0 it is rather one person than not."""
    total = parts(model, pairs, rarity).sum(axis=1) + model.start
    return np.asarray(np.clip(total, -STRONGEST, STRONGEST))


def parts(model: Model, pairs: Compared, rarity: Frequencies) -> Floats:
    """For each pair what each comparison adds; 0 where a value is missing."""
    added = np.zeros(pairs.levels.shape)
    for number in range(len(model.comparisons)):
        levels = pairs.levels[:, number]
        present = levels >= 0
        added[present, number] = model.level_weights(number)[levels[present]]
    for (number, level), adjustment in rarity.adjustments.items():
        rows = np.flatnonzero(pairs.levels[:, number] == level)
        added[rows, number] += 0.5 * (adjustment[pairs.left[rows]] + adjustment[pairs.right[rows]])
    return _told_once(added, model.comparisons)


def _told_once(added: Floats, comparisons: Sequence[Comparison]) -> Floats:
    """Fields that say where a person is tell the same thing again: what agrees beside the strongest counts in part."""
    where = [number for number, each in enumerate(comparisons) if each.name in _WHERE]
    if len(where) > 1:
        gains = np.maximum(added[:, where], 0)
        strongest = gains.max(axis=1, keepdims=True)
        rest = np.where(np.arange(len(where)) == gains.argmax(axis=1)[:, None], 0, gains)
        added[:, where] -= rest * (1 - _TOLD_AGAIN) * (strongest > 0)
    return added


def chances(weights: Floats) -> Floats:
    """Weights as shares between 0 and 1 of pairs that are one person, if the model were true."""
    return np.asarray(expit(weights))


def _patterns(levels: npt.NDArray[np.int8]) -> tuple[npt.NDArray[np.int8], Numbers]:
    """The distinct rows and how often each occurs."""
    if not len(levels):
        return levels, np.zeros(0, np.int64)
    base = int(levels.max()) + 2
    codes = (levels.astype(np.int64) + 1) @ (base ** np.arange(levels.shape[1], dtype=np.int64))
    _, first, counts = np.unique(codes, return_index=True, return_counts=True)
    return levels[first], counts.astype(np.int64)


def _shares(patterns: npt.NDArray[np.int8], counts: Floats, sizes: Sequence[int]) -> tuple[Floats, ...]:
    """For each comparison the share of each level among the pairs that have one; never quite 0."""
    shares = []
    for number, size in enumerate(sizes):
        present = patterns[:, number] >= 0
        seen = np.bincount(patterns[present, number], counts[present], size) + 0.5 / size
        shares.append(seen / seen.sum())
    return tuple(shares)


def _first_guess(comparisons: tuple[Comparison, ...], u_random: tuple[Floats, ...], profiles: int) -> Model:
    guessed = []
    for each in comparisons:
        m = np.full(each.levels, 0.3 / max(each.levels - 2, 1))
        m[0], m[-1] = 0.1, 0.6
        guessed.append(m / m.sum())
    start = -float(np.log(max(profiles, 2)))
    return Model(comparisons, tuple(guessed), u_random, u_random, 0.1, start, profiles)


def _mixture(model: Model, patterns: npt.NDArray[np.int8], counts: Numbers) -> Model:
    """EM on the blocked pairs. u among random pairs stays; m, u among blocked pairs and the share move."""
    if not len(counts):
        return model
    sizes = [each.levels for each in model.comparisons]
    guess = _first_guess(model.comparisons, model.u_random, model.profiles)
    by_guess = _sums(guess, patterns)
    thinkable = by_guess > _UNTHINKABLE
    share, m, u = 0.0, model.m, model.u_blocked
    one_person = chances(by_guess)
    for _ in range(_ROUNDS):
        before, share = share, float(np.clip((one_person @ counts) / counts.sum(), 1e-6, 1 - 1e-6))
        m = _with_prior(
            patterns, one_person * counts, sizes, [_PRIOR_PAIRS * model.profiles * each for each in guess.m]
        )
        u = _shares(patterns, (1 - one_person) * counts, sizes)
        if abs(share - before) < _SETTLED:
            break
        ratio = [np.log(one / other) for one, other in zip(m, u, strict=True)]
        one_person = chances(_climbed(patterns, ratio, model.comparisons) + np.log(share / (1 - share))) * thinkable
    everything = max(model.profiles * (model.profiles - 1) / 2, 1.0)
    among_all = min(share * float(counts.sum()) / everything, 0.5)
    start = 0.5 * float(np.log(share / (1 - share)) + np.log(among_all / (1 - among_all)))
    return Model(model.comparisons, m, u, model.u_random, share, start, model.profiles)


def _with_prior(
    patterns: npt.NDArray[np.int8], counts: Floats, sizes: Sequence[int], prior: Sequence[Floats]
) -> tuple[Floats, ...]:
    shares = []
    for number, size in enumerate(sizes):
        present = patterns[:, number] >= 0
        seen = np.bincount(patterns[present, number], counts[present], size) + prior[number]
        seen[0] = min(seen[0], seen[1:].sum() * _MOST_DIFFERENT / (1 - _MOST_DIFFERENT))
        shares.append(seen / seen.sum())
    return tuple(shares)


def _sums(model: Model, patterns: npt.NDArray[np.int8]) -> Floats:
    weights = [model.level_weights(number) for number in range(len(model.comparisons))]
    return _climbed(patterns, weights, model.comparisons) + model.start


def _climbed(patterns: npt.NDArray[np.int8], weights: Sequence[Floats], comparisons: Sequence[Comparison]) -> Floats:
    added = np.zeros(patterns.shape)
    for number, each in enumerate(weights):
        present = patterns[:, number] >= 0
        added[present, number] = each[patterns[present, number]]
    return np.asarray(_told_once(added, comparisons).sum(axis=1))
