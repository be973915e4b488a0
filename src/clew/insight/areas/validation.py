"""Whether the index finds more of what was reported than the number of inhabitants does.

Reports are not victims: where people look and are trusted, more is reported. The honest comparator is population alone.
Folds are blocks of neighbouring areas, since an area next to a known one is no test (Roberts and others, Ecography 2017).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.insight.areas.indicators import Areas

TOP = 0.1
_FOLDS = 5
_DRAWS = 400


@dataclass(frozen=True, slots=True)
class Validation:
    """Share of held-out reports that lie in the tenth of areas ranked highest, by the index and by population alone.

    Intervals are 95 % over areas drawn again. `spatial` says whether the folds are blocks in space.
    """

    areas: int
    reports: float
    spatial: bool
    index: tuple[float, float, float]
    population: tuple[float, float, float] | None
    difference: tuple[float, float, float] | None
    correlation: float

    def as_json(self) -> dict[str, Any]:
        def told(three: tuple[float, float, float] | None) -> dict[str, float] | None:
            return dict(zip(("share", "low", "high"), (round(x, 4) for x in three), strict=True)) if three else None

        better = "no population in the table: nothing to compare with"
        if self.difference:
            better = (
                "better than population alone"
                if self.difference[1] > 0
                else "not shown to be better than population alone"
            )
            better = "worse than population alone" if self.difference[2] < 0 else better
        return {
            "what": f"share of reports in the {TOP:.0%} of areas ranked highest, held out",
            "folds": "blocks of neighbouring areas"
            if self.spatial
            else "random areas: neighbours leak into each other, so this flatters",
            "areas": self.areas,
            "reports": self.reports,
            "index": told(self.index),
            "population_alone": told(self.population),
            "difference": told(self.difference),
            "verdict": better,
            "rank_correlation_with_rate": round(self.correlation, 4),
            "caution": "reports show where people looked and were told, not where people are exploited",
        }


def rate_of(areas: Areas) -> NDArray[Any]:
    """Logarithm of reports by inhabitant (or of reports, where no population is known), half a report added; NaN where unknown."""
    if areas.reports is None:
        return np.full(len(areas.values), np.nan)
    size = np.ones(len(areas.values)) if areas.population is None else np.maximum(areas.population, 1)
    return np.asarray(np.log((areas.reports + 0.5) / size))


def validate(
    areas: Areas, turned: NDArray[Any], build: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]
) -> Validation | None:
    """Builds the index for each block from the others alone and looks where the block's reports lie; None under 20 areas."""
    assert areas.reports is not None
    known = np.isfinite(areas.reports) & (np.isfinite(areas.population) if areas.population is not None else True)
    if known.sum() < 20 or np.nansum(areas.reports[known]) <= 0:
        return None
    fold, spatial = _folds(areas, known)
    held = np.full(len(turned), np.nan)
    for each in np.unique(fold[known]):
        out = known & (fold == each)
        held[out] = build(turned, known & (fold != each))[out]
    size = areas.population if areas.population is not None else np.ones(len(turned))
    expected = _onto_share(held[known]) * size[known]
    reports, people = areas.reports[known], size[known]
    pairs = _captured(expected, people, reports, areas.population is not None)
    return Validation(
        areas=int(known.sum()),
        reports=float(reports.sum()),
        spatial=spatial,
        index=pairs[0],
        population=pairs[1],
        difference=pairs[2],
        correlation=_correlation(held[known], rate_of(areas)[known]),
    )


def _onto_share(score: NDArray[Any]) -> NDArray[Any]:
    low, high = score.min(), score.max()
    return np.asarray(0.05 + (score - low) / (high - low)) if high > low else np.ones(len(score))


def _captured(
    expected: NDArray[Any], people: NDArray[Any], reports: NDArray[Any], compared: bool
) -> tuple[tuple[float, float, float], tuple[float, float, float] | None, tuple[float, float, float] | None]:
    """Shares of reports in the top tenth by index and by population, and their difference, each with its interval."""
    ours, theirs = _share(expected, reports), _share(people, reports)
    generator = np.random.default_rng(1)
    drawn = []
    for _ in range(_DRAWS):
        again = generator.integers(len(reports), size=len(reports))
        if reports[again].sum() > 0:
            drawn.append((_share(expected[again], reports[again]), _share(people[again], reports[again])))
    both = np.array(drawn)

    def around(point: float, values: NDArray[Any]) -> tuple[float, float, float]:
        low, high = np.quantile(values, [0.025, 0.975])
        return point, float(low), float(high)

    if not compared:
        return around(ours, both[:, 0]), None, None
    return (
        around(ours, both[:, 0]),
        around(theirs, both[:, 1]),
        around(ours - theirs, both[:, 0] - both[:, 1]),
    )


def _share(score: NDArray[Any], reports: NDArray[Any]) -> float:
    top = max(1, round(TOP * len(score)))
    return float(reports[np.argsort(-score, kind="stable")[:top]].sum() / reports.sum())


def _folds(areas: Areas, known: NDArray[Any]) -> tuple[NDArray[Any], bool]:
    """A fold for each area: given blocks, or strips of the map, or chance."""
    if areas.block is not None and len(np.unique(areas.block[known])) >= 2:
        return areas.block, True
    if areas.place is not None and np.isfinite(areas.place[known]).all():
        return _strips(areas.place), True
    return np.random.default_rng(1).integers(_FOLDS, size=len(known)), False


def _strips(place: NDArray[Any]) -> NDArray[Any]:
    """Nine blocks: thirds of latitude, each in thirds of longitude."""
    third = _thirds(place[:, 0])
    found = np.zeros(len(place), dtype=int)
    for each in range(3):
        inside = third == each
        if inside.any():
            found[inside] = each * 3 + _thirds(place[inside, 1])
    return found


def _thirds(values: NDArray[Any]) -> NDArray[Any]:
    order = np.argsort(np.argsort(np.nan_to_num(values), kind="stable"), kind="stable")
    return np.asarray(order * 3 // max(len(values), 1))


def _correlation(left: NDArray[Any], right: NDArray[Any]) -> float:
    from scipy.stats import rankdata

    a, b = rankdata(left), rankdata(right)
    spread = a.std() * b.std()
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread > 0 else 0.0
