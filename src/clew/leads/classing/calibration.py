"""Turns a model's scores into probabilities, on answers that the model did not learn from, and says how far they are off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from clew.leads.classing.columns import Floats
from clew.leads.classing.linear import Answers, _sets, softmax

BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling of several classes at once: one slope for all, and a shift for each (Guo et al., 2017).

    The shifts are held small, since a class may have been judged few times.
    """

    slope: float
    shift: Floats

    @classmethod
    def none(cls, classes: int) -> Calibration:
        return cls(1.0, np.zeros(classes))

    @classmethod
    def fit(cls, logits: Floats, allowed: npt.NDArray[np.bool_]) -> Calibration:
        """From scores on held-out answers. Without any, scores stay as they are."""
        if not len(logits):
            return cls.none(logits.shape[1])
        answers = Answers(logits, allowed, np.ones(len(logits)))

        def loss(parameters: Floats) -> tuple[float, Floats]:
            slope, shift = float(np.exp(parameters[0])), parameters[1:]
            lost, by_logit = _sets(slope * logits + shift, answers)
            by_slope = float((by_logit * logits).sum()) * slope + parameters[0]
            return lost + parameters[0] ** 2 / 2 + float((shift**2).sum()), np.concatenate(
                [[by_slope], by_logit.sum(axis=0) + 2 * shift]
            )

        found = minimize(loss, np.zeros(1 + logits.shape[1]), jac=True, method="CG", options={"gtol": 1e-5}).x
        return cls(float(np.exp(found[0])), found[1:])

    def probabilities(self, logits: Floats) -> Floats:
        return softmax(self.slope * logits + self.shift)


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose highest probability was alike: how sure the model was, and how often it was right."""

    said: float
    right: float
    count: int


def reliability(probabilities: Floats, truth: npt.NDArray[np.int64]) -> list[Bin]:
    """Bins of equal size by the highest probability."""
    if not len(truth):
        return []
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    order = np.argsort(top, kind="stable")
    parts = np.array_split(order, min(BINS, max(1, len(truth) // 5)))
    return [Bin(float(top[part].mean()), float(right[part].mean()), len(part)) for part in parts if len(part)]


def calibration_error(probabilities: Floats, truth: npt.NDArray[np.int64]) -> float | None:
    """Expected calibration error: the mean distance between how sure and how often right, over the bins. None of nothing."""
    bins = reliability(probabilities, truth)
    if not bins:
        return None
    return float(sum(each.count * abs(each.said - each.right) for each in bins) / len(truth))
