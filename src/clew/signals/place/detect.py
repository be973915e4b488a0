"""Cities named in a text, from the gazetteer of GeoNames."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Any, NamedTuple

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import without_accents
from clew.signals.phrases import Phrases
from clew.signals.place.areas import COUNTRIES, CUED_SHORT, SHORT
from clew.signals.place.context import BESIDE, CITY, NAMED, Area, area_names, areas_in, beside, state_after, weights
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
_NAMING_ENDS = frozenset("is 's e: me or am 'm im mo oy le in ou nt sc te en ss dy rs ta".split())
"""The last two letters of those that are ASCII."""
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

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        return (area_names(),)

    def read(self, text: str) -> list[Signal]:
        sightings, named = _sightings(text), areas_in(text)
        if not sightings and not named:
            return []
        by_start = {area.start: area for area in named}
        if named and len(sightings) > 1:  # the Ontario of "London, Ontario" is no city
            outer = {area.start for one in sightings if (area := beside(by_start, text, one.end))}
            sightings = tuple(one for one in sightings if one.start not in outer)
        if named:
            sightings = tuple(one for one in sightings if not _is_country(one, by_start.get(one.start)))
        taken = {place for one in sightings for place in range(one.start, one.end)} if named else set()
        found = [
            self.signal("area", area.code, (area.start, area.end), 0.8)
            for area in named
            if area.start not in taken and area.end - 1 not in taken
        ]
        found += self._cities(text, sightings, by_start)
        return sorted(found, key=lambda signal: signal.start)

    def _cities(self, text: str, sightings: Sequence[_Sighting], named: Mapping[int, Area]) -> Iterator[Signal]:
        known: dict[str, float] | None = None
        near = _Neighbours.of(sightings)
        for sighting in sightings:
            if len(sighting.candidates) > 1 and known is None:
                known = weights(text, named.values(), self.settings.region, _language)
            area = state_after(text, sighting.end) or beside(named, text, sighting.end)
            city, share = _most_likely(sighting.candidates, area, near, known or {})
            confidence = round(share * (0.95 if sighting.cued else 0.8), 2)
            if confidence >= _LEAST:
                yield self.signal("place", city.label, (sighting.start, sighting.end), confidence)


def _is_country(sighting: _Sighting, area: Area | None) -> bool:
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


def _most_likely(
    candidates: tuple[int, ...], area: Area | None, near: _Neighbours, known: Mapping[str, float]
) -> tuple[places.City, float]:
    """The likeliest of the cities of a name, and its share of the likelihood of them all."""
    if len(candidates) == 1:
        return places.cities()[candidates[0]], 1.0
    cities = [places.cities()[i] for i in candidates[:_MOST_CANDIDATES]]
    points = [_likelihood(city, area, near.of_country(city.country, candidates), known) for city in cities]
    best = max(range(len(cities)), key=points.__getitem__)
    return cities[best], points[best] / sum(points)


def _likelihood(city: places.City, area: Area | None, near: float, known: Mapping[str, float]) -> float:
    points = (city.population or 500) * known.get(city.country, 1.0) * (1 + CITY * near)
    if area:
        points *= BESIDE if city.country == area.country else 1 / NAMED
        if area.point and city.country == area.country:
            away_km = places.distance_km(area.point, (city.latitude, city.longitude))
            points *= math.exp(-((away_km / _STATE_KM) ** 2))
    return points


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Country -> how sure the names in a text are of it by inhabitants, for all names and for each; each name counts once."""

    all: Mapping[str, float]
    each: Mapping[tuple[int, ...], Mapping[str, float]]

    @classmethod
    def of(cls, sightings: Sequence[_Sighting]) -> _Neighbours:
        names = {one.candidates for one in sightings}
        if len(names) < 2:
            return cls({}, {})
        each = {candidates: _shares(candidates) for candidates in names}
        total: dict[str, float] = {}
        for shares in each.values():
            for country, share in shares.items():
                total[country] = total.get(country, 0.0) + share
        return cls(total, each)

    def of_country(self, country: str, besides: tuple[int, ...]) -> float:
        """What the other names say, up to three of them."""
        return min(3.0, self.all.get(country, 0.0) - self.each.get(besides, {}).get(country, 0.0))


@lru_cache(maxsize=20_000)
def _shares(candidates: tuple[int, ...]) -> Mapping[str, float]:
    cities = [places.cities()[i] for i in candidates[:_MOST_CANDIDATES]]
    total = sum(city.population or 500 for city in cities)
    found: dict[str, float] = {}
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
    written = _WORD.findall(text)
    if len(_met()[0]) > _MOST_HEADS:
        _met.cache_clear()
    heads, roles = _met()
    likely = _likely(written, heads, roles)
    if not likely:
        return
    taken, passed, at = -2, 0, 0
    for position in likely:
        head, after_cue = heads[written[position]], position > 0 and heads[written[position - 1]].is_cue
        if position < taken:
            continue
        while passed < position - 1:
            at = text.find(written[passed], at) + len(written[passed])
            passed += 1
        here = position - passed
        words = list(islice(_WORD.finditer(text, at), here + _MOST_WORDS))
        if head.short and (after_cue or position <= taken + 1 or written[position] not in CUED_SHORT):
            taken = position + 1
            yield _Sighting(*words[here].span(), head.short, after_cue)
        elif head.reach:
            sighting = _look(text, words, here, head.reach, head.key)
            if sighting:
                taken = position + sighting[0]
                yield sighting[1]


_PLAIN, _SMALL, _CUE = 1, 2, 4
"""What a word may be: the start of a name, the start of one that counts after a cue only, a cue."""


def _likely(written: list[str], heads: dict[str, _Head], roles: dict[str, int]) -> list[int]:
    """Which words may start the name of a city: a quick look at words by themselves, which most do not pass."""
    said = list(map(roles.get, written))
    if None in said:
        for word in written:
            if word not in roles:
                _learn(word, heads, roles)
        said = list(map(roles.get, written))
    before = 0
    found = []
    for at, role in enumerate(said):
        if role:
            if role & _PLAIN or (role & _SMALL and before & _CUE):
                found.append(at)
            before = role
        else:
            before = 0
    return [at for at in found if _starts_one(written, at, heads)]


def _starts_one(written: list[str], at: int, heads: dict[str, _Head]) -> bool:
    """Whether a name of this word alone, or of it and the next one, is known and is no common word."""
    head = heads[written[at]]
    if head.short or " " in head.key:
        return True
    following = written[at + 1] if head.reach > 1 and at + 1 < len(written) else None
    if following is not None and f"{head.key} {heads[following].own.partition(' ')[0]}" in _pairs():
        return True
    if not head.is_known:
        return False
    return not head.is_common or (at > 0 and written[at - 1].lower() in STRONG_CUES)


def _learn(word: str, heads: dict[str, _Head], roles: dict[str, int]) -> None:
    heads[word] = head = _head(word)
    starts = (_SMALL if head.is_small else _PLAIN) if head.reach or head.short else 0
    roles[word] = starts | (_CUE if head.is_cue else 0)


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
    own: str
    """Its key as written."""
    is_known: bool
    """Whether it is a name by itself."""
    is_common: bool


@cache
def _met() -> tuple[dict[str, _Head], dict[str, int]]:
    """What is known of the words met so far, and what each may be."""
    return {}, {}


def _head(word: str) -> _Head:
    starts, names = _names()
    own = key = places.key(word)
    if key not in starts and word[0] > "\u03ff" and len(word) > 3:
        key = next((one for one in _base_forms(key) if one in names), key)
    is_cue = word in CUES or (word[0].isupper() and word.lower() in CUES)
    short = _short(word) if word in SHORT else ()
    return _Head(
        starts.get(key.partition(" ")[0], 0),
        key,
        is_cue,
        word.islower(),
        short,
        own,
        key in names,
        word.casefold() in COMMON,
    )


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
    if len(run) == 1 and _is_introduced(text, run[0].start()):
        return False
    shouted = len(run) == 1 and word.isupper() and text.isupper()
    least = _LONE_ELSEWHERE if name.isascii() and places.key(name) not in _own_names() else _LONE
    return len(name) > 3 and places.cities()[candidates[0]].population >= (max(least, 5 * _LONE) if shouted else least)


def _is_introduced(text: str, start: int) -> bool:
    """Whether words such as "my name is" stand before it; their last letters are quick to look for."""
    last = text[max(0, start - 3) : start]
    if last.isascii() and last[:2].lower() not in _NAMING_ENDS:
        return False
    return _NAMING.search(text, max(0, start - 22), start) is not None


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
def _pairs() -> frozenset[str]:
    """The first two words of the names of more than one."""
    return frozenset(" ".join(name.split()[:2]) for name in _names()[1] if " " in name)


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
