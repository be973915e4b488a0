"""The field's own metrics, on plain arrays. Each answers None where it is not defined, never 0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from clew.leads.intervals import Share

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def auc(scores: Floats, truth: Bools) -> float | None:
    """The chance that a true one ranks before a false one; ties count half (Mann and Whitney, 1947).

    >>> auc(np.array([0.9, 0.8, 0.3]), np.array([True, False, False]))
    1.0
    """
    positive, negative = int(truth.sum()), int((~truth).sum())
    if not positive or not negative:
        return None
    return float((rankdata(scores)[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def f1(said: Bools, truth: Bools) -> float | None:
    """Harmonic mean of precision and recall. None where neither says nor is anything true."""
    both = int((said & truth).sum())
    return 2 * both / (int(said.sum()) + int(truth.sum())) if said.any() or truth.any() else None


def macro_f1(said: Ints, truth: Ints) -> float | None:
    """The mean F1 of the classes that occur in the truth."""
    classes = np.unique(truth)
    found = [f1(said == k, truth == k) for k in classes.tolist()]
    return float(np.mean([each or 0.0 for each in found])) if found else None


def weighted_accuracy(said: Bools, truth: Bools) -> float | None:
    """The mean of the two recalls (Tong et al., 2017)."""
    if not truth.any() or truth.all():
        return None
    return float((said[truth].mean() + (~said[~truth]).mean()) / 2)


def mean_absolute_error(said: Floats, truth: Floats) -> float | None:
    return float(np.abs(said - truth).mean()) if len(truth) else None


def macro_mean_absolute_error(said: Floats, truth: Floats) -> float | None:
    """The mean over the labels of their own mean absolute error: rare labels count as much as common ones."""
    return float(np.mean([np.abs(said[truth == k] - k).mean() for k in np.unique(truth)])) if len(truth) else None


def precision_at_coverage(scores: Floats, truth: Bools, coverage: float) -> Share:
    """How many of the best-ranked `coverage` of all are true."""
    size = max(1, round(coverage * len(truth))) if len(truth) else 0
    best = np.argsort(-scores, kind="stable")[:size]
    return Share(int(truth[best].sum()), size)


def recall_at_precision(scores: Floats, truth: Bools, precision: float) -> float | None:
    """The greatest recall at which the precision is at least this; 0 where no cut reaches it."""
    if not truth.any():
        return None
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(truth[order])
    at = np.arange(1, len(order) + 1)
    ends = np.append(scores[order][1:] != scores[order][:-1], True)  # a cut cannot part equal scores
    reached = ends & (right / at >= precision)
    return float(right[reached].max() / truth.sum()) if reached.any() else 0.0


def average_precision(scores: Floats, truth: Bools) -> float | None:
    """The mean precision at the rank of every true one."""
    if not truth.any():
        return None
    right = truth[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())


def best_cut(scores: Floats, truth: Bools) -> float:
    """The score from which F1 is greatest on these answers; to be used on others."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(truth[order])
    quality = 2 * right / (np.arange(1, len(order) + 1) + max(int(truth.sum()), 1))
    return float(scores[order][int(quality.argmax())]) if len(order) else 0.0
