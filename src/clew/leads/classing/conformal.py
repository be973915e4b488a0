"""Sets of classes that hold the true one as often as promised, for each class by itself.

Split conformal prediction, conditional on class and, where there are enough answers, on a group such as the language
(Mondrian; Vovk, 2012). The promise needs that new networks are like the judged ones: after a change of source it does not
hold, which the coverage by source shows. A class with too few answers for a threshold of its own takes that of all answers
together (as the null cluster of Ding et al., 2023): the promise then holds over all, not for that class. Without any answers
every class stays in every set.

Independent work is promised more and has no such way out: it may be missing a quarter as often as the fairness gate allows wrong
flags, since the gate reads the upper end of an interval. While too few independent workers were judged to promise that, it stays
in every set, so that nobody is flagged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from clew.leads.classing.classes import CLASSES, LeadClass
from clew.leads.classing.columns import Floats

ALPHA = 0.1
"""How often the true class may be missing."""
PROTECTED: Mapping[int, float] = {CLASSES.index(LeadClass.INDEPENDENT): 0.0125}
"""Classes that may be missing less often: no one is flagged while independent work is possible."""
FEWEST = 19
"""Answers of one class in one group from which the group has a threshold of its own."""


def fewest_of_class(alpha: float) -> int:
    """Answers of a class from which it can have a threshold of its own: below it no score is odd enough."""
    return math.ceil(1 / alpha) - 1


@dataclass(frozen=True, slots=True)
class Conformal:
    """Held-out scores (1 - probability of the true class), sorted: by class (of all where it has few), by class and group."""

    alpha: float
    by_class: tuple[Floats, ...]
    by_group: Mapping[tuple[int, str], Floats] = field(default_factory=dict)

    @classmethod
    def fit(
        cls, probabilities: Floats, truth: npt.NDArray[np.int64], groups: Sequence[str], *, alpha: float = ALPHA
    ) -> Conformal:
        scores = 1 - probabilities[np.arange(len(truth)), truth]
        named = np.asarray(groups, dtype=object)
        by_class, by_group = [], {}
        for k in range(probabilities.shape[1]):
            own, allowed = scores[truth == k], PROTECTED.get(k, alpha)
            few = len(own) < fewest_of_class(alpha) and k not in PROTECTED
            by_class.append(np.sort(scores if few else own))
            for group in sorted(set(groups)):
                chosen = scores[(truth == k) & (named == group)]
                if len(chosen) >= max(FEWEST, fewest_of_class(allowed)):
                    by_group[k, str(group)] = np.sort(chosen)
        return cls(alpha, tuple(by_class), by_group)

    def sets(self, probabilities: Floats, groups: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Rows x classes: which classes stay possible."""
        kept = np.zeros(probabilities.shape, np.bool_)
        named = np.asarray(groups, dtype=object)
        for k in range(probabilities.shape[1]):
            score, allowed = 1 - probabilities[:, k], PROTECTED.get(k, self.alpha)
            kept[:, k] = _likely(self.by_class[k], score, allowed)
            for (other, group), known in self.by_group.items():
                if other == k:
                    kept[named == group, k] = _likely(known, score[named == group], allowed)
        return kept


def _likely(known: Floats, score: Floats, alpha: float) -> npt.NDArray[np.bool_]:
    """Whether the p-value, (answers at least as odd + 1) / (answers + 1), is above alpha."""
    odder = len(known) - np.searchsorted(known, score - 1e-12, side="left")
    return np.asarray((odder + 1) / (len(known) + 1) > alpha, np.bool_)
