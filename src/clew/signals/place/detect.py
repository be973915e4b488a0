"""Cities named in a text, from the gazetteer of GeoNames."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import without_accents
from clew.signals.place.words import COMMON, CUES, STRONG_CUES
from clew.standards import places

_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_MOST_WORDS = 4
_LONE = 100_000
"""Inhabitants from which a city's own name counts without a word such as "in" before it."""
_LONE_ELSEWHERE = 1_000_000
"""The same for what other languages call it, in Latin script."""
_LEAST = 0.25


@dataclass(frozen=True, slots=True)
class _Sighting:
    start: int
    end: int
    candidates: tuple[int, ...]
    cued: bool


class PlaceDetector(TextDetector):
    """Reads city names that are written like names: with a capital, and after a word such as "in" when the city is small
    or the name is a common word. Of several cities of one name it takes the most populous, unless another country is named
    more in the same text; how much smaller the others are is how sure it is. Scripts without spaces are not read."""

    def read(self, text: str) -> list[Signal]:
        sightings = list(_sightings(text))
        if not sightings:
            return []
        votes = Counter(_country(s) for s in sightings)
        return [signal for s in sightings if (signal := self._claim(s, votes - Counter([_country(s)])))]

    def _claim(self, sighting: _Sighting, votes: Counter[str]) -> Signal | None:
        city, share = _most_likely(sighting.candidates, votes)
        confidence = round(share * (0.95 if sighting.cued else 0.8), 2)
        if confidence < _LEAST:
            return None
        return self.signal("place", city.label, (sighting.start, sighting.end), confidence)


def _sightings(text: str) -> Iterator[_Sighting]:
    words = list(_WORD.finditer(text))
    starts, names = _names()
    shouted = text.isupper()
    position = 0
    while position < len(words):
        first = words[position][0]
        low = first[0].islower()
        reach = 0 if low and not _after_cue(words, position) else starts.get(_head(first), 0)
        taken = 1
        for count in range(min(reach, len(words) - position), 0, -1):
            run = words[position : position + count]
            candidates = names.get(_written(text, run))
            if candidates is None:
                continue
            cued = _cued(text, words, position)
            if count == 1 and run[0][0].casefold() in COMMON:
                counts = run[0][0].istitle() and _after_cue(words, position, STRONG_CUES)
            elif low:
                counts = cued and _well_known(candidates, run)
            else:
                counts = _counts(run, candidates, cued=cued, shouted=shouted)
            if counts:
                yield _Sighting(run[0].start(), run[-1].end(), candidates, cued)
                taken = count
                break
        position += taken


def _written(text: str, run: Sequence[re.Match[str]]) -> str:
    if len(run) > 1 and any(text[a.end() : b.start()].strip(" -") for a, b in zip(run, run[1:], strict=False)):
        return ""
    return places.key(" ".join(word[0] for word in run))


def _counts(run: Sequence[re.Match[str]], candidates: tuple[int, ...], *, cued: bool, shouted: bool) -> bool:
    population = places.cities()[candidates[0]].population
    name = " ".join(word[0] for word in run)
    if cued:
        return True
    least = _LONE_ELSEWHERE if name.isascii() and places.key(name) not in _own_names() else _LONE
    return len(name) > 3 and population >= (max(least, 5 * _LONE) if shouted and len(run) == 1 else least)


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


def _country(sighting: _Sighting) -> str:
    return places.cities()[sighting.candidates[0]].country


def _most_likely(candidates: tuple[int, ...], votes: Counter[str]) -> tuple[places.City, float]:
    cities = [places.cities()[i] for i in candidates]
    most = votes[cities[0].country]
    elsewhere = [c for c in cities if votes[c.country] > most + (c.population * 10 < cities[0].population)]
    best = elsewhere[0] if elsewhere else cities[0]
    others = sum(c.population for c in cities if c is not best)
    share = best.population / (best.population + others) if best.population else 0.5
    return best, max(share, 0.7) if elsewhere else share


@cache
def _names() -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """First word -> most words of a name that starts with it; name -> cities. Names of one letter or more than four words
    are left out."""
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


def _head(word: str) -> str:
    return places.key(word).partition(" ")[0]
