"""Points of places as adverts name them: every city that a name may mean, never one guessed and called known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

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


def likeliest(names: Sequence[str], phones: Iterable[str] = ()) -> dict[str, places.City]:
    """Of names that stand together, the city each means: in the country that most of them, or the phones beside them, can be in.

    Phones are in E.164. Among cities of equally likely countries the largest is taken. A guess, for a map; not for a finding.
    """
    found = {name: cities_of(name) for name in dict.fromkeys(names)}
    votes: dict[str, int] = {}
    for options in found.values():
        for country in {city.country for city in options}:
            votes[country] = votes.get(country, 0) + 1
    for country in (code for phone in phones for code in calling(phone)):
        votes[country] = votes.get(country, 0) + 1
    return {
        name: max(options, key=lambda city: (votes[city.country], city.population))
        for name, options in found.items()
        if options
    }


def calling(phone: str) -> tuple[str, ...]:
    """The countries (alpha-2) of an E.164 number's calling code; empty for what is none.

    >>> calling("+441134960762")[:1], calling("@someone")
    (('GB',), ())
    """
    digits = phone.removeprefix("+")
    known = _by_calling_code()
    for length in (3, 2, 1):
        if phone.startswith("+") and digits[:length] in known:
            return known[digits[:length]]
    return ()


@cache
def _by_calling_code() -> Mapping[str, tuple[str, ...]]:
    """Calling code -> countries, those of most inhabitants (in cities) first."""
    people: dict[str, int] = {}
    for city in places.cities():
        people[city.country] = people.get(city.country, 0) + city.population
    found: dict[str, list[str]] = {}
    for country in sorted(places.countries(), key=lambda each: -people.get(each.alpha2, 0)):
        found.setdefault(country.calling_code.removeprefix("+"), []).append(country.alpha2)
    return {code: tuple(countries) for code, countries in found.items() if code}


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
