"""The language of a text and the passages in another one, by Compact Language Detector 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
_LETTERS = re.compile(r"[^\W\d_]+")
_FEWEST_LETTERS = 12
_SHORT = 60
"""Letters under which an answer is less sure, the less the fewer there are."""
_LONGEST = 4_000
"""Characters from the start; more would not change the answer."""
_SECOND_SHARE = 12
"""Per cent of the text from which a second language is looked for."""
_PASSAGE_LETTERS = 25
"""Letters that a passage in another language must have: single borrowed words are no switch."""


class LanguageDetector(TextDetector):
    """Names the language of most of the text and how sure that is, and passages in a second one (`language_span`).

    Under 60 letters it is less sure, under 12 it says nothing. Passages shorter than 25 letters are not told apart.
    """

    def read(self, text: str) -> list[Signal]:
        start = text if len(text) <= _LONGEST else text[:_LONGEST]
        guessed = _guess(start)
        if not guessed:
            return []
        tag, confidence, mixed = guessed
        whole = self.signal("language", tag, (0, len(text)), confidence)
        if not mixed:
            return [whole]
        return [whole, *(self.signal("language_span", *passage, 0.6) for passage in _passages(start, tag))]


def guess(text: str) -> str | None:
    """The language of most of the text as a BCP 47 tag, None when it cannot be told."""
    guessed = _guess(text if len(text) <= _LONGEST else text[:_LONGEST])
    return guessed[0] if guessed else None


@lru_cache(maxsize=8192)
def _guess(text: str) -> tuple[str, float, bool] | None:
    """Tag, confidence, and whether a second language may be there; None when it cannot be told."""
    words = _words(text)
    if "@" in words or "://" in words or "www." in words:
        words = _NO_WORDS.sub(" ", words)
    letters = sum(map(str.isalpha, words[:100]))
    if letters < _SHORT:
        letters = _letters(words[:100])
    if letters < _SHORT:
        letters = _letters(words[:200])
    if letters < _FEWEST_LETTERS:
        return None
    # text without marks of HTML is the same as plain text, which the library reads quicker
    reliable, _, ((_, code, share, score), (_, second, second_share, _), _) = pycld2.detect(
        words, bestEffort=True, isPlainText=not ("&" in words or "<" in words or ">" in words)
    )
    if code == "un" or code.startswith("xx") or (not reliable and score < 300):
        return None
    sure = share / 100 * (0.98 if reliable else 0.5) * min(1.0, 0.4 + 0.6 * letters / _SHORT)
    return _TAGS.get(code, code), round(sure, 2), second != "un" and second_share >= _SECOND_SHARE


def _letters(words: str) -> int:
    return sum(map(len, _LETTERS.findall(words)))


def _words(text: str) -> str:
    """The text as the library takes it, each sign in its place."""
    words = plain(text)
    return words if words.replace("\n", "").isprintable() else _UNWELCOME.sub(" ", words)


def _passages(text: str, first: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Tag and span of each passage in another language than the first."""
    words = _words(text)
    encoded = words.encode()
    *_, vectors = pycld2.detect(words, bestEffort=True, returnVectors=True)
    for offset, size, _, code in vectors:
        tag = _TAGS.get(code, code)
        passage = encoded[offset : offset + size].decode(errors="ignore")
        if tag in (first, "un") or tag.startswith("xx") or sum(map(len, _LETTERS.findall(passage))) < _PASSAGE_LETTERS:
            continue
        start = len(encoded[:offset].decode(errors="ignore"))
        lead = len(passage) - len(passage.lstrip())
        yield tag, (start + lead, start + len(passage.rstrip()))
