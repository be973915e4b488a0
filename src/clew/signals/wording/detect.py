"""Finds the phrases of `standards/signs.yaml`, as whole words, in any case and any of their languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from clew.signals.base import Found, NotFound, Outcome, Signal
from clew.standards.signs import signs


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern of all phrases, longest first, and phrase -> sign. A literal alternation: linear in the text."""
    named = {term: sign.name for sign in signs() for terms in sign.terms.values() for term in terms}
    longest_first = sorted(named, key=len, reverse=True)
    pattern = "|".join(re.escape(term).replace(r"\ ", r"\s{1,3}") for term in longest_first)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), named


class WordingDetector:
    """Says which published signs an advert's own words show, for control and against it.

    A phrase is a reason to look or not to look; alone it says nothing of a person.
    """

    def detect(self, texts: Sequence[str]) -> list[Outcome]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Outcome:
        pattern, named = _phrases()
        lowered = text.lower()
        if len(lowered) != len(text):  # a few capitals lower to two characters: keep the spans true
            lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        found = []
        for match in pattern.finditer(lowered.replace("’", "'")):
            sign = named[re.sub(r"\s+", " ", match[0])]
            found.append(Signal("wording", sign, match.start(), match.end(), 0.6, "wording/1"))
        return Found(tuple(found)) if found else NotFound()
