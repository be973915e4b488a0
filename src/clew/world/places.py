"""Where the world happens: real cities with rounded numbers, so that a gazetteer knows them.

Nothing said of them is true.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class City:
    """A city, its country (ISO 3166-1 alpha-3) and the languages that posters use there, the usual one first."""

    id: str
    name: str
    country: str
    languages: tuple[str, ...]
    population: int
    latitude: float
    longitude: float


DESTINATIONS = ("USA", "GBR", "FRA", "DEU", "AUS", "ESP", "PRT")
DESTINATION_WEIGHTS = (0.36, 0.22, 0.15, 0.14, 0.07, 0.04, 0.02)
ORIGINS = ("ROU", "BRA", "COL", "KAZ", "KGZ", "MDA", "UKR", "NGA", "PHL", "ESP", "PRT")
SIGNS = {"USA": "$", "GBR": "£", "AUS": "$"}
CURRENCIES = {"USA": "USD", "GBR": "GBP", "AUS": "AUD"}


@cache
def cities() -> tuple[City, ...]:
    text = (resources.files("clew.world") / "places.csv").read_text(encoding="utf-8")
    return tuple(
        City(
            f"{row['country'].lower()}-{number:03d}",
            row["name"],
            row["country"],
            tuple(row["language"].split()),
            int(row["population"]),
            float(row["latitude"]),
            float(row["longitude"]),
        )
        for number, row in enumerate(csv.DictReader(text.splitlines()), 1)
    )


@cache
def cities_of(country: str) -> tuple[int, ...]:
    """Indices of a country's cities."""
    return tuple(i for i, city in enumerate(cities()) if city.country == country)


def sign(country: str) -> str:
    """How a price is written there; the euro where nothing else is said."""
    return SIGNS.get(country, "€")


def currency(country: str) -> str:
    return CURRENCIES.get(country, "EUR")
