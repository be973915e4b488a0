"""A model of classes: plain numbers that can be read, hashed and kept, with what they were learnt from and measured on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from clew.leads.classing.calibration import Calibration
from clew.leads.classing.classes import CLASSES
from clew.leads.classing.columns import Floats
from clew.leads.classing.conformal import ALPHA, Conformal
from clew.leads.classing.linear import Answers, Linear, Weak, fit
from clew.leads.classing.measuring import Held, Measurement, measure

FOLDS = 5
WEAK_WEIGHT = 0.05
"""What a network that nobody judged counts, against one that was: its weak label may be wrong."""
MOST_WEAK = 5_000
FEWEST = 60
"""Answers from which a model is learnt; below it there are weak labels, in points."""
FEWEST_EACH = 5
"""Answers of a class from which it counts as judged."""
FEWEST_CLASSES = 2


@dataclass(frozen=True, slots=True)
class Training:
    """Rows to learn from: a matrix of columns, the classes each may be of, and groups by dimension.

    `weak` are points of the label model, one row for each row of `rows`; `judged` are the rows with an answer, `allowed` their
    classes. A row whose answer names one class is whole; the others say only what it is not.
    """

    names: tuple[str, ...]
    rows: Floats
    weak: Floats
    judged: npt.NDArray[np.int64]
    allowed: npt.NDArray[np.bool_]
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def whole(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.allowed.sum(axis=1) == 1, np.bool_)

    def counts(self) -> dict[str, int]:
        """Answers that name a class, by class."""
        truth = self.allowed[self.whole].argmax(axis=1)
        return {each.value: int((truth == k).sum()) for k, each in enumerate(CLASSES)}

    def too_few(self) -> str:
        """Why nothing can be learnt yet; empty when it can."""
        counts = self.counts()
        enough = [name for name, count in counts.items() if count >= FEWEST_EACH]
        if len(self.judged) < FEWEST:
            return f"{len(self.judged)} answers; {FEWEST} are needed"
        if len(enough) < FEWEST_CLASSES:
            return f"{len(enough)} classes were named {FEWEST_EACH} times or more; {FEWEST_CLASSES} are needed"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassModel:
    """`trained_on` says in words what it learnt from; `invented` whether that was the invented world."""

    name: str
    names: tuple[str, ...]
    linear: Linear
    calibration: Calibration
    conformal: Conformal
    trained_on: str
    invented: bool
    counts: Mapping[str, int]
    calibrated_on: int
    """Held-out answers behind the calibration."""
    signs: str
    """Digest of the published signs it was learnt with."""
    home: str = ""
    """Which workspace's judgements it learnt from; empty for the invented world."""
    measured: Measurement | None = None

    def probabilities(self, rows: Floats) -> Floats:
        return self.calibration.probabilities(self.linear.logits(rows))

    def hold(self, rows: Floats, truth: npt.NDArray[np.int64], groups: Mapping[str, Sequence[str]]) -> Held:
        """What it says of rows whose truth is known and that it did not learn from."""
        found = self.probabilities(rows)
        sets = self.conformal.sets(found, groups.get("language", [""] * len(rows)))
        return Held(found, sets, given(sets), truth, groups)


def given(sets: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The only class of each set; -1, unclear, where the set holds none or several."""
    return np.asarray(np.where(sets.sum(axis=1) == 1, sets.argmax(axis=1), -1), np.int64)


def _fitted(training: Training, chosen: npt.NDArray[np.bool_]) -> Linear:
    """Learns from the chosen answers, and a little from the weak labels of a bounded number of other networks."""
    others = np.setdiff1d(np.arange(len(training.rows)), training.judged)
    if len(others) > MOST_WEAK:
        others = others[np.linspace(0, len(others) - 1, MOST_WEAK).astype(np.int64)]
    answers = Answers(training.rows[training.judged[chosen]], training.allowed[chosen], np.ones(int(chosen.sum())))
    share = min(WEAK_WEIGHT, 0.25 * max(int(chosen.sum()), 1) / max(len(others), 1))
    return fit(answers, Weak(training.rows[others], training.weak[others], np.full(len(others), share)))


def _folds(training: Training) -> npt.NDArray[np.int64]:
    """A fold for each answer, so that every fold holds each class alike; the same answers give the same folds."""
    kind = training.allowed @ (1 << np.arange(training.allowed.shape[1]))
    order = np.argsort(kind, kind="stable")
    folds = np.empty(len(order), np.int64)
    folds[order] = np.arange(len(order)) % FOLDS
    return folds


def train(
    training: Training, *, name: str, trained_on: str, signs: str, invented: bool, home: str = "", alpha: float = ALPHA
) -> ClassModel:
    """Learns from answers, calibrates on answers held out in turn, and measures on answers that neither step had.

    An answer is scored by a model of the other four folds; it is measured with the calibration and the sets of those other
    folds. Only the scores of the other folds have seen it, once removed: the figures are a little too good for few answers.
    """
    folds, whole = _folds(training), training.whole
    logits = _crossed(training, folds)
    truth = training.allowed.argmax(axis=1)
    groups = {k: [v[i] for i in training.judged] for k, v in training.groups.items()}
    language = np.array(groups.get("language", [""] * len(truth)), dtype=object)
    held = [_held_fold(fold, folds, whole, logits, training.allowed, truth, groups, alpha) for fold in range(FOLDS)]
    calibration = Calibration.fit(logits, training.allowed)
    scored = calibration.probabilities(logits)
    model = ClassModel(
        name=name,
        names=training.names,
        linear=_fitted(training, np.ones(len(training.judged), np.bool_)),
        calibration=calibration,
        conformal=Conformal.fit(scored[whole], truth[whole], language[whole].tolist(), alpha=alpha),
        trained_on=trained_on,
        invented=invented,
        counts=training.counts(),
        calibrated_on=int(whole.sum()),
        signs=signs,
        home=home,
    )
    where = (
        "the invented world; it says nothing of the real one"
        if invented
        else "judgements of this workspace, each held out in turn"
    )
    return replace(model, measured=measure(_joined([each for each in held if each]), measured_on=where, alpha=alpha))


def _crossed(training: Training, folds: npt.NDArray[np.int64]) -> Floats:
    """What a model of the other folds says of each answer."""
    logits = np.zeros(training.allowed.shape)
    for fold in range(FOLDS):
        out = folds == fold
        if out.any():
            logits[out] = _fitted(training, ~out).logits(training.rows[training.judged[out]])
    return logits


def held_out(training: Training, alpha: float = ALPHA) -> npt.NDArray[np.int64]:
    """The class, or -1 for unclear, that models of this training give to each answer that they did not learn from."""
    folds, whole = _folds(training), training.whole
    logits, found = _crossed(training, folds), np.full(len(training.judged), -1, np.int64)
    truth = training.allowed.argmax(axis=1)
    spoken = training.groups.get("language", [""] * len(training.rows))
    language = np.array([spoken[i] for i in training.judged], dtype=object)
    for fold in range(FOLDS):
        out, known = folds == fold, (folds != fold) & whole
        if out.any():
            probabilities = Calibration.fit(logits[folds != fold], training.allowed[folds != fold]).probabilities(
                logits
            )
            fitted = Conformal.fit(probabilities[known], truth[known], language[known].tolist(), alpha=alpha)
            found[out] = given(fitted.sets(probabilities[out], language[out].tolist()))
    return found


def _held_fold(
    fold: int,
    folds: npt.NDArray[np.int64],
    whole: npt.NDArray[np.bool_],
    logits: Floats,
    allowed: npt.NDArray[np.bool_],
    truth: npt.NDArray[np.int64],
    groups: Mapping[str, Sequence[str]],
    alpha: float,
) -> Held | None:
    out, rest = (folds == fold) & whole, folds != fold
    if not out.any():
        return None
    calibration = Calibration.fit(logits[rest], allowed[rest])
    found = calibration.probabilities(logits)
    language = np.array(groups.get("language", [""] * len(truth)), dtype=object)
    known = rest & whole
    conformal = Conformal.fit(found[known], truth[known], language[known].tolist(), alpha=alpha)
    sets = conformal.sets(found[out], language[out].tolist())
    at = np.flatnonzero(out).tolist()
    return Held(found[out], sets, given(sets), truth[out], {k: [v[i] for i in at] for k, v in groups.items()})


def _joined(parts: Sequence[Held]) -> Held:
    if not parts:
        empty = np.zeros((0, len(CLASSES)))
        return Held(empty, empty.astype(np.bool_), np.zeros(0, np.int64), np.zeros(0, np.int64), {})
    return Held(
        np.vstack([p.probabilities for p in parts]),
        np.vstack([p.sets for p in parts]),
        np.concatenate([p.given for p in parts]),
        np.concatenate([p.truth for p in parts]),
        {k: [name for p in parts for name in p.groups[k]] for k in parts[0].groups},
    )
