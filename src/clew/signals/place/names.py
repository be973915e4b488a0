"""What is known of single words as they may stand in names of cities."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from clew.signals.glyphs import without_accents
from clew.signals.place.areas import SHORT
from clew.signals.place.words import COMMON, CUES, STRONG_CUES
from clew.standards import places

MOST_WORDS = 4
_MOST_HEADS = 200_000
PLAIN, SMALL, CUE, SURE, PAIRED, COMMON_NAME, STRONG_CUE, SECOND = (1 << at for at in range(8))
"""What a word may be: the start of a name, the start of one that counts after a cue only, a cue; of a start, whether it is a
name by itself, may be one with the next word, or is one that is a common word too; a cue after which even that may count;
the second word of a name.
"""


class Head(NamedTuple):
    """What is to know of a word as written, worked out once."""

    reach: int
    """Most words of a city name that starts with it."""
    key: str
    short: tuple[int, ...]
    """The city that it is a short name of."""
    own: str
    """Its key as written."""
    is_cue: bool
    is_strong_cue: bool
    is_common: bool


class _Roles(dict[str, int]):
    """What each word met so far may be; worked out, with its head, when it is first met."""

    def __init__(self) -> None:
        super().__init__()
        self.heads: dict[str, Head] = {}

    def __missing__(self, word: str) -> int:
        self.heads[word] = head = _head(word)
        self[word] = role = _role(word, head)
        return role


@cache
def met() -> _Roles:
    """What is known of the words met so far, and what each may be."""
    return _Roles()


def roles() -> _Roles:
    """`met`, emptied when it has grown too large."""
    if len(met()) > _MOST_HEADS:
        met.cache_clear()
    return met()


def _head(word: str) -> Head:
    starts, cities = names()
    own = key = places.key(word)
    if key not in starts and word[0] > "\u03ff" and len(word) > 3:
        key = next((one for one in _base_forms(key) if one in cities), key)
    lower = word.lower()
    return Head(
        starts.get(key.partition(" ")[0], 0),
        key,
        _short(word) if word in SHORT else (),
        own,
        word in CUES or lower in CUES,
        lower in STRONG_CUES,
        word.casefold() in COMMON,
    )


def _role(word: str, head: Head) -> int:
    is_known = head.key in names()[1]
    may_start = head.reach or head.short
    return (
        (0 if not may_start else SMALL if word.islower() else PLAIN)
        | CUE * head.is_cue
        | STRONG_CUE * head.is_strong_cue
        | SURE * bool(head.short or " " in head.key or (is_known and not head.is_common))
        | PAIRED * (head.reach > 1)
        | COMMON_NAME * (is_known and head.is_common)
        | SECOND * (head.own.partition(" ")[0] in seconds())
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


@cache
def names() -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    """First word -> most words of a name that starts with it; name -> cities. Names of one letter or more than four words
    are left out.
    """
    starts: dict[str, int] = {}
    kept: dict[str, tuple[int, ...]] = {}
    for name, cities in places.index().items():
        parts = name.split()
        if len(name) < 2 or len(parts) > MOST_WORDS:
            continue
        kept[name] = cities
        starts[parts[0]] = max(starts.get(parts[0], 0), len(parts))
    return starts, kept


@cache
def pairs() -> frozenset[str]:
    """The first two words of the names of more than one."""
    return frozenset(" ".join(name.split()[:2]) for name in names()[1] if " " in name)


@cache
def seconds() -> frozenset[str]:
    return frozenset(pair.partition(" ")[2] for pair in pairs())


@cache
def own_names() -> frozenset[str]:
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
