"""Intervals that include the choice of the model: bias-corrected and accelerated bootstrap (BCa, Efron 1987).

The persons known are drawn again, a model is chosen and fitted anew for each draw, and so it is for the jackknife that
gives the acceleration (Chan, Silverman and Vincent 2021, section 3.3; Silverman, Chan and Vincent 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.insight.population.selection import Chooser


@dataclass(frozen=True, slots=True)
class Limits:
    """An interval for all persons, those on no list included; `high` may be infinite.

    `unsound` counts draws for which no model could be fitted soundly; they count as infinitely high.
    """

    low: float
    high: float
    level: float
    draws: int
    unsound: int


def limits(counts: NDArray[Any], choose: Chooser, point: float, *, draws: int, level: float, seed: int) -> Limits:
    """The BCa interval around `point`, which is the estimate of all persons for the counts as they are."""
    generator = np.random.default_rng(seed)
    known = int(counts[1:].sum())
    again = generator.multinomial(known, counts[1:] / known, size=draws)
    totals = np.array([_total(choose, np.r_[0, drawn]) for drawn in again])
    low, high = _quantiles(totals, point, _acceleration(counts, choose), level)
    return Limits(low, high, level, draws, int(np.isinf(totals).sum()))


def _total(choose: Chooser, counts: NDArray[Any]) -> float:
    return float(counts.sum() + choose(counts).unseen)


def _acceleration(counts: NDArray[Any], choose: Chooser) -> float:
    """From the estimates without one person of each history, weighted by how many there are."""
    histories = np.flatnonzero(counts)
    weights = counts[histories].astype(float)
    without = []
    for history in histories:
        fewer = counts.copy()
        fewer[history] -= 1
        without.append(_total(choose, fewer))
    totals = np.array(without)
    finite = np.isfinite(totals)
    if finite.sum() < 2:
        return 0.0
    totals, weights = totals[finite], weights[finite]
    off = np.average(totals, weights=weights) - totals
    spread = (weights * off**2).sum()
    return float((weights * off**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0


def _quantiles(totals: NDArray[Any], point: float, acceleration: float, level: float) -> tuple[float, float]:
    from scipy.stats import norm

    below = np.clip((totals < point).mean() + (totals == point).mean() / 2, 0.5 / len(totals), 1 - 0.5 / len(totals))
    bias = norm.ppf(below)
    tails = norm.ppf([(1 - level) / 2, (1 + level) / 2])
    shares = norm.cdf(bias + (bias + tails) / (1 - acceleration * (bias + tails)))
    ordered = np.sort(totals)
    places = np.clip(np.ceil(shares * len(ordered)).astype(int) - 1, 0, len(ordered) - 1)
    return float(ordered[places[0]]), float(ordered[places[1]])
