"""What speaks for and against one hand behind a pair of texts, as numbers, and the points that a linear verifier gives them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clew.links.authors import habits
from clew.links.authors.reading import FAMILIES, FAMILY_BITS, PHRASES
from clew.links.authors.vectors import Vectors
from clew.links.compiled import compiled, in_threads, parts_of

EVIDENCE = (
    "wording", "joining", "surface", "punctuation", "layout", "letters", "numbers", "emoji", "word_habits",
    "phrases", "length", "nearness", "crowding", "surface_x_length", "wording_x_length", "rows",
)  # fmt: skip
COUNT = len(EVIDENCE)
HABIT_GROUPS = slice(3, 9)
_GROUP = np.array([habits.GROUPS.index(habit.group) for habit in habits.HABITS], np.int64)
FEW = 1_000
"""Texts below which nearness counts no more than the likeness of surfaces."""
LEAST_ROWS = 1_000
"""The smallest file that the weights were fitted on; a smaller one is weighed as if it had so many texts."""
_MOST = 6.0
"""One group of habits counts at most this much, in natural logarithms of odds."""

Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Texts = tuple[npt.NDArray[np.uint32], Floats, Numbers, Reals, Reals, Reals, Reals, Numbers, Floats, Floats]


def columns(texts: Vectors, crowded: Floats) -> Texts:
    """The arrays that kernels take."""
    return (
        texts.ids, texts.weights, texts.starts, texts.done, texts.chances, texts.alone, texts.prior, texts.words,
        texts.dense, crowded,
    )  # fmt: skip


def evidence(texts: Vectors, crowded: Floats, left: Numbers, right: Numbers) -> Reals:
    """One row a pair, one column an entry of `EVIDENCE`."""
    out = np.empty((len(left), COUNT))
    jobs = [
        (columns(texts, crowded), left[low:high], right[low:high], out[low:high])
        for low, high in parts_of(len(left), 1 << 15)
    ]
    list(in_threads(_evidence, jobs))
    return out


def habit_points(texts: Vectors, left: int, right: int) -> Reals:
    """For each habit, how much the two texts' rates speak for one hand (natural logarithm of a Bayes factor)."""
    out = np.empty(habits.COUNT)
    for habit in range(habits.COUNT):
        out[habit] = _habit(texts.done, texts.chances, texts.alone, texts.prior, left, right, habit)
    return out


@compiled
def _evidence(texts: Texts, left: Numbers, right: Numbers, out: Reals) -> None:
    for pair in range(len(left)):
        weigh(texts, left[pair], right[pair], out[pair])


@compiled
def weigh(texts: Texts, left: int, right: int, out: Reals) -> None:
    """Fills one row of evidence."""
    ids, weights, starts, done, chances, alone, prior, words, dense, crowded = texts
    total = np.zeros(FAMILIES, np.float64)
    one, other = starts[left], starts[right]
    one_end, other_end = starts[left + 1], starts[right + 1]
    while one < one_end and other < other_end:
        if ids[one] < ids[other]:
            one += 1
        elif ids[one] > ids[other]:
            other += 1
        else:
            total[ids[one] >> FAMILY_BITS] += weights[one] * weights[other]
            one += 1
            other += 1
    out[:] = 0.0
    out[0] = total[0]
    out[1] = total[1]
    out[2] = total[2]
    for habit in range(done.shape[1]):
        if chances[left, habit] > 0 and chances[right, habit] > 0:
            out[3 + _GROUP[habit]] += _habit(done, chances, alone, prior, left, right, habit)
    for group in range(3, 9):
        out[group] = min(max(out[group], -_MOST), _MOST)
    near = 0.0
    for place in range(dense.shape[1]):
        near += dense[left, place] * dense[right, place]
    if len(words) < FEW:  # the directions of a few texts are those texts: everything is near everything
        near = min(near, total[2])
    length = math.log(1.0 + min(words[left], words[right], 200)) - 3.5
    out[9] = total[PHRASES]
    out[10] = length
    out[11] = near
    out[12] = 0.5 * (crowded[left] + crowded[right])
    out[13] = out[2] * length
    out[14] = out[0] * length
    out[15] = math.log(max(len(words), LEAST_ROWS)) - 9.0


@compiled
def _habit(done: Reals, chances: Reals, alone: Reals, prior: Reals, left: int, right: int, habit: int) -> float:
    """Logarithm of: both counts from one rate, over: from two rates, each drawn from the habit's Beta."""
    a = prior[habit, 0] + done[left, habit] + done[right, habit]
    b = prior[habit, 1] + chances[left, habit] - done[left, habit] + chances[right, habit] - done[right, habit]
    none = math.lgamma(prior[habit, 0]) + math.lgamma(prior[habit, 1]) - math.lgamma(prior[habit, 0] + prior[habit, 1])
    both = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    factor: float = both + none - alone[left, habit] - alone[right, habit]
    return factor
