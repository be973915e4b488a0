"""Reads through the ways one sign can be written, without moving any character from its place.

`plain` answers a text of the same length, so a span found in it is a span of the text as received.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

IGNORED = "\u200b"
"""Stands for every sign that shows nothing by itself: joiners, selectors, keycaps, combining marks."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff70"
_INVISIBLE = (
    "\u00ad\u034f\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufe0e\ufe0f\ufeff\u20e3\u20dd\u20de"
)
_UNSEEN = (
    *((0x300, 0x36F), (0x483, 0x489), (0x591, 0x5BD), (0x610, 0x61A), (0x61C, 0x61C), (0x640, 0x640), (0x64B, 0x65F)),
    *((0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x202A, 0x202E), (0x2066, 0x206F), (0x20D0, 0x20F0), (0xFE00, 0xFE0F)),
    *((0xFE20, 0xFE2F), (0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F)),
)
"""Marks that lie on the sign before them, signs of direction, and tints."""


def plain(text: str) -> str:
    """The text with other scripts' digits, full-width, styled and circled signs as ASCII, one sign for one sign.

    >>> plain("０７7\u0667 \U0001d7d8 \u2460 5\ufe0f\u20e3") == "0777 0 1 5\u200b\u200b"
    True
    """
    if text.isascii():
        return text
    if (known := AHEAD.get(text)) is not None:
        return known
    return _kept(text) if len(text) <= _LONGEST_KEPT else _plain(text)


AHEAD: dict[str, str] = {}
"""The plain forms of the texts that are being read, where they were worked out together."""


_LONGEST_KEPT = 10_000
"""Signs: a longer text is not kept for the next detector, so that long ones do not fill the memory."""


def _plain(text: str) -> str:
    table = rewritten()
    return _signs().sub(lambda sign: table.get(ord(sign[0]), sign[0]), text)


_kept = lru_cache(maxsize=4096)(_plain)


@cache
def _signs() -> re.Pattern[str]:
    """One of the signs that may be rewritten: most texts hold few, and finding them is quicker than mapping every sign.

    Beyond the first plane it is any sign: `re` looks slowly through a set that mixes planes.
    """
    first_plane = "".join(re.escape(chr(point)) for point in sorted(rewritten()) if point < 0x10000)
    return re.compile(f"[{first_plane}]|[\U00010000-\U000e0fff]")


_DIGITS = frozenset(map(float, range(10)))
_WRITTEN = ((0x80, 0x3400), (0xA000, 0xAC00), (0xF900, 0x12000), (0x16A00, 0x17000), (0x1CC00, 0x1FC00))
"""Where signs are that may stand for ASCII: not the ideographs, the syllables and the scripts that nobody writes."""


@cache
def rewritten() -> Mapping[int, str]:
    """Signs, as numbers, that are not plain, and what stands for them."""
    table = {point: sign for first, last in _WRITTEN for point in range(first, last) if (sign := _ascii(chr(point)))}
    table |= dict.fromkeys(map(ord, _DASHES), "-") | {0x2795: "+"}
    table |= dict.fromkeys(map(ord, _INVISIBLE), IGNORED)
    for first, last in _UNSEEN:
        table |= dict.fromkeys(range(first, last + 1), IGNORED)
    for first in (0x1F150, 0x1F170):  # letters in black circles and squares
        table |= {first + letter: chr(65 + letter) for letter in range(26)}
    return table


def _ascii(char: str) -> str | None:
    digit = unicodedata.digit(char, None)
    if digit is None and (number := unicodedata.numeric(char, None)) in _DIGITS and unicodedata.category(char) == "No":
        digit = int(number or 0)  # as in a zero in a black circle, which is no digit in Unicode
    if digit is not None:
        return str(digit)
    if not unicodedata.decomposition(char):
        return None
    if char in "ªº":  # ordinal signs are not letters here
        return None
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() and folded.isprintable() else None


def bare(shown: str) -> tuple[str, Sequence[int] | None]:
    """The text without the signs that show nothing, and where each sign that is left stood (None: none was taken out)."""
    if IGNORED not in shown:
        return shown, None
    places = [at for at, sign in enumerate(shown) if sign != IGNORED]
    return shown.replace(IGNORED, ""), places


def span_in(places: Sequence[int] | None, start: int, end: int) -> tuple[int, int]:
    """A span of the bare text as one of the text that it was made from."""
    return (start, end) if places is None else (places[start], places[end - 1] + 1)


def one_script(word: str) -> str:
    """The word in Latin letters where letters of another script that look like them stand among its Latin ones.

    >>> one_script("аnna"), one_script("анна")
    ('anna', 'анна')
    """
    if word.isascii():
        return word
    made = latin(word)
    return made if made.isascii() and any(c.isascii() and c.isalpha() for c in word) else word


_LOOKS_LATIN = str.maketrans(
    "аеіїорсухѕјһԁԛԝѵАВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρυικӏԌ", "aeiiopcyxsjhdqwvABESIJKMHOPCTYXABEZHIKMNOPTYXoavpuiklG"
)


def latin(word: str) -> str:
    """The word with the Cyrillic and Greek letters that look Latin as Latin ones.

    >>> latin("sеvеn")
    'seven'
    """
    return word.translate(_LOOKS_LATIN)


@cache
def without_accents(word: str) -> str:
    """What is typed on a keyboard without accents.

    >>> without_accents("sześć"), without_accents("três")
    ('szesc', 'tres')
    """
    swapped = word.translate(str.maketrans("łøđıß", "lodis"))
    return "".join(c for c in unicodedata.normalize("NFD", swapped) if not unicodedata.combining(c) and c != IGNORED)
