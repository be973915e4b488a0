"""Cities named in a text, from the gazetteer of GeoNames."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from clew.safeguards.errors import Blocked
from clew.signals.base import Manifest, Settings, Signal
from clew.signals.detector import TextDetector
from clew.signals.phrases import Phrases
from clew.signals.place.areas import COUNTRIES
from clew.signals.place.context import (
    BESIDE,
    CITY,
    NAMED,
    Area,
    Evidence,
    area_names,
    areas_in,
    beside,
    evidence,
    money_words,
    state_after,
    weights,
)
from clew.signals.place.spotting import Sighting, sightings
from clew.standards import places

_LEAST = 0.25
_MOST_CANDIDATES = 40
_STATE_KM = 250.0
"""How far a city may lie from the middle of its state before it becomes unlikely."""


class PlaceDetector(TextDetector):
    """Reads city names that are written like names: with a capital, and after a word such as "in" when the city is small
    or the name is a common word. Of several cities of one name it takes the likeliest by inhabitants and by what else the
    text says: countries, states and other cities named, telephones' country codes, money, language. How much likelier it
    is than the others is how sure the claim is. Countries and some regions are claims of kind `area`.
    """

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        super().__init__(manifest, settings)
        self._sighted: dict[str, tuple[Sighting, ...]] = {}

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        return (area_names(), money_words())

    def prepare(self, texts: Sequence[str]) -> None:
        try:
            self._sighted = dict(zip(texts, sightings(texts), strict=True))
        except Blocked:  # each text says so itself
            self._sighted = {}

    def read(self, text: str) -> list[Signal]:
        seen = self._sighted.get(text)
        if seen is None:
            (seen,) = sightings([text])
        named = areas_in(text)
        if not named:
            return list(self._cities(text, seen, {})) if seen else []
        by_start = {area.start: area for area in named}
        if len(seen) > 1:  # the Ontario of "London, Ontario" is no city
            outer = {area.start for one in seen if (area := beside(by_start, text, one.end))}
            seen = tuple(one for one in seen if one.start not in outer)
        seen = tuple(one for one in seen if not _is_country(one, by_start.get(one.start)))
        taken = {place for one in seen for place in range(one.start, one.end)}
        found = [
            self.signal("area", area.code, (area.start, area.end), 0.8)
            for area in named
            if area.start not in taken and area.end - 1 not in taken
        ]
        found += self._cities(text, seen, by_start)
        return sorted(found, key=lambda signal: signal.start)

    def _cities(self, text: str, seen: Sequence[Sighting], named: Mapping[int, Area]) -> Iterator[Signal]:
        known: Evidence | None = None
        all_names = frozenset(one.candidates for one in seen)
        for one in seen:
            if len(one.candidates) == 1:
                label, share = places.cities()[one.candidates[0]].label, 1.0
            else:
                if known is None:
                    known = evidence(text, named.values(), self.settings.region, _language)
                area = state_after(text, one.end) or (beside(named, text, one.end) if named else None)
                label, share = _most_likely(one.candidates, area, all_names, known)
            confidence = round(share * (0.95 if one.cued else 0.8), 2)
            if confidence >= _LEAST:
                yield self.signal("place", label, (one.start, one.end), confidence)


def _is_country(sighting: Sighting, area: Area | None) -> bool:
    """Whether the same words name a country: Colombia, Lebanon, Mexico. Luxembourg, a city of its own name, stays one."""
    if area is None or area.end != sighting.end or area.point is not None:
        return False
    city = places.cities()[sighting.candidates[0]]
    return city.country != area.country or places.key(city.name) not in _country_names(area.country)


@cache
def _country_names(code: str) -> frozenset[str]:
    known = places.country(code)
    return frozenset(places.key(name) for name in (*COUNTRIES.get(code, ()), *((known.name,) if known else ())))


def _language(text: str) -> str | None:
    return _guesser()(text)


@cache
def _guesser() -> Callable[[str], str | None]:
    """What names a text's language; where its library is missing no language can be told."""
    try:
        from clew.signals.language.detect import guess
    except ImportError:
        return lambda _: None
    return guess


@lru_cache(maxsize=20_000)
def _most_likely(
    candidates: tuple[int, ...], area: Area | None, all_names: frozenset[tuple[int, ...]], known: Evidence
) -> tuple[str, float]:
    """The likeliest of the cities of a name, and its share of the likelihood of them all. Many texts say the same of both."""
    near, times = _neighbours(all_names), weights(known)
    cities = [places.cities()[i] for i in candidates[:_MOST_CANDIDATES]]
    points = [_likelihood(city, area, near.of_country(city.country, candidates), times) for city in cities]
    best = max(range(len(cities)), key=points.__getitem__)
    return cities[best].label, points[best] / sum(points)


def _likelihood(city: places.City, area: Area | None, near: float, known: Mapping[str, float]) -> float:
    points = (city.population or 500) * known.get(city.country, 1.0) * (1 + CITY * near)
    if area:
        points *= BESIDE if city.country == area.country else 1 / NAMED
        if area.point and city.country == area.country:
            away_km = places.distance_km(area.point, (city.latitude, city.longitude))
            points *= math.exp(-((away_km / _STATE_KM) ** 2))
    return points


class _Neighbours:
    """Country -> how sure the names in a text are of it by inhabitants, for all names and for each; each name counts once."""

    def __init__(self, names: frozenset[tuple[int, ...]]) -> None:
        self.each = {candidates: _shares(candidates) for candidates in names} if len(names) > 1 else {}
        self.all: dict[str, float] = {}
        for shares in self.each.values():
            for country, share in shares.items():
                self.all[country] = self.all.get(country, 0.0) + share

    def of_country(self, country: str, besides: tuple[int, ...]) -> float:
        """What the other names say, up to three of them."""
        return min(3.0, self.all.get(country, 0.0) - self.each.get(besides, {}).get(country, 0.0))


_neighbours = lru_cache(maxsize=4096)(_Neighbours)


@lru_cache(maxsize=20_000)
def _shares(candidates: tuple[int, ...]) -> Mapping[str, float]:
    cities = [places.cities()[i] for i in candidates[:_MOST_CANDIDATES]]
    total = sum(city.population or 500 for city in cities)
    found: dict[str, float] = {}
    for city in cities:
        found[city.country] = found.get(city.country, 0.0) + (city.population or 500) / total
    return found
