"""What a noisy count most likely was: empirical Bayes among the counts that were expected alike.

Places are sorted into classes by what coarser counts lead one to expect of them. In each class the distribution of true
counts is learnt from the noisy ones themselves (nonparametric maximum likelihood on a grid, by EM; Kiefer and Wolfowitz
1956, Efron 2014), as the noise is known exactly. Reads noisy counts only: it spends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clew.publish.synthesis.cells import Floats

FEW = 5
"""Counts below are hardly told from none."""
_STEPS = 60
_SMALL = 200
"""A class of fewer places is joined with its neighbour."""
_RATIO = 1.5
"""Classes are this wide in what was expected."""


@dataclass(frozen=True, slots=True)
class Denoised:
    """For each place: the mean and the median of what the count may have been, and the probability that it was a `FEW`."""

    mean: Floats
    median: Floats
    few: Floats


def denoised(noisy: Floats, expected: Floats, sigmas: Floats) -> Denoised:
    """The posterior of counts given their noisy values, the standard deviations of the noise and what was expected."""
    mean, median, few = noisy.clip(0).copy(), noisy.clip(0).copy(), np.zeros(len(noisy))
    for sigma in np.unique(sigmas):
        mine = np.flatnonzero(sigmas == sigma)
        order = mine[np.argsort(expected[mine], kind="stable")]
        for members in _classes(expected, order):
            near = members[noisy[members] < 12 * sigma + 60]
            if len(near):
                mean[near], median[near], few[near] = _posterior(noisy[near], float(sigma))
    return Denoised(mean, median, few)


def _classes(
    expected: Floats, order: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    levels = np.floor(np.log(np.maximum(expected[order], 1e-3)) / np.log(_RATIO))
    cuts = np.flatnonzero(np.diff(levels)) + 1
    classes: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    for part in np.split(order, cuts):
        if classes and min(len(part), len(classes[-1])) < _SMALL:
            classes[-1] = np.concatenate([classes[-1], part])
        else:
            classes.append(part)
    return classes


def _posterior(noisy: Floats, sigma: float) -> tuple[Floats, Floats, Floats]:
    width = max(sigma / 8, 0.125)
    bins = np.round(noisy / width).astype(np.int64)
    values, place, counts = np.unique(bins, return_inverse=True, return_counts=True)
    top = max(float(noisy.max()), 1.0) + sigma
    grid = np.unique(np.concatenate([[0.0, 1, 2, 3, 5], np.geomspace(6, max(top, 7.0), 48)]))
    likelihood = np.exp(-(((values[:, None] * width - grid) / sigma) ** 2) / 2) + 1e-300
    share = np.full(len(grid), 1 / len(grid))
    for _ in range(_STEPS):
        joint = likelihood * share
        joint /= joint.sum(1, keepdims=True)
        share = (joint * counts[:, None]).sum(0) / counts.sum()
    joint = likelihood * share
    joint /= joint.sum(1, keepdims=True)
    median = grid[np.minimum((joint.cumsum(1) < 0.5).sum(1), len(grid) - 1)]
    return (joint @ grid)[place], median[place], joint[:, grid < FEW].sum(1)[place]
