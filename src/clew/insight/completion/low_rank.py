"""Low-rank completion for categories: a mixture in which every class has its own shares of every column.

The Dirichlet process mixture of products of multinomials of Dunson and Xing (JASA 2009), used for multiple imputation by Si and Reiter
(J. Educ. Behav. Stat. 2013): a non-negative low-rank factorisation of the joint table, whose rank the data choose. Gibbs
sampling over all rows at once; each completion is a draw from the posterior.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.insight.completion.coded import Coded

_CLASSES = 30
"""The most classes; those that no row needs stay empty."""
_WARM_UP, _BETWEEN = 100, 10
"""Sweeps before the first draw, and from one draw to the next."""
_FIT_ROWS = 20_000
"""The sweeps run on at most so many rows, drawn by chance; the others are completed from what those teach."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """One draw of the model: log chances of the classes, and of every value in each class (classes by values)."""

    classes: NDArray[Any]
    values: NDArray[Any]

    def memberships(self, hot: NDArray[Any]) -> NDArray[Any]:
        """Chances of each class by row, from what is recorded of the row alone."""
        score = hot @ self.values.T + self.classes
        score -= score.max(axis=1, keepdims=True)
        np.exp(score, out=score)
        return np.asarray(score / score.sum(axis=1, keepdims=True))

    def likelihood(self, hot: NDArray[Any]) -> NDArray[Any]:
        """Log chance of what is recorded, by row."""
        score = hot @ self.values.T + self.classes
        top = score.max(axis=1)
        return np.asarray(top + np.log(np.exp(score - top[:, None]).sum(axis=1)))


def low_rank(table: Coded, draws: int, seed: int) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """For each draw the completed codes, and the chances (rows by values) from which the missing cells were drawn."""
    generator = np.random.default_rng(seed)
    every = table.one_hot(table.codes)
    for mixture in mixtures(table, draws, generator):
        yield _completed(table, every, mixture, generator)


def mixtures(table: Coded, draws: int, generator: np.random.Generator) -> Iterator[Mixture]:
    """Draws of the model itself, taught by the recorded cells."""
    rows = np.arange(len(table.codes))
    if len(rows) > _FIT_ROWS:
        rows = generator.choice(rows, _FIT_ROWS, replace=False)
    state = _State(table, table.one_hot(table.codes[rows]), generator)
    for draw in range(draws):
        for _ in range(_WARM_UP if draw == 0 else _BETWEEN):
            state.sweep()
        yield state.mixture


class _State:
    """Where the sampler stands."""

    def __init__(self, table: Coded, hot: NDArray[Any], generator: np.random.Generator) -> None:
        self.table, self.hot, self.generator = table, hot, generator
        shares = hot.sum(axis=0) + 1.0
        self._prior = np.concatenate([part / part.sum() for part in np.split(shares, table.starts[1:-1])])
        self.concentration = 1.0
        by_chance = generator.multinomial(1, np.full(_CLASSES, 1 / _CLASSES), len(hot)).T
        self.mixture = Mixture(np.full(_CLASSES, -np.log(_CLASSES)), self._drawn_values(by_chance @ hot))

    def sweep(self) -> None:
        """Draws the class of every row, then the chances of classes and values, then the concentration."""
        member = _draw(self.mixture.memberships(self.hot), self.generator)
        counts = np.bincount(member, minlength=_CLASSES)
        totals = np.zeros((_CLASSES, self.hot.shape[1]))
        order = np.argsort(member, kind="stable")
        present = np.flatnonzero(counts)
        bounds = np.r_[0, counts[present].cumsum()[:-1]]
        totals[present] = np.add.reduceat(self.hot[order], bounds, axis=0)
        self.mixture = Mixture(self._drawn_classes(counts), self._drawn_values(totals))

    def _drawn_values(self, totals: NDArray[Any]) -> NDArray[Any]:
        """Log chances of values by class, drawn from Dirichlet distributions around the shares of the whole."""
        drawn = self.generator.standard_gamma(totals + self._prior + 1e-9) + 1e-12
        starts = self.table.starts
        wholes = np.add.reduceat(drawn, starts[:-1], axis=1)
        return np.asarray(np.log(drawn / np.repeat(wholes, np.diff(starts), axis=1)))

    def _drawn_classes(self, counts: NDArray[Any]) -> NDArray[Any]:
        """Broken sticks (Ishwaran and James 2001), and how long they are."""
        after = counts[::-1].cumsum()[::-1] - counts
        broken = np.clip(self.generator.beta(1 + counts[:-1], self.concentration + after[:-1]), 1e-9, 1 - 1e-9)
        left = np.r_[0, np.log1p(-broken).cumsum()]
        self.concentration = self.generator.gamma(0.25 + _CLASSES - 1, 1 / (0.25 - left[-1]))
        return np.asarray(np.r_[np.log(broken), 0] + left)


def _draw(chances: NDArray[Any], generator: np.random.Generator) -> NDArray[Any]:
    """One column by row, by the row's chances."""
    drawn = (chances.cumsum(axis=1) < generator.random((len(chances), 1))).sum(axis=1)
    return np.asarray(np.minimum(drawn, chances.shape[1] - 1))


def _completed(
    table: Coded, hot: NDArray[Any], mixture: Mixture, generator: np.random.Generator
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Missing cells drawn given a drawn class by row; chances are averaged over the classes."""
    membership = mixture.memberships(hot)
    member = _draw(membership, generator)
    chances = membership @ np.exp(mixture.values)
    codes = table.codes.copy()
    for column, (first, last) in enumerate(zip(table.starts[:-1], table.starts[1:], strict=True)):
        rows = np.flatnonzero(codes[:, column] < 0)
        codes[rows, column] = _draw(np.exp(mixture.values[member[rows], first:last]), generator)
        recorded = table.codes[:, column] >= 0
        chances[recorded, first:last] = 0
    return codes, chances
