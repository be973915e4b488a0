"""How alike encodings are: the overlap of all pairs of bit strings, counted in machine words.

The overlap coefficient (Szymkiewicz 1934, Simpson 1960) is the common bits over those of the emptier string. A record
with fields missing has fewer bits; Dice and Jaccard count that against it, the overlap does not.
Every pair is looked at, so nothing is lost to blocking: 50,000 encodings are 1.25 thousand million pairs. Time and memory
grow with the square and with the number of pairs kept.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, parts_of

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BINS = 1000
"""Of the histogram: similarity s is in bin floor(1000 s)."""
_ROWS = 256


def histogram(words: Words, rows: Numbers) -> Numbers:
    """How many pairs of one of `rows` with any other encoding are how alike."""
    ones = np.bitwise_count(words).sum(axis=1).astype(np.int64)
    work = [(words, ones, rows[low:high]) for low, high in parts_of(len(rows), _ROWS)]
    return np.asarray(sum(in_threads(_histogram, work), np.zeros(BINS + 1, np.int64)))


def pairs_above(words: Words, floor: float) -> tuple[Numbers, Numbers, Floats]:
    """All pairs left < right that are at least so alike, in order."""
    ones = np.bitwise_count(words).sum(axis=1).astype(np.int64)
    work = [(words, ones, low, high, floor) for low, high in parts_of(len(words), _ROWS)]
    found = list(_joined(in_threads(_above, work)))
    left, right, alike = (np.concatenate(column) for column in zip(*found, strict=True))
    return left, right, alike


def _joined(found: Iterator[tuple[Numbers, Numbers, Floats]]) -> Iterator[tuple[Numbers, Numbers, Floats]]:
    yield np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    yield from found


@inlined
def _common(one: Words, other: Words) -> int:
    total = np.uint64(0)
    for word in range(len(one)):
        both = one[word] & other[word]
        both = both - ((both >> np.uint64(1)) & np.uint64(0x5555555555555555))
        both = (both & np.uint64(0x3333333333333333)) + ((both >> np.uint64(2)) & np.uint64(0x3333333333333333))
        both = (both + (both >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
        total += (both * np.uint64(0x0101010101010101)) >> np.uint64(56)
    return np.int64(total)  # type: ignore[return-value]


@compiled
def _histogram(words: Words, ones: Numbers, rows: Numbers) -> Numbers:
    counts = np.zeros(BINS + 1, np.int64)
    for row in rows:
        for other in range(len(words)):
            fewer = min(ones[row], ones[other])
            if other != row and fewer > 0:
                alike = _common(words[row], words[other]) / fewer
                counts[np.int64(alike * BINS)] += 1
    return counts


@compiled
def _above(words: Words, ones: Numbers, low: int, high: int, floor: float) -> tuple[Numbers, Numbers, Floats]:
    size = 1024
    left = np.empty(size, np.int64)
    right = np.empty(size, np.int64)
    alike = np.empty(size, np.float64)
    found = 0
    for row in range(low, high):
        for other in range(row + 1, len(words)):
            fewer = min(ones[row], ones[other])
            if fewer == 0:
                continue
            overlap = _common(words[row], words[other]) / fewer
            if overlap >= floor:
                if found == size:
                    size *= 2
                    more_left = np.empty(size, np.int64)
                    more_right = np.empty(size, np.int64)
                    more_alike = np.empty(size, np.float64)
                    more_left[:found] = left
                    more_right[:found] = right
                    more_alike[:found] = alike
                    left, right, alike = more_left, more_right, more_alike
                left[found] = row
                right[found] = other
                alike[found] = overlap
                found += 1
    return left[:found].copy(), right[:found].copy(), alike[:found].copy()
