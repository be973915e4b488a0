"""Cities named in a text, from the gazetteer of GeoNames."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import without_accents
from clew.signals.phrases import Phrases
from clew.signals.place.areas import CUED_SHORT, SHORT
from clew.signals.place.context import BESIDE, CITY, NAMED, Area, areas_in, beside, state_after, weights
from clew.signals.place.words import COMMON, CUES, STRONG_CUES
from clew.standards import places

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_MOST_WORDS = 4
_LONE = 100_000
"""Inhabitants from which a city's own name counts without a word such as "in" before it."""
_LONE_ELSEWHERE = 1_000_000
"""The same for what other languages call it, in Latin script."""
_LEAST = 0.25
_MOST_CANDIDATES = 40
_STATE_KM = 250.0
"""How far a city may lie from the middle of its state before it becomes unlikely."""
_NAMING = re.compile(
    r"(?:name is|name's|name:|call me|ask for|i am|i'm|im|this is|me llamo|soy|je suis|je m'appelle|m'appelle|ich bin|ich heiße|chamo-me|meu nome é|sou"
    r"|sunt|mă numesc|numele meu este|меня зовут|mi chiamo|ik ben|mam na imię|nazywam się|miss|lady|mrs|madame|señorita)\s\Z",
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HALF = re.compile("[\ud800-\udfff]")
_LARGE = 500_000
"""Inhabitants from which a city is looked for in scripts without spaces."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    start: int
    end: int
    candidates: tuple[int, ...]
    cued: bool


class PlaceDetector(TextDetector):
    """Reads city names that are written like names: with a capital, and after a word such as "in" when the city is small
    or the name is a common word. Of several cities of one name it takes the likeliest by inhabitants and by what else the
    text says: countries, states and other cities named, telephones' country codes, money, language. How much likelier it
    is than the others is how sure the claim is. Countries and some regions are claims of kind `area`.
    """

    def read(self, text: str) -> list[Signal]:
        sightings, named = _sightings(text), areas_in(text)
        if not sightings and not named:
            return []
        if named and len(sightings) > 1:  # the Ontario of "London, Ontario" is no city
            outer = {a.start for a in named if any(beside(a, text, s.end) for s in sightings)}
            sightings = tuple(s for s in sightings if s.start not in outer)
        taken = [(s.start, s.end) for s in sightings]
        found = [
            self.signal("area", area.code, (area.start, area.end), 0.8)
            for area in named
            if not any(start < area.end and area.start < end for start, end in taken)
        ]
        found += self._cities(text, sightings, named)
        return sorted(found, key=lambda signal: signal.start)

    def _cities(self, text: str, sightings: Sequence[_Sighting], named: list[Area]) -> Iterator[Signal]:
        known: dict[str, float] | None = None
        for sighting in sightings:
            if len(sighting.candidates) > 1 and known is None:
                known = weights(text, named, self.settings.region, _language)
            city, share = _most_likely(text, sighting, sightings, named, known or {})
            confidence = round(share * (0.95 if sighting.cued else 0.8), 2)
            if confidence >= _LEAST:
                yield self.signal("place", city.label, (sighting.start, sighting.end), confidence)


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


def _most_likely(
    text: str, sighting: _Sighting, others: Sequence[_Sighting], named: Sequence[Area], known: dict[str, float]
) -> tuple[places.City, float]:
    """The likeliest of the cities of a name, and its share of the likelihood of them all."""
    cities = [places.cities()[i] for i in sighting.candidates[:_MOST_CANDIDATES]]
    area = state_after(text, sighting.end) or next((a for a in named if beside(a, text, sighting.end)), None)
    if len(cities) == 1 and not area:
        city = cities[0]
        return city, 1.0
    near = _neighbours(sighting, others)
    points = [_likelihood(city, area, near, known) for city in cities]
    best = max(range(len(cities)), key=points.__getitem__)
    return cities[best], points[best] / sum(points)


def _likelihood(city: places.City, area: Area | None, near: dict[str, float], known: dict[str, float]) -> float:
    points = (city.population or 500) * known.get(city.country, 1.0) * (1 + CITY * near.get(city.country, 0.0))
    if area:
        points *= BESIDE if city.country == area.country else 1 / NAMED
        if area.point and city.country == area.country:
            away_km = places.distance_km(area.point, (city.latitude, city.longitude))
            points *= math.exp(-((away_km / _STATE_KM) ** 2))
    return points


def _neighbours(sighting: _Sighting, others: Sequence[_Sighting]) -> dict[str, float]:
    """Country -> how sure other names in the text are of it, by inhabitants."""
    found: dict[str, float] = {}
    for other in others:
        if other is sighting or other.candidates == sighting.candidates:
            continue
        cities = [places.cities()[i] for i in other.candidates[:_MOST_CANDIDATES]]
        total = sum(city.population or 500 for city in cities)
        for city in cities:
            found[city.country] = found.get(city.country, 0.0) + (city.population or 500) / total
    return found


@lru_cache(maxsize=4096)
def _sightings(text: str) -> tuple[_Sighting, ...]:
    found = list(_sighted(text))
    if not text.isascii() and _UNSPACED.search(text):
        taken = {place for one in found for place in range(one.start, one.end)}
        spotted = (
            _Sighting(start, end, cities, False) for start, end, cities in _unspaced().find(_HALF.sub("\ufffd", text))
        )
        found = sorted([*found, *(one for one in spotted if one.start not in taken)], key=lambda one: one.start)
    return tuple(found)


def _sighted(text: str) -> Iterator[_Sighting]:
    words = list(_WORD.finditer(text))
    heads = _heads()
    is_cue, taken = False, -2
    for position, token in enumerate(words):
        word = token[0]
        head = heads.get(word) or _head(heads, word)
        after_cue, is_cue = is_cue, head.is_cue
        if position < taken or (head.is_small and not after_cue):
            continue
        if head.short and (after_cue or position <= taken + 1 or word not in CUED_SHORT):
            taken = position + 1
            yield _Sighting(token.start(), token.end(), head.short, after_cue)
        elif head.reach:
            sighting = _look(text, words, position, head.reach, head.key)
            if sighting:
                taken = position + sighting[0]
                yield sighting[1]


def _look(text: str, words: list[re.Match[str]], position: int, reach: int, key: str) -> tuple[int, _Sighting] | None:
    """The longest city name that starts with this word and counts, and how many words it takes."""
    _, names = _names()
    found = [(1, names[key])] if key in names else []
    for count in range(2, min(reach, len(words) - position) + 1):
        last = words[position + count - 1]
        if text[words[position + count - 2].end() : last.start()] not in (" ", "-"):
            break
        key = f"{key} {places.key(last[0])}"
        if key in names:
            found.append((count, names[key]))
    for count, candidates in reversed(found):
        run = words[position : position + count]
        cued = _cued(text, words, position)
        if _counts(text, run, candidates, cued=cued, strongly=_after_cue(words, position, STRONG_CUES)):
            return count, _Sighting(run[0].start(), run[-1].end(), candidates, cued)
    return None


_MOST_HEADS = 200_000


class _Head(NamedTuple):
    """What is to know of a word as written, worked out once."""

    reach: int
    """Most words of a city name that starts with it."""
    key: str
    is_cue: bool
    is_small: bool
    short: tuple[int, ...]
    """The city that it is a short name of."""


@cache
def _heads() -> dict[str, _Head]:
    return {}


def _head(heads: dict[str, _Head], word: str) -> _Head:
    starts, names = _names()
    key = places.key(word)
    if key not in starts and word[0] > "\u03ff" and len(word) > 3:
        key = next((one for one in _base_forms(key) if one in names), key)
    is_cue = word in CUES or (word[0].isupper() and word.lower() in CUES)
    short = _short(word) if word in SHORT else ()
    found = _Head(starts.get(key.partition(" ")[0], 0), key, is_cue, word.islower(), short)
    if len(heads) < _MOST_HEADS:
        heads[word] = found
    return found


_CYRILLIC_ENDINGS = {
    "е": ("а", "", "ь", "я"),
    "у": ("а", ""),
    "ю": ("я",),
    "ы": ("а",),
    "и": ("ь", "я", "а"),
    "а": ("",),
    "і": ("а", ""),
}


def _base_forms(key: str) -> Iterator[str]:
    """What a city's name in Cyrillic may be without its case ending: Риге, Рига."""
    for ending in _CYRILLIC_ENDINGS.get(key[-1], ()):
        yield key[:-1] + ending


def _counts(
    text: str, run: Sequence[re.Match[str]], candidates: tuple[int, ...], *, cued: bool, strongly: bool
) -> bool:
    """Whether the name is meant as a place: by its case, its size and the word before it."""
    word = run[0][0]
    name = " ".join(token[0] for token in run)
    if len(run) == 1 and word.casefold() in COMMON:
        return strongly and word.istitle()
    if word[0].islower():
        return cued and _well_known(candidates, run)
    if cued:
        return True
    if len(run) == 1 and _NAMING.search(text, max(0, run[0].start() - 22), run[0].start()):
        return False
    shouted = len(run) == 1 and word.isupper() and text.isupper()
    least = _LONE_ELSEWHERE if name.isascii() and places.key(name) not in _own_names() else _LONE
    return len(name) > 3 and places.cities()[candidates[0]].population >= (max(least, 5 * _LONE) if shouted else least)


def _cued(text: str, words: Sequence[re.Match[str]], position: int) -> bool:
    """Whether a word such as "in", or a label such as "City:", stands right before the name, or it is a line of its own."""
    start = words[position].start()
    before = text[max(0, start - 16) : start]
    if _after_cue(words, position) and text[words[position - 1].end() : start].strip(" :") == "":
        return True
    return before.rstrip(" ").endswith(("📍", "#", "📌"))


def _after_cue(words: Sequence[re.Match[str]], position: int, cues: frozenset[str] = CUES) -> bool:
    return position > 0 and words[position - 1][0].lower() in cues


def _well_known(candidates: tuple[int, ...], run: Sequence[re.Match[str]]) -> bool:
    """Whether a name written small is a large city's own name, not one of its names elsewhere."""
    written = places.key(" ".join(word[0] for word in run))
    return places.cities()[candidates[0]].population >= _LONE and len(written) > 4 and written in _own_names()


@cache
def _names() -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """First word -> most words of a name that starts with it; name -> cities. Names of one letter or more than four words
    are left out.
    """
    starts: dict[str, int] = {}
    kept: dict[str, tuple[int, ...]] = {}
    for name, cities in places.index().items():
        parts = name.split()
        if len(name) < 2 or len(parts) > _MOST_WORDS:
            continue
        kept[name] = cities
        starts[parts[0]] = max(starts.get(parts[0], 0), len(parts))
    return starts, kept


@cache
def _own_names() -> frozenset[str]:
    """The names by which GeoNames calls cities, also without accents and without a last word such as City."""
    own = set()
    for city in places.cities():
        name = places.key(city.name)
        own |= {name, name.removesuffix(" city")}
        own |= {places.key(without_accents(city.name.casefold()))}
    return frozenset(own - {""})


@cache
def _short(word: str) -> tuple[int, ...]:
    """The city of a short name, as a place in the table."""
    name, country = SHORT[word]
    found = [i for i in places.index().get(places.key(name), ()) if places.cities()[i].country == country]
    return tuple(found[:1])


@cache
def _unspaced() -> Phrases[tuple[int, ...]]:
    """Names of large cities in scripts without spaces."""
    return Phrases(
        {
            name: cities
            for name, cities in places.index().items()
            if len(name) > 1 and _UNSPACED.match(name) and places.cities()[cities[0]].population >= _LARGE
        }
    )
