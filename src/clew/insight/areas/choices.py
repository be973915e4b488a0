"""The choices behind a composite index, each made many ways: OECD and JRC, Handbook on Constructing Composite Indicators, 2008.

Every function works on all areas at once; `turned` holds indicators by column, each with more meaning more risk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Normaliser = Callable[[NDArray[Any]], NDArray[Any]]


def by_z(turned: NDArray[Any]) -> NDArray[Any]:
    """Standard deviations from the mean, cut at three so that one odd area does not stretch the scale, onto 0 to 1."""
    spread = turned.std(axis=0)
    return np.asarray((np.clip((turned - turned.mean(axis=0)) / np.where(spread > 0, spread, 1), -3, 3) + 3) / 6)


def by_range(turned: NDArray[Any]) -> NDArray[Any]:
    """From the least to the most, onto 0 to 1."""
    low, high = turned.min(axis=0), turned.max(axis=0)
    return np.asarray((turned - low) / np.where(high > low, high - low, 1))


def by_rank(turned: NDArray[Any]) -> NDArray[Any]:
    """The share of areas that are lower, ties in the middle."""
    from scipy.stats import rankdata

    return np.asarray((rankdata(turned, axis=0) - 0.5) / len(turned))


NORMALISERS: dict[str, Normaliser] = {"range": by_range, "z": by_z, "rank": by_rank}


def by_sum(normal: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
    """The weighted mean: much of one makes up for little of another."""
    return np.asarray(normal @ weights)


def by_product(normal: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
    """The weighted geometric mean: being high in everything counts more than being very high in one."""
    return np.asarray(np.exp(np.log(0.01 + 0.99 * normal) @ weights))


AGGREGATORS = {"sum": by_sum, "product": by_product}


def first_component(normal: NDArray[Any]) -> NDArray[Any]:
    """Weights from the first principal component; indicators that run against the others get none."""
    centred = normal - normal.mean(axis=0)
    spread = centred.std(axis=0)
    _, _, right = np.linalg.svd(centred / np.where(spread > 0, spread, 1), full_matrices=False)
    loading = right[0] * np.sign(right[0].sum() or 1)
    return _shares(np.clip(loading, 0, None) ** 2)


def learnt(normal: NDArray[Any], rate: NDArray[Any]) -> NDArray[Any]:
    """Weights, none below zero, by which the indicators best follow a rate of reports (non-negative least squares)."""
    from scipy.optimize import nnls

    target = (rate - rate.mean()) / (rate.std() or 1)
    centred = normal - normal.mean(axis=0)
    ridge = np.sqrt(0.05 * len(normal)) * np.eye(normal.shape[1]) * centred.std(axis=0).mean()
    found, _ = nnls(np.vstack([centred, ridge]), np.r_[target, np.zeros(normal.shape[1])])
    return _shares(found)


def _shares(weights: NDArray[Any]) -> NDArray[Any]:
    total = weights.sum()
    return np.asarray(weights / total if total > 0 else np.full(len(weights), 1 / len(weights)))


def filled(turned: NDArray[Any], generator: np.random.Generator | None) -> NDArray[Any]:
    """Missing values filled: the median, or with a generator a draw.

    A draw is what a ridge regression on the other indicators expects (itself fitted on areas drawn again), with a
    residual of an area where the value is recorded. It is used for ranks only and is written nowhere.
    """
    missing = np.isnan(turned)
    medians = np.nanmedian(turned, axis=0)
    whole = np.where(missing, medians, turned)
    if generator is None or not missing.any():
        return np.asarray(whole)
    spread = whole.std(axis=0)
    scaled = (whole - whole.mean(axis=0)) / np.where(spread > 0, spread, 1)
    out = whole.copy()
    for column in np.flatnonzero(missing.any(axis=0)):
        rows = np.flatnonzero(~missing[:, column])
        others = np.delete(scaled, column, axis=1)
        drawn = generator.choice(rows, len(rows))
        beta = _ridge(others[drawn], turned[drawn, column])
        expected = np.column_stack([np.ones(len(others)), others]) @ beta
        off = turned[rows, column] - expected[rows]
        gaps = np.flatnonzero(missing[:, column])
        value = expected[gaps] + generator.choice(off, len(gaps))
        out[gaps, column] = np.clip(value, turned[rows, column].min(), turned[rows, column].max())
    return np.asarray(out)


def _ridge(features: NDArray[Any], target: NDArray[Any]) -> NDArray[Any]:
    full = np.column_stack([np.ones(len(features)), features])
    penalty = np.eye(full.shape[1])
    penalty[0, 0] = 0
    return np.asarray(np.linalg.solve(full.T @ full + penalty, full.T @ target))


def onto_points(score: NDArray[Any]) -> NDArray[Any]:
    """The score from 0 (the lowest area) to 1 (the highest)."""
    low, high = score.min(), score.max()
    return np.asarray((score - low) / (high - low) if high > low else np.full(len(score), 0.5))
