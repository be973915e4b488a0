"""Chained equations for categories: each column in turn is drawn from what the others say of it.

van Buuren and Groothuis-Oudshoorn, J. Stat. Softw. 2011. The equation is a ridge multinomial regression on all
other columns, fitted to rows drawn again (so that the doubt about the coefficients enters), by the quadratic bound of
Böhning 1992: one factorisation a column, then matrix products.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.insight.completion.coded import Coded

_FIT_ROWS = 8_000
"""Rows that a regression is fitted to, at most; drawn anew each time."""
_CYCLES = 4
_FIRST_STEPS, _LATER_STEPS = 25, 8
_RIDGE = 4.0


def chained(table: Coded, draws: int, seed: int) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """For each draw the completed codes, and the chances (rows by values) from which the missing cells were drawn."""
    generator = np.random.default_rng(seed)
    weights: list[NDArray[Any] | None] = [None] * len(table.columns)
    for draw in range(draws):
        codes = _filled(table, generator)
        chances = np.zeros((len(codes), int(table.starts[-1])))
        hot = table.one_hot(codes)
        for _ in range(_CYCLES if draw == 0 else 1):
            for column in _order(table):
                _draw_column(table, column, codes, hot, chances, weights, generator)
        yield codes, chances


def _order(table: Coded) -> list[int]:
    """Columns with missing cells, the fullest first."""
    gaps = table.missing.sum(axis=0)
    return [int(j) for j in np.argsort(gaps, kind="stable") if gaps[j]]


def _filled(table: Coded, generator: np.random.Generator) -> NDArray[Any]:
    """Each missing cell takes a recorded value of its column by chance."""
    codes = table.codes.copy()
    for j in range(codes.shape[1]):
        gaps = codes[:, j] < 0
        codes[gaps, j] = generator.choice(codes[~gaps, j], gaps.sum())
    return codes


def _draw_column(
    table: Coded,
    column: int,
    codes: NDArray[Any],
    hot: NDArray[Any],
    chances: NDArray[Any],
    weights: list[NDArray[Any] | None],
    generator: np.random.Generator,
) -> None:
    first, last = table.starts[column], table.starts[column + 1]
    gaps = table.codes[:, column] < 0
    seen = np.flatnonzero(~gaps)
    others = np.r_[0:first, last : hot.shape[1]]
    sample = generator.choice(seen, min(len(seen), _FIT_ROWS))
    features = np.column_stack([np.ones(len(sample)), hot[np.ix_(sample, others)]])
    fitted = multinomial(features, hot[sample, first:last], weights[column])
    weights[column] = fitted
    rows = np.flatnonzero(gaps)
    expected = probabilities(np.column_stack([np.ones(len(rows)), hot[np.ix_(rows, others)]]), fitted)
    chances[rows, first:last] = expected
    drawn = (expected.cumsum(axis=1) < generator.random((len(rows), 1))).sum(axis=1)
    codes[rows, column] = np.minimum(drawn, last - first - 1)
    hot[rows, first:last] = 0.0
    hot[rows, first + codes[rows, column]] = 1.0


def multinomial(features: NDArray[Any], target: NDArray[Any], start: NDArray[Any] | None = None) -> NDArray[Any]:
    """Coefficients (features by values) of a ridge multinomial regression; the first feature is the constant."""
    width = features.shape[1]
    penalty = np.full(width, _RIDGE)
    penalty[0] = 1e-6
    bound = np.linalg.inv(0.5 * features.T @ features + np.diag(penalty))
    found = np.zeros((width, target.shape[1])) if start is None else start.copy()
    moved = found.copy()
    for step in range(_FIRST_STEPS if start is None else _LATER_STEPS):
        slope = features.T @ (target - probabilities(features, moved)) - penalty[:, None] * moved
        new = moved + bound @ slope
        moved = new + (step / (step + 3)) * (new - found)
        found = new
    return found


def probabilities(features: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
    """The softmax of the linear scores, row by row."""
    score = features @ weights
    score -= score.max(axis=1, keepdims=True)
    np.exp(score, out=score)
    return np.asarray(score / score.sum(axis=1, keepdims=True))
