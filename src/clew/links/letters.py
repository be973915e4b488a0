"""What each Unicode code point is to a token: a letter of a word, a token of its own, a gap, or nothing at all.

Words are compared as a reader would see them: case, accents, full-width and "mathematical" letters are folded, invisible
characters vanish. Scripts written without spaces, and pictures such as emoji, make every character a token.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

SPACE, NOTHING, BREAK = 0, 1, 2
"""White space; a character that is not there (joiners, accents, vowel points); punctuation, which ends a word."""
ALONE = 1 << 31
"""Set on a character that is a token by itself."""
_POINTS = 0x110000

_SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_BREAKS = "!\"'()*,-./:;<=>?[\\]^_`{|}~¡§«¬¯´¶·¸»¿¦؛؟،۔।॥՝։‘’“”"
_BREAK_RANGES = (
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x2500, 0x257F),
    (0x3001, 0x3003),
    (0x3008, 0x3020),
    (0xFE30, 0xFE6F),
)
_NOTHING_RANGES = (
    (0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD),
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640),
    (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x180B, 0x180E), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
    (0xFEFF, 0xFEFF), (0x1F3FB, 0x1F3FF), (0xE0000, 0xE0FFF),
)  # fmt: skip
_ALONE_RANGES = (
    (0x0E00, 0x0E4F), (0x0E80, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17D3), (0x1950, 0x19DF),  # Thai to New Tai Lue
    (0x2190, 0x23FF), (0x2580, 0x27BF), (0x2900, 0x2BFF),  # arrows, shapes, dingbats
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x303F), (0x3040, 0x312F), (0x31A0, 0x9FFF),  # kana, bopomofo, Han
    (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF), (0xFF66, 0xFF9F),  # Myanmar additions, Han, half-width kana
    (0x1F000, 0x1F3FA), (0x1F400, 0x1FAFF), (0x1B000, 0x1B16F), (0x20000, 0x323AF),  # emoji, kana, Han
)  # fmt: skip
_FOLDED_RANGES = (
    (0x41, 0x5A), (0xC0, 0x052F), (0x0531, 0x0556), (0x10A0, 0x10C5), (0x13A0, 0x13F5), (0x1E00, 0x1FFF),
    (0x2070, 0x209C), (0x2100, 0x218B), (0x2460, 0x24FF), (0xFB00, 0xFB06), (0xFF10, 0xFF19), (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A), (0x10400, 0x1044F), (0x1D400, 0x1D7FF), (0x1F110, 0x1F189),
)  # fmt: skip
_LOOKALIKES = (
    ("авекмнорстухіјѕԁԛԝ", "abekmhopctyxijsdqw"),  # Cyrillic
    ("αβεηικνορτυχ", "abehikvoptux"),  # Greek
    ("օսցհո", "oughn"),  # Armenian
)
"""Letters that a reader takes for Latin ones, and the ones they are taken for; no two of one script become the same."""
_WORD_SIGNS = "#$%&+@"  # kept inside words: they change what is said


@cache
def folding() -> npt.NDArray[np.uint32]:
    """For every code point its folded letter, or `SPACE`, `NOTHING`, `BREAK`, or the point with `ALONE` set."""
    table = np.arange(_POINTS, dtype=np.uint32)
    for low, high in _FOLDED_RANGES:
        table[low : high + 1] = [_folded(point) for point in range(low, high + 1)]
    for low, high in _ALONE_RANGES:
        table[low : high + 1] |= np.uint32(ALONE)
    for point in _decimal_digits():
        table[point] = ord("0") + unicodedata.decimal(chr(point))
    for letters, plain in _LOOKALIKES:
        for letter, same in zip(letters, plain, strict=True):
            table[table == ord(letter)] = ord(same)
    for ranges, meaning in ((_BREAK_RANGES, BREAK), (_NOTHING_RANGES, NOTHING)):
        for low, high in ranges:
            table[low : high + 1] = meaning
    table[[ord(sign) for sign in _BREAKS]] = BREAK
    table[[ord(sign) - 0x20 + 0xFF00 for sign in map(chr, range(0x21, 0x7F)) if sign in _BREAKS]] = BREAK
    table[[ord(sign) for sign in _SPACES]] = SPACE
    table.setflags(write=False)
    return table


def _decimal_digits() -> list[int]:
    """Digits of every script that has its own."""
    return [point for point in range(0x660, 0x1FBFA) if unicodedata.category(chr(point)) == "Nd"]


def _folded(point: int) -> int:
    """The lower-case letter under its accents: the first character of the compatibility decomposition, case folded."""
    plain = unicodedata.normalize("NFKD", chr(point))[:1] or chr(point)
    folded = unicodedata.normalize("NFKD", plain.casefold())[:1] or plain
    return ord(folded) if folded.isalnum() else point
