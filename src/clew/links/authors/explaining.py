"""Why: the habits in which texts agree, in plain words. Agreement is a reason to look, never proof of who wrote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.authors.habits import HABITS
from clew.links.authors.reading import read
from clew.links.authors.vectors import Vectors, habit_counts, log_beta
from clew.links.authors.verifier import shipped

Reals = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
HABIT_ROWS = pa.schema(
    [("author", pa.int64()), ("habit", pa.string()), ("words", pa.string()), ("strength", pa.float64())]
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One habit of two texts. `strength` above 0 speaks for one hand, below 0 against (logarithm of a Bayes factor)."""

    habit: str
    words: str
    strength: float


def explain(a: str | None, b: str | None, most: int = 5) -> list[Agreement]:
    """The habits in which two texts agree or differ most, the strongest first.

    How usual a habit is comes from the invented world the verifier was fitted on, not from real adverts.

    >>> explain("Come by !! I am here !! Call me !!", "Lovely room !! Ask for Bo !! Bye !!")[0].words
    'both: ends sentences with an exclamation mark (100% and 100% of the times; usual 11%)'
    """
    done, chances = habit_counts(read([a, b]))
    prior = shipped().prior
    found = []
    for habit, strength in enumerate(_strengths(done[:1], chances[:1], done[1:], chances[1:], prior)[0].tolist()):
        if min(chances[0, habit], chances[1, habit]) > 0 and abs(strength) >= 0.1:
            rates = done[:, habit] / chances[:, habit]
            found.append(Agreement(HABITS[habit].name, _pair_words(habit, rates, prior), round(strength, 3)))
    found.sort(key=lambda each: (-abs(each.strength), each.habit))
    return found[:most]


def _pair_words(habit: int, rates: Reals, prior: Reals) -> str:
    usual = prior[habit, 0] / prior[habit].sum()
    says = "both" if (rates > usual).all() else "neither much" if (rates <= usual).all() else "only one"
    return f"{says}: {HABITS[habit].words} ({rates[0]:.0%} and {rates[1]:.0%} of the times; usual {usual:.0%})"


def _strengths(done_a: Reals, chances_a: Reals, done_b: Reals, chances_b: Reals, prior: Reals) -> Reals:
    """For pairs of rows and each habit: one rate against two, as the logarithm of a Bayes factor."""
    done, rest = done_a + done_b, chances_a - done_a + chances_b - done_b
    a, b = prior[:, 0], prior[:, 1]
    apart = log_beta(a + done_a, b + chances_a - done_a) + log_beta(a + done_b, b + chances_b - done_b)
    result: Reals = log_beta(a + done, b + rest) + log_beta(a, b) - apart
    return result


def agreeing(texts: Vectors, left: Numbers, right: Numbers, most: int = 3) -> list[str]:
    """For each pair the habits that agree most, in words, parted by semicolons."""
    words = np.array([habit.words for habit in HABITS], object)
    usual = texts.prior[:, 0] / texts.prior.sum(1)
    answers: list[str] = []
    for low in range(0, len(left), 20_000):
        a, b = left[low : low + 20_000], right[low : low + 20_000]
        points = _strengths(texts.done[a], texts.chances[a], texts.done[b], texts.chances[b], texts.prior)
        done, chances = texts.done[a] + texts.done[b], texts.chances[a] + texts.chances[b]
        points[done / np.maximum(chances, 1e-9) <= usual] *= 0.5  # what both do says more than what both leave out
        best = np.argsort(-points, axis=1, kind="stable")[:, :most]
        for row, habits in enumerate(best):
            kept = [
                ("" if done[row, h] > usual[h] * chances[row, h] else "seldom: ") + words[h]
                for h in habits
                if points[row, h] >= 0.1 or (h == habits[0] and points[row, h] > 0)
            ]
            answers.append("; ".join(kept))
    return answers


def author_habits(texts: Vectors, author: Numbers, most: int = 5) -> pa.Table:
    """For each author of several texts the habits they share: columns author, habit, words, strength."""
    names, group = np.unique(author, return_inverse=True)
    count = np.bincount(group)
    a, b = texts.prior[:, 0], texts.prior[:, 1]
    none = log_beta(a, b)
    done, chances, apart = (np.zeros((len(names), len(HABITS))) for _ in range(3))
    np.add.at(done, group, texts.done)
    np.add.at(chances, group, texts.chances)
    np.add.at(apart, group, texts.alone - none)
    points = log_beta(a + done, b + chances - done) - none - apart
    points[(count < 2) | (count > 10**9)] = 0
    usual = a / (a + b)
    rates = done / np.maximum(chances, 1e-9)
    points[rates <= usual] *= 0.5
    best = np.argsort(-points, axis=1, kind="stable")[:, :most]
    rows = [
        (
            int(names[g]),
            HABITS[h].name,
            _author_words(h, float(rates[g, h]), float(usual[h])),
            round(float(points[g, h]), 3),
        )
        for g in np.flatnonzero(count > 1)
        for h in best[g]
        if points[g, h] >= 0.1
    ]
    return pa.Table.from_pylist([dict(zip(HABIT_ROWS.names, row, strict=True)) for row in rows], schema=HABIT_ROWS)


def _author_words(habit: int, rate: float, usual: float) -> str:
    seldom = "" if rate > usual else "seldom: "
    return f"{seldom}{HABITS[habit].words} ({rate:.0%} of the times; usual in this file {usual:.0%})"
