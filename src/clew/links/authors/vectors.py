"""Marks of texts as vectors that can be compared: weights by how rare a feature is among different texts, and short dense rows.

The dense rows hold the strongest directions of a sample and the habits' rates. They only
propose neighbours and say how crowded a place is; pairs are compared on the features themselves (`pairs`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from scipy.special import gammaln

from clew.links.authors import habits
from clew.links.authors.reading import FAMILIES, FAMILY_BITS, PHRASES, SURFACE, Marks
from clew.links.compiled import compiled

SAMPLE = 4000
DIMENSIONS = 96
_SURFACE_COUNTS = 1.4
"""How much more the surface counts than wording or joining words among the dense rows."""
_ONE_TEXT = 0.25
"""How much occasions within one text depend on each other: n of them count as n / (1 + 0.25 (n - 1))."""

Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Texts ready to be compared. Rows of `weights` have length one in each family; `prior` is a Beta for each habit."""

    ids: npt.NDArray[np.uint32]
    weights: Floats
    starts: Numbers
    done: Reals
    chances: Reals
    alone: Reals
    prior: Reals
    words: Numbers
    dense: Floats

    def __len__(self) -> int:
        return len(self.words)


def vectors(marks: Marks) -> Vectors:
    """Weights from these texts themselves: give each template once, or its copies make common what is one hand's own."""
    frequency = np.bincount(marks.ids, minlength=FAMILIES << FAMILY_BITS)
    rarity = np.log((len(marks) + 1) / (frequency + 1.0)).astype(np.float32)
    rarity[PHRASES << FAMILY_BITS :] = 1.0
    weights = (1 + np.log(marks.times)) * rarity[marks.ids]
    _level(marks.ids, weights, marks.starts)
    done, chances = habit_counts(marks)
    prior = _priors(done, chances)
    alone = log_beta(prior[:, 0] + done, prior[:, 1] + chances - done)
    dense = _dense(marks, weights, done, chances, prior, frequency)
    return Vectors(marks.ids, weights, marks.starts, done, chances, alone, prior, marks.words, dense)


def habit_counts(marks: Marks) -> tuple[Reals, Reals]:
    """How often each habit was kept and could have been, with occasions of one text counted as partly the same."""
    shrink = 1.0 / (1.0 + _ONE_TEXT * np.maximum(marks.chances.astype(np.float64) - 1, 0))
    return marks.done * shrink, marks.chances * shrink


def log_beta(a: Reals, b: Reals) -> Reals:
    """The logarithm of the Beta function."""
    result: Reals = gammaln(a) + gammaln(b) - gammaln(a + b)
    return result


def _priors(done: Reals, chances: Reals) -> Reals:
    """The Beta distribution of each habit's rate over texts, by moments; wide where hardly anything was seen."""
    prior = np.empty((habits.COUNT, 2))
    for habit in range(habits.COUNT):
        seen = chances[:, habit] > 0
        total = chances[seen, habit].sum()
        mean = (done[seen, habit].sum() + 0.5) / (total + 2.0)
        enough = chances[:, habit] > 1.5
        spread = 1.5
        if enough.sum() > 30:
            rates = done[enough, habit] / chances[enough, habit]
            noise = (mean * (1 - mean) / chances[enough, habit]).mean()
            between = max(float(rates.var()) - noise, 1e-4)
            spread = float(np.clip(mean * (1 - mean) / between - 1, 0.4, 20.0))
        prior[habit] = np.maximum(mean * spread, 0.02), np.maximum((1 - mean) * spread, 0.02)
    return prior


def _dense(
    marks: Marks, weights: Floats, done: Reals, chances: Reals, prior: Reals, frequency: npt.NDArray[np.int64]
) -> Floats:
    """Rows of length one: directions of the features beside rates of habits."""
    usual = prior[:, 0] / prior.sum(1)
    rates = (done + 4 * usual) / (chances + 4)
    turned = np.log(rates / (1 - rates)) - np.log(usual / (1 - usual))
    if len(marks) == 0:
        return np.zeros((0, 1), np.float32)
    turned /= turned.std(0) + 1e-6
    turned /= np.linalg.norm(turned, axis=1, keepdims=True) + 1e-9
    if len(marks) < 3:
        few: Floats = turned.astype(np.float32)
        return few
    rows = np.hstack([_directions(marks, weights, frequency) * np.float32(2.0), turned]).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9
    return np.ascontiguousarray(rows, dtype=np.float32)


def _directions(marks: Marks, weights: Floats, frequency: npt.NDArray[np.int64]) -> Floats:
    family = marks.ids >> FAMILY_BITS
    kept = (frequency[marks.ids] > 2) & (family != PHRASES)
    scaled = np.where(family == SURFACE, weights * np.float32(_SURFACE_COUNTS), weights)[kept]
    starts = np.concatenate([[0], np.cumsum(kept)])[marks.starts]
    used, columns = np.unique(marks.ids[kept], return_inverse=True)
    if len(used) == 0:
        return np.zeros((len(marks), 1), np.float32)
    table = sparse.csr_matrix((scaled, columns.astype(np.int32), starts), shape=(len(marks), len(used)))
    picked = table[np.arange(SAMPLE) * len(marks) // SAMPLE] if len(marks) > SAMPLE else table
    basis = _strongest(picked, min(DIMENSIONS, picked.shape[0]))
    rows: Floats = np.asarray(table @ basis, np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + np.float32(1e-9)
    return rows


def _strongest(picked: sparse.csr_matrix, count: int) -> Floats:
    """The `count` strongest directions of the rows, by subspace iteration from a fixed start (Halko et al. 2011)."""
    start = np.random.default_rng(20).standard_normal((picked.shape[0], count)).astype(np.float32)
    span = _upright(start)
    across = picked.T.tocsr()
    for _ in range(4):
        span = _upright(np.asarray(picked @ (across @ span), np.float32))
    basis: Floats = np.asarray(across @ span, np.float32)
    turns = np.linalg.eigh((basis.T @ basis).astype(np.float64))[1].astype(np.float32)
    basis = basis @ turns
    basis /= np.linalg.norm(basis, axis=0) + np.float32(1e-6)
    return basis


def _upright(rows: Floats) -> Floats:
    """The same columns made orthogonal, by way of their small table of products."""
    values, turns = np.linalg.eigh((rows.T @ rows).astype(np.float64))
    upright: Floats = rows @ (turns / np.sqrt(np.maximum(values, max(float(values[-1]), 1e-9) * 1e-9))).astype(
        np.float32
    )
    return upright


@compiled
def _level(ids: npt.NDArray[np.uint32], weights: Floats, starts: Numbers) -> None:
    """Gives each family of each text the length one, in place."""
    total = np.zeros(FAMILIES, np.float64)
    for row in range(len(starts) - 1):
        total[:] = 0
        for at in range(starts[row], starts[row + 1]):
            total[ids[at] >> FAMILY_BITS] += weights[at] * weights[at]
        for at in range(starts[row], starts[row + 1]):
            weights[at] /= max(np.sqrt(total[ids[at] >> FAMILY_BITS]), 1e-9)
