"""What flows one would expect from size and distance alone, and which are larger or smaller than that.

A Poisson gravity model fitted by pseudo-maximum likelihood (Santos Silva and Tenreyro, Rev. Econ. Stat. 2006), zero flows included. With an
effect for every origin and every destination (Anderson and van Wincoop, AER 2003) it compares flows after how many of each are
seen at all: a destination that looks harder has more of every origin. Suppressed counts stay intervals: their part is
the mean of a Poisson count known to lie in the interval (expectation and maximisation in turn).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clew.insight.false_discovery import q_values
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError

EXPECTED = pa.schema(
    [
        ("origin", pa.string()),
        ("destination", pa.string()),
        ("count_low", pa.int64()),
        ("count_high", pa.int64()),
        ("expected", pa.float64()),
        ("low", pa.float64()),  # between these lies what one would count, by the model
        ("high", pa.float64()),
        ("ratio", pa.float64()),  # counted (middle of the logarithms of the interval) to expected
        ("p", pa.float64()),
        ("q", pa.float64()),  # false-discovery rate at which the flow stands out (Benjamini and Hochberg 1995)
        ("verdict", pa.string()),
    ]
)
_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Expected:
    """`table` as EXPECTED; `elasticity` of distance; `dispersion` of the negative binomial (0 is Poisson); how in words."""

    table: pa.Table
    elasticity: float
    dispersion: float
    how: str


def expected_flows(
    flows: pa.Table,
    where: dict[str, tuple[float, float]],
    *,
    population: dict[str, float] | None = None,
    level: float = 0.95,
    rate: float = 0.05,
) -> Expected:
    """Compares every pair of a seen origin and a seen destination with what the model expects, zeros included.

    `flows` has origin, destination, count_low and count_high; `where` gives latitude and longitude. With `population` the model has size
    and distance alone; without, an effect for each country. Flows within a country are left out. Raises UnreadableInput where places are
    not known by the map, or where fewer than three origins or destinations are left.
    """
    for name in ("origin", "destination", "count_low", "count_high"):
        if name not in flows.column_names:
            raise MissingColumn(name, present=tuple(flows.column_names))
    if not 0.5 <= level < 1 or not 0 < rate < 1:
        raise UsageError("level: from 0.5 to below 1; rate: between 0 and 1")
    origins, destinations, low, high = _matrix(flows, where, population)
    far = _distances([where[o] for o in origins], [where[d] for d in destinations])
    used = np.array([[o != d for d in destinations] for o in origins])
    sizes = _sizes(origins, destinations, population)
    fitted = used
    for _ in range(
        2
    ):  # what stands out is left out of the second fit, or it would draw what is expected towards itself
        mean, elasticity = _fitted(low, high, np.log(far), fitted, sizes)
        dispersion = _dispersion(_inside(low, high, mean)[fitted], mean[fitted])
        odd = q_values(_chances(low[used], high[used], mean[used], dispersion)) <= rate
        fitted = used.copy()
        fitted[used] = ~odd
        fitted = fitted if (fitted.sum(axis=1).min() and fitted.sum(axis=0).min()) else used
    table = _compared(origins, destinations, (low, high, mean), used, dispersion, level, rate)
    effects = "the size of both countries" if population else "an effect of each origin and destination"
    return Expected(
        table=table,
        elasticity=elasticity,
        dispersion=dispersion,
        how=f"Poisson gravity model with {effects} and distance (elasticity {elasticity:.2f}); intervals of {level:.0%} from a "
        f"negative binomial with dispersion {dispersion:.2f}. More or fewer than expected is a question, not a finding: it may be effort.",
    )


def _matrix(
    flows: pa.Table, where: dict[str, tuple[float, float]], population: dict[str, float] | None
) -> tuple[list[str], list[str], NDArray[Any], NDArray[Any]]:
    origins, destinations = (sorted(set(flows[n].to_pylist()) - {None}) for n in ("origin", "destination"))
    unknown = sorted({place for place in (*origins, *destinations) if place not in where})
    if unknown:
        raise UnreadableInput(f"{len(unknown)} areas do not match the map, such as {', '.join(unknown[:3])}")
    if population is not None:
        gone = sorted({p for p in (*origins, *destinations) if not population.get(p, 0) > 0})
        if gone:
            raise UnreadableInput(f"{len(gone)} areas have no population, such as {', '.join(gone[:3])}")
    if len(origins) < 3 or len(destinations) < 3:
        raise UnreadableInput("three origins and three destinations at least are needed to expect anything")
    first, last = (np.asarray(pc.fill_null(flows[n].cast(pa.int64()), 0)) for n in ("count_low", "count_high"))
    if (first < 0).any() or (last < first).any():
        raise UnreadableInput("count_low, count_high: a count below zero, or ends in the wrong order")
    rows = np.searchsorted(origins, flows["origin"].to_pylist())
    columns = np.searchsorted(destinations, flows["destination"].to_pylist())
    low, high = (np.zeros((len(origins), len(destinations))) for _ in range(2))
    np.add.at(low, (rows, columns), first)
    np.add.at(high, (rows, columns), last)
    return origins, destinations, low, high


def _distances(left: list[tuple[float, float]], right: list[tuple[float, float]]) -> NDArray[Any]:
    """Kilometres by the great circle, at least 50 (countries side by side whose middles nearly meet)."""
    from clew.standards.places import EARTH_RADIUS_KM

    a, b = np.radians(np.array(left))[:, None], np.radians(np.array(right))[None]
    half = np.sin((b[..., 0] - a[..., 0]) / 2) ** 2
    half = half + np.cos(a[..., 0]) * np.cos(b[..., 0]) * np.sin((b[..., 1] - a[..., 1]) / 2) ** 2
    return np.asarray(np.maximum(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))), 50))


def _sizes(
    origins: list[str], destinations: list[str], population: dict[str, float] | None
) -> list[NDArray[Any]] | None:
    """Log populations as matrices, or None for effects instead."""
    if population is None:
        return None
    shape = (len(origins), len(destinations))
    own = np.log([population[o] for o in origins])[:, None] + np.zeros(shape)
    other = np.log([population[d] for d in destinations])[None] + np.zeros(shape)
    return [own, other]


def _fitted(
    low: NDArray[Any], high: NDArray[Any], log_far: NDArray[Any], used: NDArray[Any], sizes: list[NDArray[Any]] | None
) -> tuple[NDArray[Any], float]:
    """Means of all pairs by a fit to those used, and the elasticity of distance."""
    features = [log_far, *(sizes or [])]
    middle = [f - f[used].mean() for f in features]
    beta = np.zeros(len(features))
    rows, columns = (np.zeros(n) for n in low.shape)
    mean = np.where(used, max(((low + high) / 2)[used].mean(), 1e-9), 0)
    constant, before = float(np.log(mean[used].mean())), np.inf
    for _ in range(_ROUNDS):
        seen = np.where(used, _inside(low, high, mean), 0)
        linear = constant + sum(b * f for b, f in zip(beta, middle, strict=True))
        linear = linear + rows[:, None] + columns[None] if sizes is None else linear
        mean = np.where(used, np.exp(np.clip(linear, -30, 30)), 0)
        if sizes is None:
            factor = _ratio(seen.sum(axis=1), mean.sum(axis=1))
            rows, mean = rows + np.log(factor), mean * factor[:, None]
            factor = _ratio(seen.sum(axis=0), mean.sum(axis=0))
            columns, mean = columns + np.log(factor), mean * factor[None]
        else:
            factor = _ratio(seen.sum(), mean.sum())
            constant, mean = constant + float(np.log(factor)), mean * factor
        step = _newton(seen, mean, middle, used, effects=sizes is None)
        beta = beta + np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-8 and abs(before - mean.sum()) < 1e-8 * (1 + mean.sum()):
            break
        before = mean.sum()
    linear = constant + sum(b * f for b, f in zip(beta, middle, strict=True))
    linear = linear + rows[:, None] + columns[None] if sizes is None else linear
    return np.asarray(np.exp(np.clip(linear, -30, 30))), float(beta[0])


def _ratio(seen: Any, mean: Any) -> Any:
    return np.maximum(seen, 1e-9) / np.maximum(mean, 1e-12)


def _newton(
    seen: NDArray[Any], mean: NDArray[Any], features: list[NDArray[Any]], used: NDArray[Any], *, effects: bool
) -> NDArray[Any]:
    """One step for the coefficients; effects are taken out of the features by weighted means of rows and columns."""
    flat = np.column_stack([_within(f, mean, effects)[used] for f in features])
    weight = mean[used]
    slope = flat.T @ (seen[used] - weight)
    return np.asarray(np.linalg.solve(flat.T @ (flat * weight[:, None]) + 1e-9 * np.eye(len(features)), slope))


def _within(feature: NDArray[Any], mean: NDArray[Any], effects: bool) -> NDArray[Any]:
    out = feature - (feature * mean).sum() / max(mean.sum(), 1e-12)
    for _ in range(3 if effects else 0):
        out = out - ((out * mean).sum(axis=1) / np.maximum(mean.sum(axis=1), 1e-12))[:, None]
        out = out - ((out * mean).sum(axis=0) / np.maximum(mean.sum(axis=0), 1e-12))[None]
    return np.asarray(out)


def _inside(low: NDArray[Any], high: NDArray[Any], mean: NDArray[Any]) -> NDArray[Any]:
    """The mean of a Poisson count that lies between `low` and `high`, both included; never the middle."""
    from scipy.stats import poisson

    mean = np.maximum(mean, 1e-12)
    chance = poisson.cdf(high, mean) - poisson.cdf(low - 1, mean)
    below = poisson.cdf(high - 1, mean) - poisson.cdf(low - 2, mean)
    expected = mean * below / np.maximum(chance, 1e-300)
    return np.where(low == high, low, np.where(chance > 1e-12, np.clip(expected, low, high), np.clip(mean, low, high)))


def _dispersion(seen: NDArray[Any], mean: NDArray[Any]) -> float:
    """The negative binomial's dispersion by the method of moments, none below zero; means of 0.5 and more, without the oddest hundredth."""
    large = mean >= 0.5
    if large.sum() < 10:
        return 0.0
    off = np.sort(((seen - mean) ** 2 - mean)[large] / mean[large] ** 2)
    return float(max(0.0, off[: -max(1, len(off) // 100)].mean()))


def _law(mean: NDArray[Any], dispersion: float) -> Any:
    """The negative binomial around the means, or Poisson where there is no dispersion."""
    from scipy.stats import nbinom, poisson

    mean = np.maximum(mean, 1e-12)
    return nbinom(1 / dispersion, 1 / (1 + dispersion * mean)) if dispersion > 1e-6 else poisson(mean)


def _chances(low: NDArray[Any], high: NDArray[Any], mean: NDArray[Any], dispersion: float) -> NDArray[Any]:
    """Two-sided p-values; an interval counts at the end that speaks against standing out."""
    law = _law(mean, dispersion)
    return np.asarray(np.minimum(1, 2 * np.minimum(law.sf(low - 1), law.cdf(high))))


def _compared(
    origins: list[str], destinations: list[str], counts: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    used: NDArray[Any], dispersion: float, level: float, rate: float,
) -> pa.Table:  # fmt: skip
    rows, columns = np.nonzero(used)
    first, last, expected = (each[used] for each in counts)
    law, p = _law(expected, dispersion), _chances(first, last, expected, dispersion)
    q = q_values(p)
    words = np.where(q > rate, "as expected", np.where(first > expected, "more than expected", "fewer than expected"))
    ratio = np.sqrt(np.maximum(first, 0.5) * np.maximum(last, 0.5)) / np.maximum(expected, 1e-12)
    numbers = (expected, law.ppf((1 - level) / 2), law.ppf((1 + level) / 2), ratio, p, q)
    table = pa.table(
        [
            pa.array(np.array(origins)[rows]),
            pa.array(np.array(destinations)[columns]),
            pa.array(first.astype(np.int64)),
            pa.array(last.astype(np.int64)),
            *(pa.array(np.round(each, 6)) for each in numbers),
            pa.array(words),
        ],
        schema=EXPECTED,
    )
    return table.sort_by([("q", "ascending"), ("count_low", "descending"), ("origin", "ascending")])
