"""What a model gets wrong and for whom, on answers that it did not learn from: the figures that the gate reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.leads.classing.calibration import Bin, calibration_error, reliability
from clew.leads.classing.classes import CLASSES, FLAGS, LeadClass
from clew.leads.classing.columns import Floats
from clew.leads.intervals import Share

DIMENSIONS = ("language", "script", "place", "stated gender", "class")
"""By what errors are counted. They are read to measure who is wrongly flagged, and for nothing else."""
SMALLEST = 20
"""Answers of a group from which its rates are said."""
OTHERS = "groups under the minimum, together"
INDEPENDENT = CLASSES.index(LeadClass.INDEPENDENT)
_FLAG_PLACES = [CLASSES.index(each) for each in CLASSES if each in FLAGS]


@dataclass(frozen=True, slots=True)
class Held:
    """Held-out rows: what the model said, what is true, and the groups by dimension (and `source`).

    `given` is the class that the model gave, -1 for unclear. `truth` is never unclear.
    """

    probabilities: Floats
    sets: npt.NDArray[np.bool_]
    given: npt.NDArray[np.int64]
    truth: npt.NDArray[np.int64]
    groups: Mapping[str, Sequence[str]]

    @property
    def flagged(self) -> npt.NDArray[np.bool_]:
        return np.isin(self.given, _FLAG_PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupErrors:
    """One row of the fairness table. A share under the smallest size has no rate that may be shown."""

    dimension: str
    group: str
    answers: int
    wrong: Share
    """Another class given than the true one, of those that were given a class."""
    wrong_flags: Share
    """Independent workers of the group who were flagged, of all of them."""
    unclear: Share
    flagged: Share | None = None
    """Flagged, of all of the group. None in a model that an older clew measured."""
    missed: Share | None = None
    """Not flagged, of those for whom a flag would have been right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often the set held the true class, in one group; `size` is how many classes a set has on average."""

    dimension: str
    group: str
    held: Share
    size: float


@dataclass(frozen=True, slots=True)
class Point:
    """When only the surest `coverage` of all are given a class, how many of those are wrong."""

    coverage: float
    wrong: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    measured_on: str
    answers: int
    wrong_flags: Share
    groups: tuple[GroupErrors, ...]
    coverage: tuple[Coverage, ...]
    calibration_error: float | None
    reliability: tuple[Bin, ...]
    curve: tuple[Point, ...]
    alpha: float


def measure(held: Held, *, measured_on: str, alpha: float) -> Measurement:
    """All figures of held-out rows."""
    return Measurement(
        measured_on=measured_on,
        answers=len(held.truth),
        wrong_flags=_wrong_flags(held, np.ones(len(held.truth), np.bool_)),
        groups=tuple(row for dimension in DIMENSIONS for row in _by_group(held, dimension)),
        coverage=tuple(row for dimension in ("language", "source", "class") for row in _coverage(held, dimension)),
        calibration_error=calibration_error(held.probabilities, held.truth),
        reliability=tuple(reliability(held.probabilities, held.truth)),
        curve=risk_coverage(held),
        alpha=alpha,
    )


def _names(held: Held, dimension: str) -> npt.NDArray[np.object_]:
    """The group of each row; those under the smallest size are put together."""
    if dimension == "class":
        return np.array([CLASSES[k].value for k in held.truth], dtype=object)
    names = np.array([name or "not known" for name in held.groups.get(dimension, [""] * len(held.truth))], dtype=object)
    known, counts = np.unique(names.astype(str), return_counts=True)
    small = set(known[counts < SMALLEST].tolist())
    return np.array([OTHERS if name in small else name for name in names], dtype=object)


def _by_group(held: Held, dimension: str) -> list[GroupErrors]:
    names, right = _names(held, dimension), np.isin(held.truth, _FLAG_PLACES)
    rows = []
    for group in sorted(set(names.tolist())):
        at = names == group
        given = at & (held.given >= 0)
        rows.append(
            GroupErrors(
                dimension=dimension,
                group=group,
                answers=int(at.sum()),
                wrong=Share(int((given & (held.given != held.truth)).sum()), int(given.sum())),
                wrong_flags=_wrong_flags(held, at),
                unclear=Share(int((at & (held.given < 0)).sum()), int(at.sum())),
                flagged=Share(int((at & held.flagged).sum()), int(at.sum())),
                missed=Share(int((at & right & ~held.flagged).sum()), int((at & right).sum())),
            )
        )
    return rows


def _wrong_flags(held: Held, at: npt.NDArray[np.bool_]) -> Share:
    workers = at & (held.truth == INDEPENDENT)
    return Share(int((workers & held.flagged).sum()), int(workers.sum()))


def _coverage(held: Held, dimension: str) -> list[Coverage]:
    names = _names(held, dimension)
    right = held.sets[np.arange(len(held.truth)), held.truth]
    sizes = held.sets.sum(axis=1)
    return [
        Coverage(
            dimension=dimension,
            group=group,
            held=Share(int(right[names == group].sum()), int((names == group).sum())),
            size=float(sizes[names == group].mean()),
        )
        for group in sorted(set(names.tolist()))
    ]


def risk_coverage(held: Held, points: int = 20) -> tuple[Point, ...]:
    """The share of wrong classes among the surest, from a twentieth of all to all (selective prediction)."""
    if not len(held.truth):
        return ()
    order = np.argsort(-held.probabilities.max(axis=1), kind="stable")
    wrong = (held.probabilities.argmax(axis=1) != held.truth)[order]
    ends = sorted({max(1, round(len(order) * step / points)) for step in range(1, points + 1)})
    return tuple(Point(end / len(order), Share(int(wrong[:end].sum()), end)) for end in ends)
