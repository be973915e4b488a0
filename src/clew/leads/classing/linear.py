"""A regularised linear model of classes that can learn from half an answer.

Multinomial logistic regression with an L2 penalty. A judgement may name a class, or only say which classes it is not
('no, not one organiser'): then the classes left share what the answer gives (partial labels; Jin and Ghahramani, 2002).
Weak labels enter as soft targets of little weight. Plain numbers, no pickle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # CG: L-BFGS-B calls BLAS on many threads for a few hundred numbers, and waits

from clew.leads.classing.columns import Floats

Bools = npt.NDArray[np.bool_]

L2 = 1.0
"""Penalty of a squared weight, in answers."""
_ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights over standardised columns: columns x classes."""

    mean: Floats
    scale: Floats
    weights: Floats
    intercept: Floats

    def standard(self, given: Floats) -> Floats:
        """Columns with mean 0 and spread 1 where the model learnt; bounded, so that no single number decides."""
        return np.asarray(np.clip((given - self.mean) / self.scale, -4.0, 4.0), np.float64)

    def logits(self, given: Floats) -> Floats:
        return _times(self.standard(given), self.weights) + self.intercept


def _times(left: Floats, right: Floats) -> Floats:
    """The product of two small matrices, on one thread: threads of BLAS wait for each other longer than they work."""
    return np.asarray(np.einsum("ij,jk->ik", left, right), np.float64)


def softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of rows: classes each may be of (rows x classes), and how much each counts."""

    rows: Floats
    allowed: Bools
    weight: Floats


@dataclass(frozen=True, slots=True)
class Weak:
    """Soft targets of rows that nobody judged."""

    rows: Floats
    points: Floats
    weight: Floats


def fit(answers: Answers, weak: Weak, *, l2: float = L2) -> Linear:
    """Learns from both. The columns are standardised over all rows given."""
    every = np.vstack([answers.rows, weak.rows])
    mean, scale = every.mean(axis=0), every.std(axis=0)
    scale = np.where(scale < 1e-9, 1.0, scale)
    classes = answers.allowed.shape[1]
    blank = Linear(mean, scale, np.zeros((every.shape[1], classes)), np.zeros(classes))
    judged, soft = blank.standard(answers.rows), blank.standard(weak.rows)
    size = every.shape[1] * classes

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights, intercept = parameters[:size].reshape(-1, classes), parameters[size:]
        one, slope_one = _sets(_times(judged, weights) + intercept, answers)
        two, slope_two = _soft(_times(soft, weights) + intercept, weak)
        slope = _times(judged.T, slope_one) + _times(soft.T, slope_two) + l2 * weights
        ends = slope_one.sum(axis=0) + slope_two.sum(axis=0)
        return one + two + l2 / 2 * float((weights**2).sum()), np.concatenate([slope.ravel(), ends])

    found = minimize(loss, np.zeros(size + classes), jac=True, method="CG", options={"maxiter": _ROUNDS, "gtol": 1e-3})
    return Linear(mean, scale, found.x[:size].reshape(-1, classes), found.x[size:])


def _sets(logits: Floats, answers: Answers) -> tuple[float, Floats]:
    """Loss and slope of rows known to be of one of a set of classes."""
    if not len(logits):
        return 0.0, logits
    chance = softmax(logits)
    inside = np.maximum((chance * answers.allowed).sum(axis=1, keepdims=True), 1e-12)
    slope = (chance - chance * answers.allowed / inside) * answers.weight[:, None]
    return float(-(np.log(inside[:, 0]) * answers.weight).sum()), slope


def _soft(logits: Floats, weak: Weak) -> tuple[float, Floats]:
    if not len(logits):
        return 0.0, logits
    chance = softmax(logits)
    loss = -((weak.points * np.log(np.maximum(chance, 1e-12))).sum(axis=1) * weak.weight).sum()
    return float(loss), (chance - weak.points) * weak.weight[:, None]
