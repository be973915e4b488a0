"""What each Unicode code point is to a hand: a letter, a capital, a digit, a mark, a picture, white space or nothing.

Unlike `clew.links.letters`, nothing is folded away here: capitals, accents, spaces and marks are the habits themselves.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

SPACE, LINE, LOWER, UPPER, LETTER, DIGIT, MARK, PICTURE, CONTACT, NOTHING = range(10)
"""`LETTER` is one of a script without capitals; `CONTACT` stands for an address that `masking` took out."""

MASK = "\ue000"
_POINTS = sys.maxunicode + 1
_PICTURES = ((0x2190, 0x23FF), (0x25A0, 0x27BF), (0x2900, 0x2BFF), (0x1F000, 0x1F3FA), (0x1F400, 0x1FAFF))
_NOTHING = ((0x00, 0x08), (0x0D, 0x1F), (0x7F, 0x9F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
            (0xFE00, 0xFE0F), (0x1F3FB, 0x1F3FF), (0xFEFF, 0xFEFF), (0xE0000, 0xE0FFF))  # fmt: skip
_OF_CATEGORY = {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER, "Lo": LETTER, "Lm": LETTER, "Nd": DIGIT, "Zs": SPACE}


@cache
def kinds() -> npt.NDArray[np.uint8]:
    """The kind of every code point."""
    table = np.full(_POINTS, MARK, np.uint8)
    for point in range(0x323B0):
        category = unicodedata.category(chr(point))
        table[point] = _OF_CATEGORY.get(category, NOTHING if category in ("Mn", "Me", "Cs", "Cn") else MARK)
    for ranges, kind in ((_PICTURES, PICTURE), (_NOTHING, NOTHING)):
        for low, high in ranges:
            table[low : high + 1] = kind
    table[0x09] = SPACE
    table[[0x0A, 0x0B, 0x0C, 0x2028, 0x2029]] = LINE
    table[ord(MASK)] = CONTACT
    table.setflags(write=False)
    return table


@cache
def lowered() -> npt.NDArray[np.uint32]:
    """The small letter of every capital; accents stay, since leaving them out is a habit."""
    table = np.arange(_POINTS, dtype=np.uint32)
    for point in np.flatnonzero(kinds() == UPPER).tolist():
        small = chr(point).lower()
        table[point] = ord(small[0])
    table.setflags(write=False)
    return table
