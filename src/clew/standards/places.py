"""Cities and countries of the world: where they lie, what they are called, how many live there.

Source: GeoNames (geonames.org, CC BY 4.0), cities of more than 15,000 inhabitants. The tables are made at build time
by `scripts/gazetteer.py` and read on first use. A point is a place on the map, never a border.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clew.safeguards.errors import Blocked

FETCHED = Path(__file__).with_name("_fetched")
EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""


@dataclass(frozen=True, slots=True)
class City:
    """A city: `country` is ISO 3166-1 alpha-2, latitude and longitude are degrees (WGS 84)."""

    id: int
    """Its GeoNames id."""
    name: str
    names: tuple[str, ...]
    """Its other names: without accents and, for larger cities, in other languages."""
    country: str
    latitude: float
    longitude: float
    population: int

    @property
    def label(self) -> str:
        """What clew calls it, as in `Lyon, FR`."""
        return f"{self.name}, {self.country}"


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory by its ISO 3166-1 codes.

    The point is the mean of its cities weighted by inhabitants, None where it has no city in the table.
    """

    alpha2: str
    alpha3: str
    numeric: str
    name: str
    latitude: float | None
    longitude: float | None
    calling_code: str


@cache
def cities() -> tuple[City, ...]:
    """Every city, the most populous first. Raises Blocked when the build left the table out."""
    return tuple(_city(line.split("\t")) for line in _lines("places.tsv.gz"))


@cache
def countries() -> tuple[Country, ...]:
    """Every country and territory in order of its alpha-2 code. Raises Blocked when the build left the table out."""
    return tuple(_country(line.split("\t")) for line in _lines("countries.tsv"))


def country(code: str) -> Country | None:
    """The country of an alpha-2 or alpha-3 code, None for an unknown one."""
    return _by_code().get(code.upper())


def find(name: str) -> tuple[City, ...]:
    """The cities of that name in any of its languages, the most populous first; empty when there is none.

    >>> [city.label for city in find("Londres")][:1]
    ['London, GB']
    """
    return tuple(cities()[i] for i in index().get(key(name), ()))


def nearest(latitude: float, longitude: float) -> City:
    """The city whose point is nearest, by great circle.

    GeoNames lists large cities' districts as places of their own, so the nearest may be one of them.

    >>> nearest(45.7, 4.9).country
    'FR'
    """
    lat, lon = _points()
    return cities()[int(np.argmin(_haversine_km(lat, lon, latitude, longitude)))]


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance in kilometres between two (latitude, longitude) points in degrees (haversine).

    >>> round(distance_km((51.5085, -0.1257), (48.8534, 2.3488)))
    344
    """
    return float(_haversine_km(np.array([a[0]]), np.array([a[1]]), *b)[0])


def key(name: str) -> str:
    """How names are compared: without case, hyphens and apostrophes as one kind each, single spaces.

    >>> key("  Aix-en-Provence ")
    'aix en provence'
    """
    return " ".join(name.casefold().replace("-", " ").replace("’", "'").split())


@cache
def index() -> Mapping[str, tuple[int, ...]]:
    """From the key of every name to positions in `cities()`, the most populous first."""
    found: dict[str, list[int]] = {}
    for position, city in enumerate(cities()):
        for one in dict.fromkeys(key(n) for n in (city.name, *city.names)):
            found.setdefault(one, []).append(position)
    return {name: tuple(positions) for name, positions in found.items()}


def _lines(name: str) -> list[str]:
    path = FETCHED / name
    if not path.is_file():
        raise Blocked(f"{name} is missing: the build makes it with scripts/gazetteer.py")
    content = path.read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    return text.decode().splitlines()[1:]


def _city(row: list[str]) -> City:
    names = tuple(row[2].split(";")) if row[2] else ()
    return City(int(row[0]), row[1], names, row[3], float(row[4]), float(row[5]), int(row[6]))


def _country(row: list[str]) -> Country:
    latitude, longitude = (float(part) if part else None for part in row[4:6])
    return Country(row[0], row[1], row[2], row[3], latitude, longitude, row[6])


@cache
def _by_code() -> Mapping[str, Country]:
    return {code: one for one in countries() for code in (one.alpha2, one.alpha3)}


@cache
def _points() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return np.array([c.latitude for c in cities()]), np.array([c.longitude for c in cities()])


def _haversine_km(
    lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64], latitude: float, longitude: float
) -> npt.NDArray[np.float64]:
    up = np.sin(np.radians(lat - latitude) / 2) ** 2
    across = np.sin(np.radians(lon - longitude) / 2) ** 2
    share = up + math.cos(math.radians(latitude)) * np.cos(np.radians(lat)) * across
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(share, 0, 1))))
