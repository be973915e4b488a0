"""When and where somebody is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, pairwise
from typing import Any

from clew.signals.availability import words
from clew.signals.base import Signal
from clew.signals.date.words import WEEKDAYS
from clew.signals.detector import TextDetector
from clew.signals.figures import of_hours
from clew.signals.negation import is_denied
from clew.signals.phrases import Phrases, by_phrase, fold, view

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENOUGH = 500
_TO = r"\s?(?:-|to|till|til|until|bis|a|al|alle|à|as|às|a las|la|pana la|до|по|do|tot|~|〜|から)\s?"
_TIME = r"(?P<{0}h>\d{{1,2}})(?:\s?[:.h時点](?P<{0}m>[0-5]\d)(?!\d))?\s?(?P<{0}z>[ap]\.?m\b\.?|uhr\b|hrs?\b|h\b|часов\b|ч\b|時|点|시|noon)?"
_HOURS = re.compile(
    r"(?<![\w.,:/€$£+-])"
    + _TIME.format("a")
    + fold(_TO)
    + _TIME.format("b")
    + r"(?![\d%€$£]|[.,:/-]\d|\s?(?:€|\$|£|eur|usd|min|km|kg|cm|years|euro|lei|zl))"
)
_PERIOD = re.compile(
    r"(?:within|next|for|in|last|past|every|per|than|after|de|den|dans|les|em|in cel mult|urmatoarele|proximas|prochaines|nachsten|через|течение|за|binnen|ciagu|entro)(?: the)?\s\Z"
)
_BETWEEN = re.compile(
    r"\s?(?:-|to|through|thru|till|until|bis|a|al|au|à|ate|la|pana|do|по|до|tot|~|から)\s?(?:the |el |le )?\Z"
)
_ONWARDS = re.compile(
    r"\b(?:from|after|ab|a partir de(?: las)?|desde las|à partir de|dupa|de la|с|после|dalle|vanaf|od)\s(?P<h>\d\d?)(?::(?P<m>\d\d))?\s?(?P<z>[ap]m|uhr|h|hrs)\b(?!\s?(?:-|to|bis|a|à|до)\s?\d)"
)


class AvailabilityDetector(TextDetector):
    """Reads opening hours and days, round-the-clock words, and whether people come or are visited, in neutral words.

    Two numbers are hours only with a sign of the clock (9:00, 9 am, 9h, 9 Uhr) beside one of them. What is denied ("no
    outcall") is not said. Prices, ages and dates are no hours.
    """

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        return (_phrases(),)

    def read(self, text: str) -> list[Signal]:
        seen = view(text)
        found = islice(_said(seen.text), _ENOUGH)
        kept: list[Signal] = []
        for start, end, value, confidence in sorted(found, key=lambda said: (said[0], -said[1])):
            span = seen.span(start, end)
            if not kept or span[0] >= kept[-1].end:
                kept.append(self.signal("availability", value, span, confidence))
        return kept


def _said(text: str) -> Iterator[tuple[int, int, str, float]]:
    days: list[tuple[int, int, int]] = []
    for start, end, meaning in _phrases().find(text):
        if isinstance(meaning, int):
            days.append((start, end, meaning))
        elif not is_denied(text, start, end) and not _is_a_period(text, start, end):
            yield start, end, meaning, 0.5 if text[start:end] in _lone() else 0.85
    for (start, end, first), (after, last, second) in pairwise(days):
        if after - end < 12 and _BETWEEN.fullmatch(text[end:after]):
            yield start, last, f"days:{_DAYS[first]}-{_DAYS[second]}", 0.9
    behind_days = {end + gap for _, end, _ in days for gap in (1, 2)}
    for start in of_hours(text):
        match = _HOURS.match(text, start)
        if match:
            yield from _hours(match, bare=match.start() in behind_days)


def _is_a_period(text: str, start: int, end: int) -> bool:
    """Whether "24 hours" are how long something takes: within 24 hours."""
    return (
        text.startswith("24", start)
        and "/" not in text[start:end]
        and bool(_PERIOD.search(text, max(0, start - 16), start))
    )


def _hours(match: re.Match[str], *, bare: bool) -> Iterator[tuple[int, int, str, float]]:
    """Hours with a sign of the clock; right behind a weekday they need none (`bare`)."""
    if not (bare or match["am"] or match["bm"] or match["az"] or match["bz"]):
        return
    closes = _clock(match["bh"], match["bm"], match["bz"])
    shared = match["bz"] if not match["az"] and closes and int(match["ah"]) < int(match["bh"]) else match["az"]
    opens = _clock(match["ah"], match["am"], shared)
    if opens and closes and opens != closes:
        end = match.start() + len(match[0].rstrip())
        yield match.start(), end, f"hours:{opens}-{closes}", 0.9 if match["am"] or match["bm"] else 0.75


def _clock(hour: str, minute: str | None, half: str | None) -> str | None:
    """HH:MM, None for what is no time. 24:00 is the end of a day."""
    hours = int(hour)
    letter = (half or "")[:1]
    if letter in ("a", "p"):
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if letter == "p" else 0)
    return f"{hours:02d}:{minute or '00'}" if hours <= 24 and not (hours == 24 and int(minute or 0)) else None


@cache
def _phrases() -> Phrases[int | str]:
    days = [(number, (*WEEKDAYS[number], *words.SHORT_DAYS[number])) for number in range(7)]
    return Phrases(by_phrase([*words.STATED.items(), *days]))


@cache
def _lone() -> frozenset[str]:
    return frozenset(map(fold, words.LONE))
