"""Where more is counted than around: the local statistic Gi* of Getis and Ord (Geogr. Anal. 1992, 1995), tested by permutation.

Counts are compared by inhabitant, small areas drawn towards the whole (empirical Bayes, Marshall 1991), since a rate from few persons is
mostly chance. Each area keeps its value while the others change places at random; the false-discovery rate over all areas is
controlled. A map of raw counts shows where people live and who reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clew.insight.false_discovery import q_values
from clew.safeguards.errors import UnreadableInput, UsageError

HOTSPOTS = pa.schema(
    [
        ("area", pa.string()),
        ("count_low", pa.int64()),
        ("count_high", pa.int64()),
        ("rate", pa.float64()),  # per 100,000 inhabitants, drawn towards the whole; without population: the count
        ("around", pa.float64()),  # mean of the same over the area and its neighbours
        ("z", pa.float64()),
        ("p", pa.float64()),
        ("q", pa.float64()),
        ("verdict", pa.string()),
    ]
)
FEWEST_AREAS = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """Areas with counts known to lie in an interval, where they are (degrees), and how many live there (None: not known)."""

    areas: pa.Array
    low: NDArray[Any]
    high: NDArray[Any]
    place: NDArray[Any]
    population: NDArray[Any] | None


def hotspots(
    counted: Counted, *, neighbours: int = 6, permutations: int = 9_999, rate: float = 0.05, seed: int = 1
) -> pa.Table:
    """Tests every area with its nearest neighbours, as HOTSPOTS, those that stand out first.

    An interval count counts at the end that speaks against standing out, for more and for fewer apart. Raises
    UnreadableInput for fewer than twenty areas or areas without a place; UsageError for options out of range.
    """
    count = len(counted.areas)
    if count < FEWEST_AREAS:
        raise UnreadableInput(f"{count} areas: {FEWEST_AREAS} at least, or nothing is around anything")
    if not 1 <= neighbours < count // 2:
        raise UsageError(f"--neighbours: from 1 to {count // 2 - 1}")
    if not 99 <= permutations <= 99_999:
        raise UsageError("--permutations: from 99 to 99,999")
    if not 0 < rate < 1:
        raise UsageError("--rate: between 0 and 1")
    if not np.isfinite(counted.place).all():
        raise UnreadableInput("an area has no latitude or longitude")
    if (counted.low < 0).any() or (counted.high < counted.low).any():
        raise UnreadableInput("a count below zero, or ends in the wrong order")
    near = _nearest(counted.place, neighbours)
    less, more = (_smooth(ends, counted.population) for ends in (counted.low, counted.high))
    generator = np.random.default_rng(seed)
    high_p, z, around = _tested(less, near, permutations, generator)
    low_p, low_z, _ = _tested(-more, near, permutations, generator)
    p = np.minimum(1, 2 * np.minimum(high_p, low_p))
    q = q_values(p)
    hot = high_p <= low_p
    words = np.where(q > rate, "not unusual", np.where(hot, "more than around", "fewer than around"))
    shown = less * (1e5 if counted.population is not None else 1)
    table = pa.table(
        [
            counted.areas, pa.array(counted.low.astype(np.int64)), pa.array(counted.high.astype(np.int64)),
            *(pa.array(np.round(c, 6)) for c in (
                shown, around * (1e5 if counted.population is not None else 1), np.where(hot, z, -low_z), p, q,
            )),
            pa.array(words),
        ],
        schema=HOTSPOTS,
    )  # fmt: skip
    return table.sort_by([("q", "ascending"), ("z", "descending"), ("area", "ascending")])


def _nearest(place: NDArray[Any], neighbours: int) -> NDArray[Any]:
    """For each area itself and its nearest, by the great circle."""
    from scipy.spatial import cKDTree

    lat, lon = np.radians(place).T
    points = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    _, near = cKDTree(points).query(points, k=neighbours + 1)
    near = np.asarray(near)
    own = np.arange(len(points))[:, None]
    others = (
        np.where(near == own, near[:, [-1]], near)[:, :neighbours]
        if not (near[:, 0] == own[:, 0]).all()
        else near[:, 1:]
    )
    return np.hstack([own, others])


def _smooth(count: NDArray[Any], population: NDArray[Any] | None) -> NDArray[Any]:
    """Rates drawn towards the whole by how many live there (Marshall 1991); counts where no population is known."""
    if population is None:
        return np.asarray(np.log1p(count), dtype=float)
    size = np.maximum(population.astype(float), 1)
    raw, whole = count / size, count.sum() / size.sum()
    spread = (size * (raw - whole) ** 2).sum() / size.sum() - whole / size.mean()
    share = max(spread, 0) / (max(spread, 0) + np.maximum(whole, 1e-12) / size)
    return np.asarray(whole + share * (raw - whole))


def _tested(
    values: NDArray[Any], near: NDArray[Any], permutations: int, generator: np.random.Generator
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """One-sided p for more than around by conditional permutation, the statistic's z, and the local mean."""
    count, size = near.shape
    around = values[near].mean(axis=1)
    mean, spread = values.mean(), values.std() or 1.0
    z = (around - mean) / (spread * np.sqrt((count / size - 1) / (count - 1)))
    at_least = np.ones(count)
    for start in range(0, permutations, 500):
        draws = min(500, permutations - start)
        chosen = np.argpartition(generator.random((draws, count - 1)), size - 1, axis=1)[:, : size - 1]
        for area in range(count):
            others = np.where(chosen >= area, chosen + 1, chosen)
            drawn = (values[area] + values[others].sum(axis=1)) / size
            at_least[area] += (drawn >= around[area] - 1e-12).sum()
    return at_least / (permutations + 1), z, around
