"""Finds the phrases of `standards/signs.yaml`, as whole words, in any case and any of their languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from clew.signals.base import Found, NotFound, Outcome, Signal
from clew.standards.signs import signs

_WORD = re.compile(r"\w+")


@cache
def _phrases() -> tuple[dict[str, re.Pattern[str]], dict[str, str]]:
    """First word -> pattern of the phrases that start with it, longest first; and phrase -> sign. Linear in the text."""
    named = {term: sign.name for sign in signs() for terms in sign.terms.values() for term in terms}
    by_first: dict[str, list[str]] = {}
    for term in sorted(named, key=len, reverse=True):
        by_first.setdefault(_first(term), []).append(re.escape(term).replace(r"\ ", r"\s{1,3}"))
    return {first: re.compile(rf"(?:{'|'.join(terms)})(?!\w)") for first, terms in by_first.items()}, named


def _first(term: str) -> str:
    match = _WORD.match(term)
    if not match:
        raise ValueError("a phrase must start with a word")
    return match[0]


def _spotted(lowered: str) -> Iterator[re.Match[str]]:
    patterns, _ = _phrases()
    taken = 0
    for word in _WORD.finditer(lowered):
        pattern = patterns.get(word[0])
        if pattern and word.start() >= taken and (match := pattern.match(lowered, word.start())):
            taken = match.end()
            yield match


class WordingDetector:
    """Says which published signs an advert's own words show, for control and against it.

    A phrase is a reason to look or not to look; alone it says nothing of a person.
    """

    def detect(self, texts: Sequence[str]) -> list[Outcome]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Outcome:
        _, named = _phrases()
        lowered = text.lower()
        if len(lowered) != len(text):  # a few capitals lower to two characters: keep the spans true
            lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        found = []
        for match in _spotted(lowered.replace("’", "'")):
            sign = named[re.sub(r"\s+", " ", match[0])]
            found.append(Signal("wording", sign, match.start(), match.end(), 0.6, "wording/1"))
        return Found(tuple(found)) if found else NotFound()
