"""The language of a text, by Compact Language Detector 2."""

from __future__ import annotations

import re
from functools import lru_cache

import pycld2

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import plain

_TAGS = {"iw": "he", "jw": "jv", "in": "id", "mo": "ro", "sh": "sr", "no": "nb", "zh": "zh-Hans", "tl": "fil"}
_UNWELCOME = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff0-\uffff\U0001fffe\U0001ffff\U0002fffe-\U0010ffff]"
)
_NO_WORDS = re.compile(r"(?<!\S)(?:https?://|www\.|@)\S+|(?<!\S)[^\s@]{1,64}@\S+")
_FEWEST_LETTERS = 12
_LONGEST = 4_000
"""Characters from the start; more would not change the answer."""


class LanguageDetector(TextDetector):
    """Names the language of most of the text and how sure that is; it does not split a text of several languages."""

    def read(self, text: str) -> list[Signal]:
        guessed = _guess(text if len(text) <= _LONGEST else text[:_LONGEST])
        return [self.signal("language", guessed[0], (0, len(text)), guessed[1])] if guessed else []


@lru_cache(maxsize=4096)
def _guess(text: str) -> tuple[str, float] | None:
    """Tag and confidence, None when it cannot be told."""
    words = plain(text)
    if not words.isprintable():
        words = _UNWELCOME.sub(" ", words)
    if "@" in words or "://" in words or "www." in words:
        words = _NO_WORDS.sub(" ", words)
    if sum(map(str.isalpha, words[:200])) < _FEWEST_LETTERS:
        return None
    reliable, _, ((_, code, share, score), *_) = pycld2.detect(words, bestEffort=True)
    if code == "un" or code.startswith("xx") or (not reliable and score < 300):
        return None
    return _TAGS.get(code, code), round(share / 100 * (0.98 if reliable else 0.5), 2)
