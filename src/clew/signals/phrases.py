"""Thousands of phrases looked for in one pass over a text, as whole words of any script, and whether one is denied.

`view` folds case, accents, look-alikes, zero-width signs and runs of spaces, and keeps line breaks; its spans lead back to
the text as received.
The pass is an Aho-Corasick automaton (Aho and Corasick 1975): time grows with the text and with what is found.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Generic, NamedTuple, TypeVar

import ahocorasick_rs

from clew.signals.glyphs import IGNORED, latin, plain

T = TypeVar("T")
_DROPPED = re.compile(rf"{IGNORED}+| +(?=[ \n])|(?<=\n)[ \n]+")
_TO_DROP = (IGNORED, "  ", " \n", "\n ", "\n\n")
_CYRILLIC = re.compile("[а-я]")
_MIXED = re.compile("[a-z](?=[а-я])|[а-я](?=[a-z])")
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Scripts in which words are not set apart, and Korean, whose particles stick to words."""
_QUOTES = dict.fromkeys(map(ord, "’‘ʼ´`′"), "'") | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_ARABIC = str.maketrans("أإآىةکی", "اااي" + "هكي")
_POINTS = (*range(0x0591, 0x05C8), *range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, 0x0640)


class View(NamedTuple):
    """A text as phrases are looked for in it, and where each of its signs stands in the text as received."""

    text: str
    cuts: tuple[int, ...]
    shifts: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text as received."""
        if not self.cuts:
            return start, end
        return self.place(start), self.place(end - 1) + 1

    def place(self, at: int) -> int:
        if not self.cuts:
            return at
        return at + self.shifts[bisect_right(self.cuts, at)]


AHEAD: dict[str, View] = {}
"""The views of the texts that are being read, where they were worked out together."""


def view(text: str) -> View:
    """The text folded.

    >>> seen = view("Sin  LÍMITES")
    >>> seen.text, seen.span(4, 11)
    ('sin limites', (5, 12))
    """
    return AHEAD.get(text) or _view(text)


@lru_cache(maxsize=4096)
def _view(text: str) -> View:
    if text.isascii():
        return seen(text.lower().translate(_spaces()), may_mix=False, may_drop=True)
    folded = text.translate(folds())
    return seen(folded, may_mix=bool(_CYRILLIC.search(folded)), may_drop=True)


def seen(folded: str, *, may_mix: bool, may_drop: bool) -> View:
    """The view of a text whose signs are folded: letters that look like others made one script, what shows nothing dropped."""
    if may_mix:
        folded = unmixed(folded)
    if not may_drop or not any(run in folded for run in _TO_DROP):
        return View(folded, (), ())
    return _squeezed(folded)


def unmixed(folded: str) -> str:
    """The text with the words that mix Cyrillic and Latin letters in Latin ones."""
    if not _MIXED.search(folded):
        return folded
    return _WORD.sub(lambda word: latin(word[0]) if _MIXED.search(word[0]) else word[0], folded)


def fold(phrase: str) -> str:
    """A phrase of a dictionary as it stands in a view."""
    return view(phrase).text.strip()


def _squeezed(folded: str) -> View:
    parts: list[str] = []
    cuts: list[int] = []
    shifts = [0]
    at = kept = 0
    for match in _DROPPED.finditer(folded):
        parts.append(folded[at : match.start()])
        kept += match.start() - at
        at = match.end()
        if cuts and cuts[-1] == kept:
            shifts[-1] = at - kept
        else:
            cuts.append(kept)
            shifts.append(at - kept)
    parts.append(folded[at:])
    return View("".join(parts), tuple(cuts), tuple(shifts))


@cache
def _spaces() -> dict[int, str]:
    return {point: " " for point in range(0x21) if point != 0x0A} | {0x60: "'"}


class _Folds(dict[int, str]):
    """One sign for one sign, worked out when first met."""

    def __missing__(self, point: int) -> str:
        self[point] = folded = _folded(chr(point))
        return folded


@cache
def folds() -> dict[int, str]:
    """Sign, as a number, to the sign that stands for it in a view."""
    return _Folds(dict.fromkeys(_POINTS, IGNORED) | dict(_QUOTES))


def _folded(sign: str) -> str:
    sign = plain(sign)
    if "\ud800" <= sign <= "\udfff":  # half a sign, which is no text in UTF-8
        return "\ufffd"
    if sign.isspace() or sign < " ":
        return "\n" if sign in "\n\u2028\u2029" else " "
    lower = sign.lower()
    if len(lower) != 1:  # the dotted capital I
        lower = lower[0]
    point = ord(lower)
    if point < 0x0530 or 0x1E00 <= point < 0x2000:
        base = [c for c in unicodedata.normalize("NFD", lower) if not unicodedata.combining(c)]
        swapped = "".join(base).translate(str.maketrans("łøđıßæœ", "lodisao"))
        return swapped if len(swapped) == 1 else lower
    return lower.translate(_ARABIC)


class Phrases(Generic[T]):
    """A dictionary of phrases and what each means. Where phrases overlap, the first counts, and of those the longest."""

    def __init__(self, meanings: Mapping[str, T]) -> None:
        known: dict[str, T] = {}
        for phrase, meaning in meanings.items():
            known.setdefault(fold(phrase), meaning)
        self.phrases = list(known)
        self.means = [
            (meaning, not _UNSPACED.match(phrase[0]), not _UNSPACED.match(phrase[-1]))
            for phrase, meaning in known.items()
        ]
        self.ahead: dict[str, list[tuple[int, int, T]]] = {}
        """What was found in the texts that are being read, where they were looked through together."""
        self._automaton = ahocorasick_rs.AhoCorasick(self.phrases)

    def find(self, text: str) -> list[tuple[int, int, T]]:
        """(start, end, meaning) of the phrases in a view's text that stand as whole words, in order."""
        known = self.ahead.get(text)
        if known is not None:
            return known
        return self.sought(text)

    def sought(self, text: str) -> list[tuple[int, int, T]]:
        """The same, looked for now."""
        text = text.replace("\n", " ")
        whole = []
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            meaning, left, right = self.means[index]
            if left and start and (sign := text[start - 1]) != " " and joins(sign):
                continue
            if right and end < len(text) and (sign := text[end]) != " " and joins(sign):
                continue
            whole.append((start, end, meaning))
        return first_and_longest(whole) if len(whole) > 1 else whole


def first_and_longest(hits: list[tuple[int, int, T]]) -> list[tuple[int, int, T]]:
    """The hits without those that lie over an earlier one, or over a longer one of the same start."""
    hits.sort(key=_place)
    found: list[tuple[int, int, T]] = []
    last = 0
    for hit in hits:
        if hit[0] >= last:
            found.append(hit)
            last = hit[1]
    return found


def _place(hit: tuple[int, int, T]) -> tuple[int, int]:
    return hit[0], -hit[1]


def joins(sign: str) -> bool:
    """Whether a word goes on with this sign; beside a sign of a script without spaces any word may end."""
    if sign < "\u0300":
        return sign.isalnum() or sign == "_"
    if sign > "\u0dff" and _UNSPACED.match(sign):
        return False
    return sign.isalnum() or unicodedata.category(sign)[0] == "M"


def is_unspaced(sign: str) -> bool:
    """Whether it is of a script in which words are not set apart."""
    return _UNSPACED.match(sign) is not None


def by_phrase(groups: Iterable[tuple[T, Iterable[str]]]) -> dict[str, T]:
    """From meaning and its phrases to phrase and its meaning; the first meaning of a phrase stays.

    >>> by_phrase([("mon", ["monday", "mon"])])
    {'monday': 'mon', 'mon': 'mon'}
    """
    found: dict[str, T] = {}
    for meaning, phrases in groups:
        for phrase in phrases:
            found.setdefault(phrase, meaning)
    return found
