"""Function words of twelve languages, kept as plain text beside this module: what a hand uses whatever it writes about."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, inlined

BITS = 20


@cache
def words() -> tuple[str, ...]:
    """Every function word once, in order of the alphabet."""
    text = (resources.files("clew.links.authors") / "function_words.txt").read_text(encoding="utf-8")
    return tuple(sorted({word for line in text.splitlines() if not line.startswith("#") for word in line.split()}))


@cache
def known() -> npt.NDArray[np.uint8]:
    """A table over the lowest bits of a word's hash: 1 where a function word has them (one other word in 700 has too)."""
    table = np.zeros(1 << BITS, np.uint8)
    table[[hash_of(word) & ((1 << BITS) - 1) for word in words()]] = 1
    return table


def hash_of(word: str) -> int:
    """The number under which `reading` knows a word in small letters."""
    return int(_hash(np.array([ord(letter) for letter in word], np.uint32)))


@inlined
def stirred(value: np.uint64, point: np.uint64) -> np.uint64:
    """One step of a 32-bit FNV-1a hash, held in 64 bits."""
    return ((value ^ np.uint64(point)) * np.uint64(16777619)) & np.uint64(0xFFFFFFFF)


@inlined
def finished(value: np.uint64) -> np.uint64:
    """Spreads a hash over its lower bits."""
    value = ((value ^ (value >> np.uint64(16))) * np.uint64(0x45D9F3B)) & np.uint64(0xFFFFFFFF)
    return value ^ (value >> np.uint64(16))


@compiled
def _hash(points: npt.NDArray[np.uint32]) -> np.uint64:
    value = np.uint64(2166136261)
    for point in points:
        value = stirred(value, np.uint64(point))
    return finished(value)
