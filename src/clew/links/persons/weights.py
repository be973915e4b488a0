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

from clew.links.persons.comparisons import Comparison
from clew.links.persons.engine import Compared

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

STRONGEST = 9.0
"""A pair's weight ends here on both sides: fields depend on each other, so the sum overstates what is known."""

_ROUNDS = 300
_SETTLED = 1e-8
_PRIOR_PAIRS = 10.0
"""Pairs that the first guess of m counts for: enough to steady a file of a few pairs, nothing in a large one."""


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
    return added


def chances(weights: Floats) -> Floats:
    """Weights as shares between 0 and 1 of pairs that are one person, if the model were true."""
    return np.asarray(1 / (1 + np.exp(-weights)))


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
    prior = _first_guess(model.comparisons, model.u_random, 2).m
    share, m, u = model.blocked_share, model.m, model.u_blocked
    one_person = chances(_sums(model, patterns)) if u is model.u_random else None
    for _ in range(_ROUNDS):
        if one_person is None:
            one_person = chances(_log_ratio(patterns, m, u) + np.log(share / (1 - share)))
        before, share = share, float(np.clip((one_person @ counts) / counts.sum(), 1e-6, 1 - 1e-6))
        m = _with_prior(patterns, one_person * counts, sizes, prior)
        u = _shares(patterns, (1 - one_person) * counts, sizes)
        one_person = None
        if abs(share - before) < _SETTLED:
            break
    everything = max(model.profiles * (model.profiles - 1) / 2, 1.0)
    among_all = min(share * float(counts.sum()) / everything, 0.5)
    start = 0.5 * float(np.log(share / (1 - share)) + np.log(among_all / (1 - among_all)))
    return Model(model.comparisons, m, u, model.u_random, share, start, model.profiles)


def _with_prior(
    patterns: npt.NDArray[np.int8], counts: Floats, sizes: Sequence[int], prior: tuple[Floats, ...]
) -> tuple[Floats, ...]:
    shares = []
    for number, size in enumerate(sizes):
        present = patterns[:, number] >= 0
        seen = np.bincount(patterns[present, number], counts[present], size) + _PRIOR_PAIRS * prior[number]
        shares.append(seen / seen.sum())
    return tuple(shares)


def _sums(model: Model, patterns: npt.NDArray[np.int8]) -> Floats:
    total = np.full(len(patterns), model.start)
    for number in range(len(model.comparisons)):
        present = patterns[:, number] >= 0
        total[present] += model.level_weights(number)[patterns[present, number]]
    return total


def _log_ratio(patterns: npt.NDArray[np.int8], m: Sequence[Floats], u: Sequence[Floats]) -> Floats:
    total = np.zeros(len(patterns))
    for number in range(patterns.shape[1]):
        present = patterns[:, number] >= 0
        total[present] += np.log(m[number] / u[number])[patterns[present, number]]
    return total
