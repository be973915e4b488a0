"""Cities named in a text, from the gazetteer of GeoNames."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

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
    more in the same text; how much smaller the others are is how sure it is. Scripts without spaces are not read.
    """

    def read(self, text: str) -> list[Signal]:
        sightings = _sightings(text)
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


@lru_cache(maxsize=4096)
def _sightings(text: str) -> tuple[_Sighting, ...]:
    return tuple(_sighted(text))


def _sighted(text: str) -> Iterator[_Sighting]:
    words = list(_WORD.finditer(text))
    heads = _heads()
    cue, taken = False, 0
    for position, token in enumerate(words):
        word = token[0]
        after_cue, cue = cue, word in CUES or (word[0].isupper() and word.lower() in CUES)
        if position < taken or (not after_cue and word.islower()):
            continue
        reach, key = heads.get(word) or _head(heads, word)
        if reach:
            sighting = _look(text, words, position, reach, key)
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


@cache
def _heads() -> dict[str, tuple[int, str]]:
    """Word as written -> (most words of a city name that starts with it, its key), worked out once a word."""
    return {}


def _head(heads: dict[str, tuple[int, str]], word: str) -> tuple[int, str]:
    starts, _ = _names()
    key = places.key(word)
    found = (starts.get(key.partition(" ")[0], 0), key)
    if len(heads) < _MOST_HEADS:
        heads[word] = found
    return found


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
