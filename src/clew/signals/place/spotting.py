"""Where texts may name a city: the words of a whole batch are looked up together, and most are none's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clew.signals.phrases import Phrases
from clew.signals.place import names
from clew.signals.place.areas import CUED_SHORT
from clew.signals.place.words import PEOPLES, PERSONS
from clew.signals.signs import Flags, Places, codes, met, table, written
from clew.standards import places

_LETTER = re.compile(r"[^\W\d_]")
_LONE = 100_000
"""Inhabitants from which a city's own name counts without a word such as "in" before it."""
_LONE_ELSEWHERE = 1_000_000
"""The same for what other languages call it, in Latin script."""
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
_SPACE = 0x20


class Sighting(NamedTuple):
    """A name that may be a city's: `candidates` are positions in `places.cities()`, `cued` whether a word such as "in" is before it."""

    start: int
    end: int
    candidates: tuple[int, ...]
    cued: bool


def sightings(texts: Sequence[str]) -> list[tuple[Sighting, ...]]:
    """For each text, in order of their start, the names that count; the time grows with the texts."""
    words = _Words.of(texts)
    found = []
    for text, offset, bounds, likely in zip(texts, words.offsets, words.bounds(), words.likely(), strict=True):
        seen = list(_Text(text, offset, words, *bounds).sighted(likely)) if likely else []
        if not text.isascii() and _UNSPACED.search(text):
            seen = _with_unspaced(text, seen)
        found.append(tuple(seen))
    return found


def _with_unspaced(text: str, seen: list[Sighting]) -> list[Sighting]:
    taken = {place for one in seen for place in range(one.start, one.end)}
    spotted = (
        Sighting(start, end, cities, False) for start, end, cities in _unspaced().find(_HALF.sub("\ufffd", text))
    )
    return sorted([*seen, *(one for one in spotted if one.start not in taken)], key=lambda one: one.start)


class _Words(NamedTuple):
    """The words of a batch, letters with single apostrophes, dots and hyphens in them, and where they start and end."""

    words: list[str]
    starts: memoryview[int]
    ends: memoryview[int]
    first: Places
    """Of each text, the place of its first word; one more at the end."""
    offsets: list[int]

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Words:
        signs = codes("\n".join(texts) + "\n")
        sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
        kinds = met(_letters(), signs, lambda point: _kind(chr(point)))
        is_letter: Flags = kinds == _IS_LETTER
        in_word = is_letter.copy()
        in_word[1:-1] |= (kinds[1:-1] == _JOINS) & is_letter[:-2] & is_letter[2:]
        edges = np.flatnonzero(np.diff(in_word.view(np.int8), prepend=np.int8(0), append=np.int8(0)))
        starts, ends = edges[::2], edges[1::2]
        after = np.cumsum(sizes)
        first = np.concatenate(([0], np.searchsorted(starts, after)))
        words = written(np.where(in_word, signs, _SPACE)).split()
        return cls(words, _quick(starts), _quick(ends), first, [0, *after[:-1].tolist()])

    def bounds(self) -> Iterator[tuple[int, int]]:
        """Of each text, the place of its first word, and after its last."""
        first = self.first.tolist()
        return pairwise(first)

    def likely(self) -> list[list[int]]:
        """Of each text, which words may start the name of a city: most do not pass this quick look."""
        roles = names.roles()
        said = np.fromiter(map(roles.__getitem__, self.words), np.uint8, len(self.words))
        heads = roles.heads
        before = np.concatenate(([np.uint8(0)], said))[:-1]
        before[self.first[:-1][self.first[:-1] < len(said)]] = 0
        may: Flags = (said & names.PLAIN > 0) | ((said & names.SMALL > 0) & (before & names.CUE > 0))
        sure: Flags = (said & names.SURE > 0) | ((said & names.COMMON_NAME > 0) & (before & names.STRONG_CUE > 0))
        paired: Flags = said & names.PAIRED > 0
        paired[:-1] &= said[1:] & names.SECOND > 0
        places_ = np.flatnonzero(may & (sure | paired))
        ends = self.first[1:][np.searchsorted(self.first[1:], places_, side="right")]
        kept: list[int] = [
            at
            for at, is_sure, end in zip(places_.tolist(), sure[places_].tolist(), ends.tolist(), strict=True)
            if is_sure or (at + 1 < end and _is_pair(heads[self.words[at]], heads[self.words[at + 1]]))
        ]
        cuts = np.searchsorted(kept, self.first).tolist() if kept else [0] * len(self.first)
        return [kept[low:high] for low, high in pairwise(cuts)]


def _quick(numbers: Places) -> memoryview[int]:
    """The same numbers, of which single ones are quicker to take."""
    return np.ascontiguousarray(numbers).data


def _is_pair(head: names.Head, following: names.Head) -> bool:
    return f"{head.key} {following.own.partition(' ')[0]}" in names.pairs()


class _Text:
    """One text of the batch: its words by their place in the batch, spans as places in the text."""

    __slots__ = ("first", "heads", "last", "offset", "text", "words")

    def __init__(self, text: str, offset: int, words: _Words, first: int, last: int) -> None:
        self.text, self.offset, self.words, self.first, self.last = text, offset, words, first, last
        self.heads = names.met().heads

    def start(self, at: int) -> int:
        return self.words.starts[at] - self.offset

    def end(self, at: int) -> int:
        return self.words.ends[at] - self.offset

    def sighted(self, likely: list[int]) -> Iterator[Sighting]:
        taken = -2
        for at in likely:
            if at < taken:
                continue
            word = self.words.words[at]
            head = self.heads[word]
            before = self.heads[self.words.words[at - 1]] if at > self.first else None
            after_cue = before is not None and before.is_cue
            if head.short and (after_cue or at <= taken + 1 or word not in CUED_SHORT):
                taken = at + 1
                yield Sighting(self.start(at), self.end(at), head.short, after_cue)
            elif head.reach:
                found = self._look(at, head, before)
                if found:
                    taken = at + found[0]
                    yield found[1]

    def _look(self, at: int, head: names.Head, before: names.Head | None) -> tuple[int, Sighting] | None:
        """The longest city name that starts with this word and counts, and how many words it takes."""
        known = names.names()[1]
        key = head.key
        found = [(1, known[key])] if key in known else []
        for count in range(2, min(head.reach, names.MOST_WORDS, self.last - at) + 1):
            last = at + count - 1
            if self.text[self.end(last - 1) : self.start(last)] not in (" ", "-"):
                break
            key = f"{key} {self.heads[self.words.words[last]].own}"
            if key in known:
                found.append((count, known[key]))
        if not found:
            return None
        start = self.start(at)
        cued = self._is_cued(at, start, before)
        strongly = before is not None and before.is_strong_cue
        for count, candidates in reversed(found):
            if self._counts(at, count, start, candidates, cued=cued, strongly=strongly):
                return count, Sighting(start, self.end(at + count - 1), candidates, cued)
        return None

    def _is_cued(self, at: int, start: int, before: names.Head | None) -> bool:
        """Whether a word such as "in", or a label such as "City:", stands right before the name, or a sign that marks places."""
        if before is not None and before.is_cue and self.text[self.end(at - 1) : start].strip(" :") == "":
            return True
        return self.text[max(0, start - 16) : start].rstrip(" ").endswith(("📍", "#", "📌"))

    def _counts(
        self, at: int, count: int, start: int, candidates: tuple[int, ...], *, cued: bool, strongly: bool
    ) -> bool:
        """Whether the name is meant as a place: by its case, its size and the word before it."""
        word = self.words.words[at]
        if count == 1 and self.heads[word].is_common:
            return strongly and word.istitle()
        if count == 1 and word.casefold() in PEOPLES and self._among_persons(at):
            return False
        if word[0].islower():
            return cued and _is_well_known(candidates, self._name(at, count))
        if cued:
            return True
        if count == 1 and _is_introduced(self.text, start):
            return False
        name = self._name(at, count)
        population = places.cities()[candidates[0]].population
        if len(name) <= 3 or population < _LONE:
            return False
        shouted = count == 1 and word.isupper() and self.text.isupper()
        least = _LONE_ELSEWHERE if name.isascii() and places.key(name) not in names.own_names() else _LONE
        return population >= (max(least, 5 * _LONE) if shouted else least)

    def _among_persons(self, at: int) -> bool:
        """Whether a word for persons stands right before or after."""
        near = (at - 1, at + 1)
        return any(self.first <= n < self.last and self.words.words[n].casefold() in PERSONS for n in near)

    def _name(self, at: int, count: int) -> str:
        return " ".join(self.words.words[at : at + count])


def _is_introduced(text: str, start: int) -> bool:
    """Whether words such as "my name is" stand before it; their last letters are quick to look for."""
    last = text[max(0, start - 3) : start]
    if last.isascii() and last[:2].lower() not in _NAMING_ENDS:
        return False
    return _NAMING.search(text, max(0, start - 22), start) is not None


def _is_well_known(candidates: tuple[int, ...], name: str) -> bool:
    """Whether a name written small is a large city's own name, not one of its names elsewhere."""
    key = places.key(name)
    return places.cities()[candidates[0]].population >= _LONE and len(key) > 4 and key in names.own_names()


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


_OTHER, _IS_LETTER, _JOINS, _UNMET = 0, 1, 2, 3


def _kind(sign: str) -> int:
    return _IS_LETTER if _LETTER.match(sign) else _JOINS if sign in "'’.-" else _OTHER


@cache
def _letters() -> npt.NDArray[Any]:
    return table(np.uint8, _UNMET)
