"""Ranks areas by a composite index, with the interval that the choices behind it leave open.

The index is points for planning prevention. It is no probability, no count of persons, and no ground for policing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clew.insight.areas.choices import AGGREGATORS, NORMALISERS, filled, first_component, learnt, onto_points
from clew.insight.areas.indicators import Areas
from clew.insight.areas.validation import Validation, rate_of, validate
from clew.safeguards.errors import UsageError

NOTICE = (
    "For prevention, not for policing: points from indicators of vulnerability, not counts of persons and no reason to suspect "
    "anyone who lives or works there."
)
FEWEST_DRAWS = 50
_SHARES = ("equal", "given", "component", "learnt")

RANKED = pa.schema(
    [
        ("area", pa.string()),
        ("risk", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("rank", pa.int64()),
        ("rank_low", pa.int64()),
        ("rank_high", pa.int64()),
        ("indicators", pa.int64()),  # how many are recorded for the area
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the index is built, and how many other ways its intervals look at. `weights` by indicator (default: equal)."""

    weighting: str = "equal"
    """equal, given, component or learnt (from reports)."""
    normalisation: str = "range"
    aggregation: str = "sum"
    weights: Mapping[str, float] | None = None
    draws: int = 500
    level: float = 0.9
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Ranking:
    """`table` as RANKED, highest risk first; `weights` by indicator; how far each choice moves ranks; the validation."""

    table: pa.Table
    weights: dict[str, float]
    sensitivity: dict[str, float]
    validation: Validation | None
    method: Method
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What stands beside the ranks: notice, weights, sensitivity, validation and notes."""
        return {
            "notice": NOTICE,
            "areas": self.table.num_rows,
            "weighting": self.method.weighting,
            "normalisation": self.method.normalisation,
            "aggregation": self.method.aggregation,
            "weights": {name: round(weight, 4) for name, weight in self.weights.items()},
            "interval": f"{self.method.level:.0%} of {self.method.draws} other ways to build the index",
            "mean_change_of_rank_by_choice": {name: round(moved, 2) for name, moved in self.sensitivity.items()},
            "validation": self.validation.as_json() if self.validation else "no reports in the table: not validated",
            "notes": list(self.notes),
        }


def rank(areas: Areas, method: Method = Method()) -> Ranking:
    """Ranks the areas. `risk` runs from 0 (the lowest area) to 1; `low` and `high` hold `level` of the draws and the risk.

    Each draw chooses anew the normalisation, the weights, the aggregation, the filling of missing values and which
    indicator is left out. Raises UsageError for a method that is not known or cannot be used on this table.
    """
    _check(areas, method)
    turned = areas.values * areas.sign
    weights = _weights(areas, NORMALISERS[method.normalisation](filled(turned, None)), method.weighting, method)
    risk = _index(turned, method.normalisation, method.aggregation, weights, None)
    generator = np.random.default_rng(method.seed)
    drawn = np.column_stack([_drawn(areas, turned, method, generator) for _ in range(method.draws)])
    tails = [(1 - method.level) / 2, (1 + method.level) / 2]
    low, high = np.quantile(drawn, tails, axis=1)
    ranks = _ranks(risk)
    all_ranks = np.apply_along_axis(_ranks, 0, drawn)
    first = np.minimum(np.floor(np.quantile(all_ranks, tails[0], axis=1)), ranks).astype(int)
    last = np.maximum(np.ceil(np.quantile(all_ranks, tails[1], axis=1)), ranks).astype(int)
    columns = [
        areas.names, *(np.round(c, 6) for c in (risk, np.minimum(low, risk), np.maximum(high, risk))), ranks, first, last,
        np.isfinite(areas.values).sum(axis=1),
    ]  # fmt: skip
    table = pa.Table.from_arrays([pa.array(c) for c in columns], schema=RANKED)
    order = np.lexsort((np.asarray(areas.names.to_numpy(zero_copy_only=False), dtype=str), ranks))
    return Ranking(
        table=table.take(pa.array(order)),
        weights=dict(zip(areas.indicators, map(float, weights), strict=True)),
        sensitivity=_sensitivity(areas, turned, method, weights, ranks),
        validation=validate(areas, turned, _validated_index(areas, method)) if areas.reports is not None else None,
        method=method,
        notes=areas.notes,
    )


def _check(areas: Areas, method: Method) -> None:
    for option, value, known in (
        ("--weights", method.weighting, _SHARES),
        ("--normalise", method.normalisation, tuple(NORMALISERS)),
        ("--aggregate", method.aggregation, tuple(AGGREGATORS)),
    ):
        if value not in known:
            raise UsageError(f"{option}: choose {', '.join(known)}")
    if method.draws < FEWEST_DRAWS:
        raise UsageError(f"--draws: {FEWEST_DRAWS} at least")
    if not 0.5 <= method.level < 1:
        raise UsageError("--level: from 0.5 to below 1")
    if method.weighting == "learnt" and (areas.reports is None or np.isfinite(areas.reports).sum() < 20):
        raise UsageError(
            "--weights learnt: needs a column of reports, recorded for 20 areas at least (--reports COLUMN)"
        )
    if method.weighting == "given":
        _check_given(areas, method.weights or {})


def _check_given(areas: Areas, weights: Mapping[str, float]) -> None:
    gone = [name for name in weights if name not in areas.indicators]
    if gone or not weights:
        raise UsageError(
            f"weights given for what is no indicator here: {', '.join(gone)}" if gone else "no weights given"
        )
    if any(not np.isfinite(weight) or weight < 0 for weight in weights.values()) or sum(weights.values()) <= 0:
        raise UsageError("a weight is a number from zero up, and one at least is above zero")


def _weights(areas: Areas, normal: NDArray[Any], weighting: str, method: Method) -> NDArray[Any]:
    """One weight an indicator; they add up to one."""
    if weighting == "given":
        given = np.array([(method.weights or {}).get(name, 0.0) for name in areas.indicators])
        return np.asarray(given / given.sum())
    if weighting == "component":
        return first_component(normal)
    if weighting == "learnt":
        rate = rate_of(areas)
        seen = np.isfinite(rate)
        return learnt(normal[seen], rate[seen])
    return np.full(len(areas.indicators), 1 / len(areas.indicators))


def _index(
    turned: NDArray[Any], normalisation: str, aggregation: str, weights: NDArray[Any], fill: np.random.Generator | None
) -> NDArray[Any]:
    normal = NORMALISERS[normalisation](filled(turned, fill))
    return onto_points(AGGREGATORS[aggregation](normal, weights))


def _drawn(areas: Areas, turned: NDArray[Any], method: Method, generator: np.random.Generator) -> NDArray[Any]:
    """The index built another way."""
    normal = NORMALISERS[str(generator.choice(list(NORMALISERS)))](filled(turned, generator))
    ways = ["equal", "component"] if len(areas.indicators) > 1 else ["equal"]
    if method.weighting not in ways:
        ways.append(method.weighting)
    weights = _weights(areas, normal, str(generator.choice(ways)), method)
    weights = generator.dirichlet(weights * 10 * len(weights) + 1e-3)
    if len(weights) > 2 and generator.random() < 0.5:
        weights[generator.integers(len(weights))] = 0
    return onto_points(AGGREGATORS[str(generator.choice(list(AGGREGATORS)))](normal, weights / weights.sum()))


def _sensitivity(
    areas: Areas, turned: NDArray[Any], method: Method, weights: NDArray[Any], ranks: NDArray[Any]
) -> dict[str, float]:
    """By how many places ranks move on average when one choice alone is made another way."""
    how = (method.normalisation, method.aggregation)

    def moved(index: NDArray[Any]) -> float:
        return float(np.abs(_ranks(index) - ranks).mean())

    found = {f"normalisation {n}": moved(_index(turned, n, how[1], weights, None)) for n in NORMALISERS if n != how[0]}
    found |= {f"aggregation {a}": moved(_index(turned, how[0], a, weights, None)) for a in AGGREGATORS if a != how[1]}
    normal = NORMALISERS[how[0]](filled(turned, None))
    for way in ("equal", "component"):
        if way != method.weighting and len(weights) > 1:
            found[f"weights {way}"] = moved(_index(turned, *how, _weights(areas, normal, way, method), None))
    if np.isnan(turned).any():
        drawn = np.random.default_rng(method.seed)
        found["missing values drawn"] = float(np.mean([moved(_index(turned, *how, weights, drawn)) for _ in range(10)]))
    for place, name in enumerate(areas.indicators):
        less = np.where(np.arange(len(weights)) == place, 0, weights)
        if less.sum() > 0 and len(weights) > 1:
            found[f"without {name}"] = moved(_index(turned, *how, less / less.sum(), None))
        if not areas.stated[place]:
            flipped = turned * np.where(np.arange(len(weights)) == place, -1, 1)
            found[f"direction of {name} turned"] = moved(_index(flipped, *how, weights, None))
    return found


def _validated_index(areas: Areas, method: Method) -> Any:
    """A function from indicators and the areas it may learn from to the index, for cross-validation."""

    def build(turned: NDArray[Any], known: NDArray[Any]) -> NDArray[Any]:
        normal = NORMALISERS[method.normalisation](filled(turned, None))
        if method.weighting == "learnt":
            weights = learnt(normal[known], rate_of(areas)[known])
        else:
            weights = _weights(areas, normal, method.weighting, method)
        return AGGREGATORS[method.aggregation](normal, weights)

    return build


def _ranks(index: NDArray[Any]) -> NDArray[Any]:
    """1 for the highest; equals share the lower number."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(-np.round(index, 12), method="min"), dtype=int)
