"""Ages that a text states of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from clew.signals.age import words
from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.phrases import Phrases, by_phrase, fold, view

_LEAST, _MOST = 10, 99
_ENOUGH = 200
"""Ages after which the rest of a text is not read: no advert states more."""
_LIKELY = range(15, 80)
"""Ages that a unit of years alone is taken for."""
_NUMBER_BEFORE = re.compile(r"(?<![a-z\d_.,:/+€$£-])(\d\d)\s?(?:-|de )?\s?\Z")
_NUMBER_AFTER = re.compile(
    r"\s?[:=-]?\s?(?:is |of |de |von )?(\d\d)(?![\w%€$£]|[.,:/]\d|\s?(?:-|–|to|bis|a|à|до|\+|and)\s?\d|\s?\+)"
)
_QUANTITY = re.compile(
    r"\s?(?:min|minut|h\b|hrs?\b|hour|stund|km|cm|kg|m\b|%|eur|usd|gbp|lei|zl|руб|pound|dollar|percent|day|week|month|tag|dia|jour"
    r"|roses|kisses|st\b|nd\b|rd\b|th\b|people|client|room|photos|years? (?:of|in)|min)"
)
_RANGE_BEFORE = re.compile(
    r"\d\s?(?:-|to|bis|a|do|до|și|y|und|and)\s?\d\d\s?-?\s?\Z|\b(?:under|over|from|min|max|between|ab|unter|de la|от|до)\s\d\d\s?\Z"
)
_WORD = re.compile(r"[\w']+")
_PERSON_OF = re.compile(
    r"\b(?:"
    + fold(
        "mujer|chica|señora|hombre|chico|dama|femme|fille|dame|homme|senhora|mulher|moça|garota|homem|rapaz|fată|femeie|doamnă|bărbat|domnișoară|donna|ragazza|signora|uomo"
    )
    + r") (?:de|di|d')\s?\Z"
)
"""A woman of so many years."""
_CLAUSE = re.compile(r"[.!?;:,|•*()\n]| - ")
_PLUS = re.compile(r"\s?\+|\s?(?:or|und|si|y)\s(?:over|older|mehr|peste|mas)")


class AgeDetector(TextDetector):
    """Reads the age that a text states of somebody, in figures or words. A range or a limit, as offers of work have, is no
    age; neither are years of experience, prices, sizes and hours. A unit of years alone is less sure than "years old".
    """

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        return (_cues(),)

    def read(self, text: str) -> list[Signal]:
        seen = view(text)
        kept: list[tuple[int, int, int, float]] = []
        for one in sorted(islice(_stated(seen.text), _ENOUGH), key=lambda stated: -stated[3]):
            if all(one[1] <= other[0] or one[0] >= other[1] for other in kept):
                kept.append(one)
        return [self.signal("age", str(age), seen.span(start, end), sure) for start, end, age, sure in sorted(kept)]


def _stated(text: str) -> Iterator[tuple[int, int, int, float]]:
    for start, end, kind in _cues().find(text):
        if kind in (words.PLAIN, words.YEARS):
            number = _number_before(text, start)
            if number and _is_age(text, number[0], end, number[1], kind):
                yield number[0], end, number[1], 0.9 if kind == words.PLAIN else 0.7
        elif number := _number_after(text, end):
            at, value = number
            if kind == words.BEFORE or not _QUANTITY.match(text, at):
                yield start, at, value, 0.85 if kind == words.BEFORE else 0.5


def _number_before(text: str, end: int) -> tuple[int, int] | None:
    """Where a number right before a unit starts, and what it is."""
    near = text[max(0, end - 24) : end]
    shift = end - len(near)
    figures = _NUMBER_BEFORE.search(near)
    if figures:
        return shift + figures.start(1), int(figures[1])
    if near.rstrip(" -")[-1:].isalpha():
        spoken = [hit for hit in _spoken().find(near) if not near[hit[1] :].strip(" -")]
        if spoken:
            return shift + spoken[-1][0], spoken[-1][2]
    return None


def _number_after(text: str, start: int) -> tuple[int, int] | None:
    """Where a number right after a cue ends, and what it is."""
    figures = _NUMBER_AFTER.match(text, start)
    if figures:
        value = int(figures[1])
        return (figures.end(1), value) if value in _LIKELY else None
    rest = text[start : start + 24]
    if rest[:1] != " ":
        return None
    spoken = [hit for hit in _spoken().find(rest) if not rest[: hit[0]].strip(" :") and hit[2] in _LIKELY]
    return (start + spoken[0][1], spoken[0][2]) if spoken else None


def _is_age(text: str, start: int, end: int, value: int, kind: str) -> bool:
    if not _LEAST <= value <= _MOST or _PLUS.match(text, end):
        return False
    before = " " + text[max(0, start - 20) : start]
    if _RANGE_BEFORE.search(before + text[start : start + 2]):
        return False
    if _is_of_a_thing(text, start, end):
        return False
    if kind == words.PLAIN:
        return True
    after = text[end : end + 24].lstrip()
    return (
        value in _LIKELY
        and not after.startswith(_spans())
        and (not before.rstrip(" :").endswith(_since()) or _PERSON_OF.search(before) is not None)
    )


def _is_of_a_thing(text: str, start: int, end: int) -> bool:
    """Whether a thing is so old: "our salon is 20 years old", "a 19 year old building"; not "I am 24, own studio"."""
    things, beings = _things()
    following = _WORD.match(text, end + 1) if text[end : end + 1] in (" ", "-") else None
    if following and following[0] in things:
        return True
    clause = _CLAUSE.split(text[max(0, start - 40) : start])[-1]
    for word in reversed(_WORD.findall(clause)):
        if word in beings:
            return False
        if word in things or word.rpartition("'")[2] in things:
            return True
    return False


@cache
def _things() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(fold, words.THINGS)), frozenset(map(fold, words.BEING_WORDS))


@cache
def _cues() -> Phrases[str]:
    return Phrases(by_phrase([*words.UNITS.items(), *words.CUES.items()]))


@cache
def _spoken() -> Phrases[int]:
    return Phrases(words.written())


@cache
def _spans() -> tuple[str, ...]:
    return tuple(map(fold, words.SPANS))


@cache
def _since() -> tuple[str, ...]:
    """With the space before each, so that only whole words count."""
    return tuple(" " + fold(word) for word in words.SINCE)
