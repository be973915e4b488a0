"""Working names, pseudonymised where they are read."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from functools import cache
from typing import Any

from clew.signals.base import Manifest, Settings, Signal
from clew.signals.detector import TextDetector
from clew.signals.name import words
from clew.signals.phrases import Phrases, fold, view

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)?")
_FOLLOWS = re.compile(r"\s?[:,\"«“*]{0,2}\s?(?=[^\W\d_])")
_CUED, _UNKNOWN, _LISTED = 0.85, 0.5, 0.35


class NameDetector(TextDetector):
    """Reads first names from a list and capitalised words after such as "my name is". The value is not the name but the
    first 16 hexadecimal digits of HMAC-SHA256 of it under the scan's key: equal names are equal under one key only. A list
    favours the names of the countries it is from; names that are also words or cities count after a cue only.
    """

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        super().__init__(manifest, settings)
        self._key = settings.name_key or _key_of_this_run()

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        return (_cues(),)

    def read(self, text: str) -> list[Signal]:
        seen = view(text)
        cued = {
            match.end()
            for _, end, _ in _cues().find(seen.text)
            if (match := _FOLLOWS.match(seen.text, end)) and match.end() > end
        }
        found = []
        for word in _WORD.finditer(seen.text):
            start, end = seen.span(word.start(), word.end())
            confidence = _sure(word[0], text[start], is_cued=word.start() in cued)
            if confidence:
                found.append(self.signal("name", self._pseudonym(word[0]), (start, end), confidence))
        return found

    def _pseudonym(self, folded: str) -> str:
        return hmac.new(self._key, folded.encode(), hashlib.sha256).hexdigest()[:16]


def _sure(folded: str, first: str, *, is_cued: bool) -> float | None:
    """How sure a word is a name; None when it is none."""
    if folded in _listed():
        if is_cued:
            return _CUED
        return _LISTED if first.isupper() and folded not in words.COMMON_WORDS else None
    if is_cued and first.isupper() and 2 < len(folded) < 16 and folded not in _never():
        return _UNKNOWN
    return None


@cache
def _key_of_this_run() -> bytes:
    return secrets.token_bytes(32)


@cache
def _listed() -> frozenset[str]:
    return frozenset(map(fold, words.FIRST))


@cache
def _never() -> frozenset[str]:
    return frozenset(map(fold, words.NEVER))


@cache
def _cues() -> Phrases[None]:
    return Phrases(dict.fromkeys(words.CUES))
