"""Chooses a log-linear model, and says how: among all, downhill, or step by step."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.insight.population.fitting import Candidates, Fit, fit, means
from clew.insight.population.models import Model, all_models, independent, neighbours

Chooser = Callable[[NDArray[Any]], Fit]
"""Chooses and fits a model for counts by history."""


class Search(StrEnum):
    """How a model is searched for.

    `all`: the lowest criterion of all hierarchical models. `downhill`: from independence, the best model with one
    term more or fewer, until none is better. `stepwise`: from independence, the pair of lists with the smallest
    p-value, until none is below the threshold (Chan, Silverman and Vincent 2021).
    """

    ALL = "all"
    DOWNHILL = "downhill"
    STEPWISE = "stepwise"


def ranked_models(counts: NDArray[Any], lists: int, order: int | None, most: int) -> list[Fit]:
    """The best `most` of all models by the criterion; those that cannot be fitted soundly are not among them."""
    return Candidates(list(all_models(lists, order))).ranked(counts, most)


def downhill(counts: NDArray[Any], lists: int, order: int | None = None) -> Fit:
    """Walks down from independence; an unsound start counts as infinitely high."""
    best = fit(counts, independent(lists))
    while True:
        around = Candidates(neighbours(best.model, lists, order)).best(counts)
        if not around.bic < best.bic - 1e-9:
            return best
        best = around


def stepwise(counts: NDArray[Any], lists: int, threshold: float = 0.02) -> Fit:
    """Adds pairs of lists by their p-values. Pairs that would make the fit unsound are passed over."""
    best = fit(counts, independent(lists))
    pairs = [(1 << a) | (1 << b) for a in range(lists) for b in range(a)]
    while True:
        judged = [
            (chance, found)
            for pair in pairs
            if pair not in best.model and (found := fit(counts, (*best.model, pair))).check == 0
            for chance in [_chance(counts, best.model, pair)]
        ]
        if not judged or (least := min(judged, key=lambda each: each[0]))[0] >= threshold:
            return best
        best = least[1]


def _chance(counts: NDArray[Any], model: Model, pair: int) -> float:
    """The one-sided Poisson p-value of how many are on both lists, by what the model without the pair expects."""
    from scipy.stats import poisson

    cells = np.arange(1, len(counts))
    both = (cells & pair) == pair
    seen, expected = counts[1:][both].sum(), means(counts, model)[both].sum()
    return float(min(poisson.cdf(seen, expected), poisson.sf(seen - 1, expected)))


def chooser(
    search: Search, lists: int, order: int | None, threshold: float, among: list[Model] | None = None
) -> Chooser:
    """The search as one function of counts; `among` narrows `all` to these models, as a bootstrap does."""
    if search is Search.DOWNHILL:
        return partial(downhill, lists=lists, order=order)
    if search is Search.STEPWISE:
        return partial(stepwise, lists=lists, threshold=threshold)
    return Candidates(among if among is not None else list(all_models(lists, order))).best
