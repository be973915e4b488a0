"""Points of places as adverts name them: every city that a name may mean, never one guessed and called known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from clew.standards import places

MOST = 4
"""Cities of one name that are looked at, the most populous first."""
SMALL = 0.02
"""A city with less than this share of the inhabitants of the largest of its name is not meant without its country."""


def points_of(names: Iterable[str]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Name as written -> the points it may mean, the likeliest first; empty where the gazetteer knows none.

    `Lyon, FR` and `Lyon, France` mean the one in that country.

    >>> [round(degrees) for degrees in points_of(["Lyon, FR"])["Lyon, FR"][0]]
    [46, 5]
    """
    return {name: tuple((city.latitude, city.longitude) for city in cities_of(name)) for name in set(names)}


def cities_of(name: str) -> tuple[places.City, ...]:
    """The cities that a name may mean, the most populous first."""
    first, comma, rest = name.partition(",")
    found = places.find(first)
    if comma and rest.strip():
        here = _country_code(rest.strip())
        inside = tuple(city for city in found if city.country == here)
        if inside:
            return inside[:1]
    if not found:
        return ()
    return tuple(city for city in found[:MOST] if city.population >= SMALL * found[0].population)


def _country_code(text: str) -> str:
    known = places.country(text)
    if known is not None:
        return known.alpha2
    same = (each.alpha2 for each in places.countries() if places.key(each.name) == places.key(text))
    return next(same, "")


def likeliest(names: Sequence[str]) -> dict[str, places.City]:
    """Of names that stand together, the city each means: the one in the country that most of them can be in, then the largest."""
    found = {name: cities_of(name) for name in dict.fromkeys(names)}
    votes: dict[str, int] = {}
    for options in found.values():
        for country in {city.country for city in options}:
            votes[country] = votes.get(country, 0) + 1
    return {
        name: max(options, key=lambda city: (votes[city.country], city.population))
        for name, options in found.items()
        if options
    }


def distances_km(
    names: Sequence[str],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    points: Mapping[str, Sequence[tuple[float, float]]],
) -> npt.NDArray[np.float64]:
    """Kilometres between places (positions in `names`), the nearest of their possible points; NaN where one has none."""
    pairs, which = np.unique(np.stack([left, right]), axis=1, return_inverse=True)
    found = np.full(pairs.shape[1], np.nan)
    for at, (one, other) in enumerate(pairs.T.tolist()):
        ways = [places.distance_km(a, b) for a in points.get(names[one], ()) for b in points.get(names[other], ())]
        if ways:
            found[at] = min(ways)
    return found[which.ravel()]
