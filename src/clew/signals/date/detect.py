"""Dates, ranges of dates and relative days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from clew.signals.base import Signal
from clew.signals.date import words
from clew.signals.detector import TextDetector
from clew.signals.figures import of_dates
from clew.signals.phrases import Phrases, by_phrase, fold, view

_ENOUGH = 500
"""Dates after which the rest of a text is not read."""
_NUMERIC = re.compile(
    r"(?<![\w/.:,+€$£-])(?:(?P<iso>20\d\d)[-/.](?P<im>\d\d?)[-/.](?P<id>\d\d?)"
    r"|(?P<a>\d\d?)(?P<sep>[./-])(?P<b>\d\d?)(?:(?P=sep)(?P<y>20\d\d|\d\d)|(?P<end>\.(?!\d)))?)(?![\w/:%€$£]|[.,-]\d|\s?[€$£])"
    r"|(?:(?P<cy>20\d\d)年)?(?P<cm>\d\d?)[月월]\s?(?P<cd>\d\d?)[日号號일]"
)
_DAY = r"(?P<{0}>\d\d?)(?:st|nd|rd|th|er|\.|º|°|-?го|e)?"
_BEFORE = re.compile(
    r"(?<![\w.,:/€$£])(?:"
    + _DAY.format("low")
    + r"\s?(?:-|to|until|bis|a|al|au|à|ate|ao|pana|pana la|do|до|по|tot|and|e|y|et|und|&|,)\s?)?"
    + _DAY.format("day")
    + r"\s?(?:of |de |del |d'|di )?\Z"
)
_AFTER = re.compile(
    r"\.?,? ?"
    + _DAY.format("day")
    + r"(?:\s?(?:-|to|until|and|through|&)\s?"
    + _DAY.format("high")
    + r")?(?![\w%€$£]|[:.,]\d|\s?[€$£])"
)
_YEAR = re.compile(r"\.?,?\s?(?:de |del |)?(20[12]\d)(?!\d)")
_JOIN = re.compile(
    r"\s?(?:-|to|until|till|bis|a|al|au|ate|ao|pana|pana la|pana pe|do|до|по|through|fino al|tot|/)\s?(?:the |el |zum |le )?\Z"
)
_RECURS = re.compile(
    r"\b(?:every|each|on|jeden|jede|cada|los|chaque|le|les|am|im|aos|as|no|in|по|в|каждый|каждую|ogni|il|elke|kazdy)\s?\Z"
)
_RECURS_AFTER = re.compile(r"s\b")


@dataclass(frozen=True, slots=True)
class _Atom:
    start: int
    end: int
    value: str
    confidence: float
    needs_cue: bool = False


class DateDetector(TextDetector):
    """Reads dates, ranges and relative days; `until` and `from` make them open intervals, as in ISO 8601-2 (../2026-05-03).

    A day and a month without a year stay so (--05-03). Which of two numbers is the day is a guess where both may be: the
    day first, except for the United States. Hours, prices, fractions and weekly opening days are no dates.
    """

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        return (_named(),)

    def read(self, text: str) -> list[Signal]:
        seen = view(text)
        atoms = sorted(islice(_atoms(seen.text, self.settings.region), _ENOUGH), key=lambda a: (a.start, -a.end))
        return [
            self.signal("date", one.value, seen.span(one.start, one.end), one.confidence)
            for one in _cued(seen.text, list(_apart(atoms)))
        ]


def _apart(atoms: list[_Atom]) -> Iterator[_Atom]:
    end = 0
    for atom in atoms:
        if atom.start >= end:
            end = atom.end
            yield atom


def _cued(text: str, atoms: list[_Atom]) -> Iterator[_Atom]:
    """Atoms joined into ranges, and opened by until and from."""
    at = 0
    while at < len(atoms):
        one = atoms[at]
        follower = atoms[at + 1] if at + 1 < len(atoms) else None
        before = " " + text[max(0, one.start - 24) : one.start].rstrip()
        if follower and "/" not in one.value + follower.value and _JOIN.fullmatch(text[one.end : follower.start]):
            at += 1
            if not (one.needs_cue and follower.needs_cue):
                sure = min(one.confidence, follower.confidence)
                yield _Atom(one.start, follower.end, f"{one.value}/{follower.value}", sure)
        elif "/" not in one.value and before.endswith(_words(words.UNTIL_WORDS)):
            yield _Atom(one.start, one.end, f"../{one.value}", min(0.95, one.confidence + 0.1))
        elif "/" not in one.value and before.endswith(_words(words.FROM_WORDS)):
            yield _Atom(one.start, one.end, f"{one.value}/..", min(0.95, one.confidence + 0.1))
        elif not one.needs_cue:
            yield one
        at += 1


@cache
def _words(cues: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" " + fold(cue) for cue in cues)


def _atoms(text: str, region: str | None) -> Iterator[_Atom]:
    for start in of_dates(text):
        match = _NUMERIC.match(text, start)
        if match:
            yield from _numeric(match, month_first=region == "US")
    for start, end, meaning in _named().find(text):
        if isinstance(meaning, int):
            yield from _with_month(text, start, end, meaning)
        elif meaning.startswith("weekday"):
            yield from _weekday(text, start, end, meaning)
        else:
            yield _Atom(start, end, meaning, 0.7)


def _numeric(match: re.Match[str], *, month_first: bool) -> Iterator[_Atom]:
    start, end = match.span()
    if match["iso"] or match["cm"]:
        year, month, day = (
            (match["iso"], match["im"], match["id"]) if match["iso"] else (match["cy"], match["cm"], match["cd"])
        )
        yield from _made(start, end, year, int(month), int(day), 0.95)
        return
    first, second, year = int(match["a"]), int(match["b"]), match["y"]
    padded = len(match["a"]) == 2 and len(match["b"]) == 2
    if (first, second) == (24, 7) or (match["sep"] == "-" and not year):
        return
    is_open = first > 12 or second > 12 or first == second
    if match["sep"] == "." and second > 12:
        return
    if second > 12 or (month_first and first <= 12):
        first, second = second, first
    sure = 0.9 if year else 0.75 if match["end"] else 0.6
    needs_cue = not year and not match["end"] and (match["sep"] == "." or not padded)
    if year and len(year) == 2:
        year = f"20{year}"
    yield from _made(start, end, year, second, first, sure if is_open else sure - 0.2, needs_cue=needs_cue)


def _made(
    start: int, end: int, year: str | None, month: int, day: int, sure: float, *, needs_cue: bool = False
) -> Iterator[_Atom]:
    if 1 <= month <= 12 and 1 <= day <= 31 and (month != 2 or day <= 29):
        yield _Atom(start, end, f"{year or '-'}-{month:02d}-{day:02d}", round(sure, 2), needs_cue)


def _with_month(text: str, start: int, end: int, month: int) -> Iterator[_Atom]:
    """A day and the name of a month, either first, as one day or a range, with its year when one follows."""
    before = _BEFORE.search(text, max(0, start - 24), start)
    if before:
        low, day, at, last = before["low"], before["day"], before.start(), end
    else:
        after = _AFTER.match(text, end)
        if not after or text[start:end] in ("mai", "mar", "mart"):
            return
        low, day, at, last = (
            (after["day"], after["high"], start, after.end())
            if after["high"]
            else (None, after["day"], start, after.end())
        )
    year = _YEAR.match(text, last)
    if year:
        last = year.end()
    ends = list(_made(at, last, year and year[1], month, int(day), 0.9))
    starts = list(_made(at, last, year and year[1], month, int(low), 0.9)) if low else []
    if ends and starts and int(low or 0) < int(day):
        yield _Atom(at, last, f"{starts[0].value}/{ends[0].value}", 0.9)
    else:
        yield from ends


def _weekday(text: str, start: int, end: int, meaning: str) -> Iterator[_Atom]:
    """A weekday counts after until and from, and not as one of a week's opening days."""
    if not _RECURS_AFTER.match(text, end) and not _RECURS.search(text, max(0, start - 10), start):
        yield _Atom(start, end, meaning, 0.6, needs_cue=True)


@cache
def _named() -> Phrases[int | str]:
    months = [(number, names.split()) for number, names in enumerate(words.MONTHS, 1)]
    weekdays = [(f"weekday-{number}", names) for number, names in enumerate(words.WEEKDAYS, 1)]
    return Phrases(by_phrase([*months, *words.RELATIVE.items(), *weekdays]))
