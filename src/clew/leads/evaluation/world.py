"""Measures classing on networks whose truth is known: learns on some worlds, measures on others. The world itself is given.

Every figure here says that the wiring works and nothing of real adverts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from clew.leads.classing.classes import CLASSES, FLAGS
from clew.leads.classing.columns import Floats, feature_names, matrix
from clew.leads.classing.conformal import ALPHA
from clew.leads.classing.explaining import leaning
from clew.leads.classing.label_model import LabelModel
from clew.leads.classing.labelling import labellings, votes
from clew.leads.classing.measuring import Held, Measurement, measure
from clew.leads.classing.model import ClassModel, Training, train
from clew.leads.evaluation.figures import Figure, of_share
from clew.leads.intervals import Share

ONLY_WIRING = "measured on the invented world: it says that the wiring works, and nothing of the real world"


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks of one world: numbers, groups by dimension, and the place of the true class in `CLASSES`."""

    found: Mapping[str, Floats]
    groups: Mapping[str, Sequence[str]]
    truth: npt.NDArray[np.int64]

    def weak(self) -> Floats:
        """Points of the label model, fitted to these networks without their truth."""
        functions = labellings()
        spoken = votes(self.found, functions)
        return LabelModel.fit(spoken, functions).points(spoken)


def learn(worlds: Sequence[Networks], *, seeds: str, signs: str) -> ClassModel:
    """A model of classes from worlds whose truth is known. It is marked as trained on the invented world."""
    names = feature_names()
    rows = np.vstack([matrix(world.found, names) for world in worlds])
    truth = np.concatenate([world.truth for world in worlds])
    groups = {k: [name for world in worlds for name in world.groups[k]] for k in worlds[0].groups}
    training = Training(
        names=names,
        rows=rows,
        weak=np.vstack([world.weak() for world in worlds]),
        judged=np.arange(len(rows)),
        allowed=np.arange(len(CLASSES))[None, :] == truth[:, None],
        groups=groups,
    )
    words = f"{len(rows)} networks of the invented world, seeds {seeds}"
    return train(training, name="world", trained_on=words, signs=signs, invented=True)


def held_out(model: ClassModel, worlds: Sequence[Networks], *, seeds: str) -> tuple[ClassModel, list[Held]]:
    """The model with its figures on worlds it did not learn from, and what it says of each of them."""
    parts = [model.hold(matrix(world.found, model.names), world.truth, world.groups) for world in worlds]
    where = f"the invented world, held-out seeds {seeds}; it says nothing of the real one"
    measured = measure(together(parts), measured_on=where, alpha=model.conformal.alpha)
    return replace(model, measured=measured), parts


def with_wrong_flags(model: ClassModel, workers: Share) -> ClassModel:
    """The model with wrong flags counted by worker where that is worse: a network that holds both hides the worker in it."""
    measured = model.measured
    if measured is None or workers.interval[1] <= measured.wrong_flags.interval[1]:
        return model
    return replace(model, measured=replace(measured, wrong_flags=workers))


def weak_held(world: Networks) -> Held:
    """What signs alone say: a class where they lean to one, no sets."""
    points = world.weak()
    looks = np.array([_place(row) for row in points], np.int64)
    return Held(points, np.ones(points.shape, np.bool_), looks, world.truth, world.groups)


def _place(points: Floats) -> int:
    looks = leaning(points)
    return CLASSES.index(looks) if looks in CLASSES else -1


def flagged(held: Held) -> npt.NDArray[np.bool_]:
    """Which networks were given a class that asks for a look."""
    return np.isin(held.given, [CLASSES.index(each) for each in CLASSES if each in FLAGS])


def together(parts: Sequence[Held]) -> Held:
    return Held(
        np.vstack([p.probabilities for p in parts]),
        np.vstack([p.sets for p in parts]),
        np.concatenate([p.given for p in parts]),
        np.concatenate([p.truth for p in parts]),
        {k: [name for p in parts for name in p.groups[k]] for k in parts[0].groups},
    )


def figures(name: str, measured: Measurement, *, sets: bool) -> list[Figure]:
    """The first-class figures of a measurement."""
    error = measured.calibration_error
    found = [
        of_share(f"{name}: wrong flags on independent workers, as the gate reads them", measured.wrong_flags),
        Figure(
            f"{name}: calibration error",
            error,
            count=measured.answers,
            note="" if sets else "of points, which claim none",
        ),
    ]
    found += [
        of_share(f"{name}: wrong class, of {row.group}", row.wrong, note=f"unclear: {row.unclear}")
        for row in measured.groups
        if row.dimension == "class"
    ]
    if sets:
        found += [
            of_share(
                f"{name}: sets that hold the true class, {row.dimension} {row.group}",
                row.held,
                note=f"{row.size:.2f} classes in a set; at least {1 - ALPHA:.0%} is promised over all",
            )
            for row in measured.coverage
        ]
    return found
