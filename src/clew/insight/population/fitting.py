"""Fits log-linear models to counts of capture histories, sparse ones too.

The counts are Poisson with log means linear in the model's terms. A term whose lists have nobody in common is fitted at
minus infinity: its histories are left out and so is the term (Chan, Silverman and Vincent, JASA 2021). What
is left is fitted by Newton's method in machine code; where a fitted mean runs to nothing, a linear programme decides
whether there is a maximum of the likelihood at all (Fienberg and Rinaldo, Annals of Statistics 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from clew.insight.population.models import Model

_STEPS = 100
_NEAR_NOTHING = 1e-6
"""A fitted mean below this among the histories kept asks for the linear programme."""
_SOUND, _SUSPECT, _SINGULAR, _LOST = 0, 1, 2, 3
"""How a fit went: well; a mean ran to nothing; the first system was singular, or a later one."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One model fitted: persons unseen, the criterion, and whether the fit may be believed.

    `check` is 0 sound, 1 no maximum of the likelihood, 2 not identifiable, 3 both; unless it is 0, `unseen` and `bic`
    are infinite.
    """

    model: Model
    unseen: float
    bic: float
    check: int


@numba.njit(nogil=True, cache=True)
def _laid_out(counts, terms):  # type: ignore[no-untyped-def]
    """Histories and design matrix of what is not fitted at minus infinity; terms with nobody in common are out."""
    empty = np.zeros(terms.shape[0], np.bool_)
    for at in range(terms.shape[0]):
        total = 0.0
        for cell in range(1, counts.shape[0]):
            if cell & terms[at] == terms[at]:
                total += counts[cell]
        empty[at] = total == 0
    cells = np.empty(counts.shape[0], np.int64)
    design = np.zeros((counts.shape[0], terms.shape[0] + 1))
    rows = 0
    for cell in range(1, counts.shape[0]):
        kept, width = True, 1
        design[rows, :] = 0.0
        design[rows, 0] = 1.0
        for at in range(terms.shape[0]):
            inside = cell & terms[at] == terms[at]
            if empty[at]:
                kept = kept and not inside
            else:
                design[rows, width] = 1.0 if inside else 0.0
                width += 1
        if kept:
            cells[rows] = cell
            rows += 1
    return cells[:rows], design[:rows, : terms.shape[0] + 1 - empty.sum()]


@numba.njit(nogil=True, cache=True)
def _fit(counts, terms):  # type: ignore[no-untyped-def]
    """Intercept, maximum of the log-likelihood without its constant, fitted means by history, and how it went."""
    cells, design = _laid_out(counts, terms)
    rows, width = design.shape
    means = np.zeros(counts.shape[0])
    if rows < width:
        return 0.0, 0.0, means, _SINGULAR
    seen = counts[cells]
    mean = seen + 0.5
    log_mean = np.log(mean)
    beta, side, square = np.zeros(width), np.empty(width), np.empty((width, width))
    before, level = -1e300, -1e300
    for step in range(_STEPS):
        square[:, :] = 0.0
        side[:] = 0.0
        for row in range(rows):
            worked = mean[row] * log_mean[row] + seen[row] - mean[row]
            for a in range(width):
                if design[row, a] != 0.0:
                    side[a] += worked
                    for b in range(a + 1):
                        if design[row, b] != 0.0:
                            square[a, b] += mean[row]
        if not _solved(square, side, beta):
            return 0.0, 0.0, means, _SINGULAR if step == 0 else _LOST
        level = 0.0
        for row in range(rows):
            value = 0.0
            for a in range(width):
                if design[row, a] != 0.0:
                    value += beta[a]
            log_mean[row] = min(max(value, -40.0), 40.0)
            mean[row] = np.exp(log_mean[row])
            level += seen[row] * log_mean[row] - mean[row]
        if step > 0 and abs(level - before) <= 1e-11 * (abs(level) + 1.0):
            break
        before = level
    for row in range(rows):
        means[cells[row]] = mean[row]
    return beta[0], level, means, _SUSPECT if mean.min() < _NEAR_NOTHING else _SOUND


@numba.njit(nogil=True, cache=True)
def _solved(square, side, out):  # type: ignore[no-untyped-def]
    """Solves a symmetric system by Cholesky's method in its own memory; False when it is singular."""
    width = side.shape[0]
    for a in range(width):
        for b in range(a + 1):
            value = square[a, b]
            for c in range(b):
                value -= square[a, c] * square[b, c]
            if a == b:
                if value <= 1e-9 * (abs(square[a, a]) + 1e-12) or value <= 0.0:
                    return False
                square[a, a] = np.sqrt(value)
            else:
                square[a, b] = value / square[b, b]
    for a in range(width):
        value = side[a]
        for c in range(a):
            value -= square[a, c] * out[c]
        out[a] = value / square[a, a]
    for a in range(width - 1, -1, -1):
        value = out[a]
        for c in range(a + 1, width):
            value -= square[c, a] * out[c]
        out[a] = value / square[a, a]
    return True


def fit(counts: NDArray[Any], model: Model) -> Fit:
    """Fits one model to counts by history (`counts[0]` is not looked at). Never raises; see `Fit.check`."""
    intercept, level, _, went = _fit(counts.astype(np.float64), np.asarray(model, dtype=np.int64))
    check = 0 if went == _SOUND else check_model(counts, model) or (0 if went == _SUSPECT else 1)
    if check:
        return Fit(model, np.inf, np.inf, check)
    return Fit(model, float(np.exp(intercept)), _criterion(counts, level, len(model)), 0)


def means(counts: NDArray[Any], model: Model) -> NDArray[Any]:
    """Fitted means of the seen histories 1, 2, ..., of a model that can be fitted."""
    fitted: NDArray[Any] = _fit(counts.astype(np.float64), np.asarray(model, dtype=np.int64))[2]
    return fitted[1:]


def _criterion(counts: NDArray[Any], level: Any, terms: Any) -> Any:
    """Schwarz's criterion; a term at minus infinity is counted like any other (Silverman, Chan and Vincent 2024)."""
    return -2 * (level - _log_factorials(counts)) + np.log(counts[1:].sum()) * (terms + 1)


class Candidates:
    """Models to choose among, laid out for machine code."""

    def __init__(self, models: Sequence[Model]) -> None:
        self.models = list(models)
        self._widths = np.array([len(model) for model in self.models], dtype=np.int64)
        self._terms = np.zeros((len(self.models), int(self._widths.max(initial=1))), dtype=np.int64)
        for row, model in enumerate(self.models):
            self._terms[row, : len(model)] = model

    def ranked(self, counts: NDArray[Any], most: int) -> list[Fit]:
        """The `most` sound fits with the lowest criterion, best first; equal ones in the order of the models."""
        intercepts, levels, went = _fit_all(counts.astype(np.float64), self._terms, self._widths)
        bic = np.where(went >= _SINGULAR, np.inf, _criterion(counts, levels, self._widths))
        found: list[Fit] = []
        for at in np.argsort(np.round(bic, 9), kind="stable"):
            if len(found) == most or not np.isfinite(bic[at]):
                break
            if went[at] == _SOUND or check_model(counts, self.models[at]) == 0:
                found.append(Fit(self.models[at], float(np.exp(intercepts[at])), float(bic[at]), 0))
        return found

    def best(self, counts: NDArray[Any]) -> Fit:
        """The sound fit with the lowest criterion; an unsound one where no model can be fitted."""
        found = self.ranked(counts, 1)
        return found[0] if found else Fit(self.models[0], np.inf, np.inf, check_model(counts, self.models[0]) or 1)


@numba.njit(nogil=True, cache=True)
def _fit_all(counts, terms, widths):  # type: ignore[no-untyped-def]
    """`_fit` for each model: intercepts, levels and how each went."""
    models = widths.shape[0]
    intercepts, levels, went = np.empty(models), np.empty(models), np.empty(models, np.int64)
    for at in range(models):
        intercepts[at], levels[at], _, went[at] = _fit(counts, terms[at, : widths[at]])
    return intercepts, levels, went


def _log_factorials(counts: NDArray[Any]) -> float:
    from scipy.special import gammaln

    return float(gammaln(counts[1:] + 1.0).sum())


def check_model(counts: NDArray[Any], model: Model) -> int:
    """Whether the likelihood has a maximum and the parameters are told apart: 0 sound, 1, 2 or 3 (see `Fit`)."""
    cells, terms = _left(tuple(int(c) for c in counts), model)
    matrix = np.column_stack([np.ones(len(cells))] + [(cells & term) == term for term in terms]).astype(float)
    identifiable = np.linalg.matrix_rank(matrix) == matrix.shape[1]
    return (0 if _has_maximum(matrix, counts[cells].astype(float)) else 1) + (0 if identifiable else 2)


@lru_cache(maxsize=4096)
def _left(counts: tuple[int, ...], model: Model) -> tuple[NDArray[Any], list[int]]:
    """Histories and terms that are not fitted at minus infinity."""
    cells, seen = np.arange(1, len(counts)), np.asarray(counts[1:])
    empty = [term for term in model if seen[(cells & term) == term].sum() == 0]
    out = np.zeros(len(cells), dtype=bool)
    for term in empty:
        out |= (cells & term) == term
    return cells[~out], [term for term in model if term not in empty]


def _has_maximum(matrix: NDArray[Any], seen: NDArray[Any]) -> bool:
    """Whether counts that are all above zero have the same margins as the seen ones (Fienberg and Rinaldo 2012)."""
    if (seen > 0).all():
        return True
    from scipy.optimize import linprog

    rows, width = matrix.shape
    answer = linprog(
        np.r_[np.zeros(rows), -1.0],
        A_ub=np.hstack([-np.eye(rows), np.ones((rows, 1))]),
        b_ub=np.zeros(rows),
        A_eq=np.hstack([matrix.T, np.zeros((width, 1))]),
        b_eq=matrix.T @ seen,
        bounds=[(0, None)] * rows + [(None, 1.0)],
        method="highs",
    )
    return bool(answer.success and -answer.fun > 1e-7)
