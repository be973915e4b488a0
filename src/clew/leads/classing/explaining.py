"""Why a class was given, in words: what speaks for it, what against, how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clew.leads.classing.classes import CLASSES, MEANINGS, LeadClass, name_of
from clew.leads.classing.columns import Floats, said
from clew.leads.classing.labelling import Labelling
from clew.leads.classing.model import ClassModel

SHOWN = 5
LEANING = 0.7
"""Share of the points from which the signs are said to lean to one class; below it the class is unclear."""


@dataclass(frozen=True, slots=True)
class Line:
    """One reason: `weight` is points of the model, above 0 for the class and below 0 against it."""

    words: str
    weight: float
    source: str


def leaning(points: Floats) -> LeadClass:
    """The class that weak labels lean to."""
    best = int(points.argmax())
    return CLASSES[best] if points[best] >= LEANING else LeadClass.UNCLEAR


def why_weak(functions: Sequence[Labelling], speaks: Mapping[str, Floats], best: int) -> list[Line]:
    """The functions that spoke, each with the logarithm of how much oftener it speaks in the class than in the next likely one."""
    lines = []
    for function in functions:
        chance = speaks[function.name]
        weight = float(np.log(chance[best] / max(float(np.delete(chance, best).max()), 1e-6)))
        lines.append(Line(function.words, round(weight, 2), function.source))
    return sorted(lines, key=lambda line: -abs(line.weight))


def why_learnt(model: ClassModel, row: Floats, best: int) -> list[Line]:
    """The columns that move the score of a class most, against the mean of the other classes."""
    standard = model.linear.standard(row[None, :])[0]
    pull = standard * (model.linear.weights[:, best] - np.delete(model.linear.weights, best, axis=1).mean(axis=1))
    order = np.argsort(-np.abs(pull), kind="stable")[: 2 * SHOWN]
    return [
        Line(
            f"{said(model.names[i])}: {'more' if standard[i] > 0 else 'less'} than usual",
            round(float(pull[i]), 2),
            f"model {model.name}",
        )
        for i in order
        if abs(pull[i]) >= 0.05
    ]


def sure_words(share: float, given: LeadClass, best: LeadClass, model: ClassModel | None) -> str:
    """What the number beside a class is. It is called a probability only after calibration on held-out judgements."""
    hundredths = min(99, round(100 * share))  # no weighing of signs is certain
    if model is None:
        points = f"{hundredths} of 100 points for {name_of(best)}"
        return f"{points}, from signs alone: points, not a probability; no model is enabled"
    if model.invented:
        return f"{hundredths} of 100 points for {name_of(best)}, by a model trained on the invented world: not a probability of anything real"
    if not model.calibrated_on:
        return f"{hundredths} of 100 points for {name_of(best)}: points, not a probability; not calibrated yet"
    said_of = f"probability {hundredths}% for {name_of(best)}, calibrated on {model.calibrated_on} held-out judgements"
    return said_of if given is not LeadClass.UNCLEAR else f"{said_of}; other classes stay possible"


def set_words(possible: list[LeadClass], model: ClassModel | None) -> str:
    """What the set of possible classes promises."""
    if model is None:
        return "Which classes stay possible is not worked out: no model is enabled."
    if len(possible) == len(CLASSES):
        return "Every class stays possible."
    names = ", ".join(name_of(each) for each in possible) or "none: it is like nothing that was judged"
    wide = round(100 * (1 - model.conformal.alpha))
    where = "in the invented world" if model.invented else "where new leads are like the judged ones"
    return f"Possible: {names}. Such a set holds the true class in about {wide} of 100 leads {where}."


def innocent_of(given: LeadClass) -> str:
    return MEANINGS[given].innocent
