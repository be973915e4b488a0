"""Combines weak labels: how far each labelling function can be trusted is learnt from how they agree.

A latent class model (Dawid and Skene, 1979; data programming, Ratner et al., 2016): each network has one class that
nobody sees, and each function speaks with a chance of its own in each class. EM finds the chances without any label. What
each function claims enters as a prior, so that a class keeps its meaning. Functions that only repeat each other count
together about once. The result is points, never called a probability: functions are never independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.leads.classing.classes import CLASSES
from clew.leads.classing.columns import Floats
from clew.leads.classing.labelling import Labelling

ROUNDS = 200
CLAIMED, ELSEWHERE = (5.0, 5.0), (1.0, 19.0)
"""Beta priors of the chance that a function speaks: in the class it names, and in the others."""
EACH_CLASS = 2.0
"""Dirichlet prior of the share of each class, in networks."""
_STILL = 1e-7


@dataclass(frozen=True, slots=True)
class LabelModel:
    """What EM found. `speaks` is functions x classes; `shares` the share of each class; `weights` one a function."""

    functions: tuple[Labelling, ...]
    speaks: Floats
    shares: Floats
    weights: Floats
    rounds: int

    @classmethod
    def fit(cls, spoken: npt.NDArray[np.bool_], functions: tuple[Labelling, ...]) -> LabelModel:
        """Learns from the votes of all networks (networks x functions). Networks of which nobody speaks teach nothing."""
        heard = spoken[spoken.any(axis=1)].astype(np.float64)
        patterns, times = np.unique(heard, axis=0, return_counts=True) if len(heard) else (heard, np.zeros(0, np.int64))
        high, low = _priors(functions)
        speaks, shares = high / (high + low), np.full(len(CLASSES), 1 / len(CLASSES))
        weights, rounds = _weights(patterns, times, functions), 0
        while rounds < ROUNDS:
            rounds += 1
            mass = _posterior(patterns, speaks, shares, weights) * times[:, None]
            before = speaks
            speaks = (patterns.T @ mass + high - 1) / (mass.sum(axis=0) + high + low - 2)
            speaks = np.clip(speaks, 1e-3, 1 - 1e-3)
            shares = (mass.sum(axis=0) + EACH_CLASS) / (times.sum() + EACH_CLASS * len(CLASSES))
            if np.abs(speaks - before).max(initial=0.0) < _STILL:
                break
        return cls(functions, speaks, shares, weights, rounds)

    def points(self, spoken: npt.NDArray[np.bool_]) -> Floats:
        """Networks x classes, adding up to 1; where nobody speaks, evenly spread: nothing is known."""
        found = _posterior(spoken.astype(np.float64), self.speaks, self.shares, self.weights)
        found[~spoken.any(axis=1)] = 1 / len(CLASSES)
        return found


def _priors(functions: tuple[Labelling, ...]) -> tuple[Floats, Floats]:
    claimed = np.array([[function.says is each for each in CLASSES] for function in functions], np.bool_)
    claimed = claimed.reshape(len(functions), len(CLASSES))
    return np.where(claimed, CLAIMED[0], ELSEWHERE[0]), np.where(claimed, CLAIMED[1], ELSEWHERE[1])


def _weights(patterns: Floats, times: npt.NDArray[np.int64], functions: tuple[Labelling, ...]) -> Floats:
    """1 for a function of its own, less for those of one class that speak together: one over their summed overlap."""
    if not len(patterns) or not functions:
        return np.ones(len(functions))
    both = patterns.T @ (patterns * times[:, None])
    each = np.diag(both)
    overlap = both / np.maximum(each[:, None] + each[None, :] - both, 1)  # Jaccard
    same = np.array([[a.says is b.says for b in functions] for a in functions])
    np.fill_diagonal(overlap, 1.0)
    return np.asarray(1 / np.where(same, overlap, 0).sum(axis=1), np.float64)


def _posterior(patterns: Floats, speaks: Floats, shares: Floats, weights: Floats) -> Floats:
    """Rows x classes, adding up to 1."""
    yes, no = np.log(speaks) * weights[:, None], np.log1p(-speaks) * weights[:, None]
    scores = patterns @ yes + (1 - patterns) @ no + np.log(shares)
    scores -= scores.max(axis=1, keepdims=True, initial=-np.inf) if len(scores) else 0.0
    raised = np.exp(scores)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)
