"""Where to stop joining, chosen without the truth: what the model itself expects to be right and to be missed.

At each cut the pairs inside groups are counted, and how many of them the model expects to be one person; beside them
stand all pairs it expects. Expected precision, recall and their F1 follow. What two groups share counts more than what two
rows share: the odds before anything is compared enter once a join, not once a pair, and the evidence grows with the
fourth root of the pairs, slowly, because records of one person repeat each other. These are the model's own opinion, not a
measurement; they are shown so that a person can choose another cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from clew.links.persons.grouping import Joins

Floats = npt.NDArray[np.float64]

LOWEST = -1.5
"""Natural log of odds. Below it nothing is joined, whatever the expectation says."""
CUTS: Floats = np.arange(LOWEST, 6.01, 0.25)


@dataclass(frozen=True, slots=True)
class Threshold:
    """One cut (natural log of odds, mean over the pairs between two groups) and what is expected of it."""

    cut: float
    precision: float
    recall: float
    f1: float
    pairs: float


_REPEATING = 0.25


def chance_of_join(mean: Floats, pairs: Floats, start: float) -> Floats:
    """The chance that two groups are one person, from the mean weight of the pairs between them and their number.

    `start` is the weight of a pair before anything is compared. One pair has the chance that its own weight says.
    """
    return np.asarray(expit(start + np.maximum(pairs, 1) ** _REPEATING * (mean - start)))


def thresholds(
    tree: Joins, *, start: float, expected: float, same_rows: tuple[float, float] = (0.0, 0.0)
) -> list[Threshold]:
    """One row a cut, lowest first. `expected` are all pairs that the model expects by themselves; `same_rows` pairs of identical rows
    and how many of them are expected to be one person: they are joined at every cut.
    """
    rows = []
    ends = np.searchsorted(-tree.height, -CUTS, side="right")
    pairs = np.concatenate([[0.0], np.cumsum(tree.pairs)])[ends] + same_rows[0]
    matches = tree.pairs * chance_of_join(tree.height, tree.pairs, start)
    expected += float(matches.sum() - tree.matches.sum())
    right = np.concatenate([[0.0], np.cumsum(matches)])[ends] + same_rows[1]
    for cut, inside, matching in zip(CUTS, pairs, right, strict=True):
        precision = float(matching / inside) if inside else 1.0
        recall = float(min(matching / expected, 1.0)) if expected else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        rows.append(Threshold(float(cut), precision, recall, f1, float(inside)))
    return rows


def choose(rows: list[Threshold]) -> float:
    """The cut with the highest expected F1; of equals the highest cut, which joins least."""
    best = max(rows, key=lambda row: (round(row.f1, 6), row.cut))
    return best.cut
