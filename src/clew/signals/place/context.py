"""What else a text says of where it is about: areas, telephones' countries, money, language and the other cities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from clew.signals.glyphs import plain
from clew.signals.phrases import Phrases, view
from clew.signals.place import areas
from clew.signals.place.words import CUES
from clew.standards import places

_PREFIX = re.compile(r"(?<![\w+])(?:\+|00)\s?\(?([1-9]\d{0,2})")
_STATE = re.compile(r",?\s\(?([A-Z]{2})\b(?!['’])")
NAMED, REGION, CITY, PHONE, MONEY, LANGUAGE = 30.0, 10.0, 7.0, 8.0, 4.0, 3.0
"""How many times likelier a city becomes: its country is named, is the scan's, holds another city, rings, pays, speaks."""
BESIDE = 1000.0
"""The same for a city right before the name of its country or state."""


@dataclass(frozen=True, slots=True)
class Area:
    """A country, state or region in a text: `code` is ISO 3166, `point` its middle where it is smaller than a country."""

    start: int
    end: int
    code: str
    country: str
    point: tuple[float, float] | None


def areas_in(text: str) -> list[Area]:
    """The countries and regions that a text names, with a capital where its script has any."""
    seen = view(text)
    found = []
    for start, end, (code, country, point, is_ambiguous) in area_names().find(seen.text):
        first, last = seen.span(start, end)
        written = text[first:last]
        if written[0].islower() or (written.isascii() and len(written) < 4 and not written.isupper()):
            continue
        if is_ambiguous and not _is_cued(text, first):
            continue
        found.append(Area(first, last, code, country, point))
    return found


def state_after(text: str, end: int) -> Area | None:
    """The state whose code stands right after a city, as in Austin, TX."""
    match = _STATE.match(text, end)
    if (
        not match
        or match[1] not in areas.STATES
        or (match[1] in ("OR", "IN", "ME", "OK", "HI", "DE", "LA") and "," not in match[0])
    ):
        return None
    _, latitude, longitude = areas.STATES[match[1]]
    return Area(*match.span(1), f"US-{match[1]}", "US", (latitude, longitude))


def beside(by_start: Mapping[int, Area], text: str, end: int) -> Area | None:
    """The area that stands right after what ends there: Paris, Texas; Paris (France)."""
    for start in range(end + 1, end + 5):
        area = by_start.get(start)
        if area and text[end:start].strip(" ,(-/|") in ("", "in"):
            return area
    return None


class Evidence(NamedTuple):
    """What a text says of countries besides the names of cities."""

    areas: frozenset[str]
    """Countries named."""
    ringing: frozenset[str]
    """Calling codes, and up to two digits more."""
    money: frozenset[str]
    """Countries that pay with the money it names."""
    language: str | None
    region: str | None


def evidence(text: str, named: Iterable[Area], region: str | None, language: Callable[[str], str | None]) -> Evidence:
    shown = plain(text)
    calling = frozenset(_PREFIX.findall(shown)) if "+" in shown or "00" in shown else frozenset()
    money = [countries for sign, countries in _money_signs() if sign in shown]
    money += [countries for _, _, countries in money_words().find(view(text).text)]
    return Evidence(
        frozenset(area.country for area in named),
        calling,
        frozenset().union(*money) if len(money) != 1 else money[0],
        language(text),
        region,
    )


@lru_cache(maxsize=4096)
def weights(known: Evidence) -> Mapping[str, float]:
    """Country -> how many times likelier its cities are, for what the text says besides its cities."""
    found: dict[str, float] = {}

    def speaks_for(countries: Iterable[str], times: float) -> None:
        for country in countries:
            found[country] = found.get(country, 1.0) * times

    speaks_for(known.areas, NAMED)
    speaks_for({country for digits in known.ringing for country in _rings(digits)}, PHONE)
    speaks_for(known.money, MONEY)
    if known.language:
        speaks_for(areas.SPOKEN.get(known.language.partition("-")[0], ()), LANGUAGE)
    if known.region:
        speaks_for((known.region,), REGION)
    return found


def _is_cued(text: str, start: int) -> bool:
    before = re.search(r"([^\W\d_]+)[\s:]{1,2}\Z", text[max(0, start - 16) : start])
    return bool(before and before[1].lower() in CUES) or text[max(0, start - 2) : start] in (", ", " (", "- ")


def _rings(digits: str) -> tuple[str, ...]:
    """Countries of a calling code, the longest that fits."""
    codes = _calling_codes()
    return next((codes[digits[:size]] for size in (3, 2, 1) if digits[:size] in codes), ())


@cache
def _calling_codes() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for country in places.countries():
        if country.calling_code:
            found[country.calling_code] = (*found.get(country.calling_code, ()), country.alpha2)
    return found | {
        "1": ("US", "CA"),
        "44": ("GB",),
        "7": ("RU", "KZ"),
        "39": ("IT",),
        "33": ("FR",),
        "61": ("AU",),
        "34": ("ES",),
    }


@cache
def _money_signs() -> list[tuple[str, frozenset[str]]]:
    return [(sign.upper(), frozenset(countries)) for sign, countries in areas.CURRENCIES.items() if not sign.isalpha()]


@cache
def money_words() -> Phrases[frozenset[str]]:
    """Words for money, and the countries where it is paid with."""
    return Phrases({word: frozenset(countries) for word, countries in areas.CURRENCIES.items() if word.isalpha()})


_Area = tuple[str, str, tuple[float, float] | None, bool]


@cache
def area_names() -> Phrases[_Area]:
    known: dict[str, _Area] = {}
    for code, names in areas.COUNTRIES.items():
        known |= {name: (code, code, None, name in areas.AMBIGUOUS) for name in names}
    for code, (name, latitude, longitude) in areas.STATES.items():
        known[name] = (f"US-{code}", "US", (latitude, longitude), name in areas.AMBIGUOUS)
    for code, (country, names, latitude, longitude) in areas.REGIONS.items():
        known |= {name: (code, country, (latitude, longitude), name in areas.AMBIGUOUS) for name in names}
    for country_ in places.countries():
        known.setdefault(
            country_.name,
            (country_.alpha2, country_.alpha2, None, country_.name in areas.AMBIGUOUS or country_.name in _NEVER),
        )
    return Phrases(known)


_NEVER = frozenset(
    (
        "Jersey",
        "Georgia",
        "Jordan",
        "Chad",
        "Guinea",
        "Turkey",
        "Guernsey",
        "Dominica",
        "Niger",
        "Mali",
        "Togo",
        "Oman",
        "Peru",
        "Cuba",
        "Panama",
    )
)
