"""How alike strings of bits are, and which are worth comparing: counted in machine words.

Likeness is the mean of Dice's coefficient and the overlap coefficient (Szymkiewicz 1934, Simpson 1960): the common bits
over the mean, and over the emptier string. The first knows that a longer name is another name, the second that a name may
lack a part. Keys are MinHash values (Broder 1997): two strings share one with a chance equal to their Jaccard similarity.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, mixed, parts_of

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ROWS = 65_536


def ones_of(words: Words) -> Numbers:
    """Set bits of each row."""
    return np.asarray(np.bitwise_count(words).sum(axis=1).astype(np.int64))


def likeness(words: Words, left: Numbers, right: Numbers) -> Floats:
    """Of each pair of rows, between 0 and 1; -1 where one of them is empty."""
    ones = ones_of(words)
    work = [(words, ones, left[low:high], right[low:high]) for low, high in parts_of(len(left), _ROWS)]
    return np.concatenate(list(in_threads(_likeness, work)))


def minhashes(words: Words, count: int, salt: int) -> Words:
    """`count` values for each row; all ones for an empty one."""
    spread = np.array([salt * 1_000 + number + 1 for number in range(count)], dtype=np.uint64)
    work = [(words[low:high], spread) for low, high in parts_of(len(words), _ROWS)]
    return np.concatenate(list(in_threads(_minhashes, work)))


def pairs_of_blocks(rows: Numbers, starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """All pairs left < right inside each block; block i is `rows[starts[i]:ends[i]]`."""
    sizes = ends - starts
    return _pairs(rows, starts, ends, int((sizes * (sizes - 1) // 2).sum()))


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
def _likeness(words: Words, ones: Numbers, left: Numbers, right: Numbers) -> Floats:
    alike = np.empty(len(left), np.float64)
    for pair in range(len(left)):
        one, other = ones[left[pair]], ones[right[pair]]
        if one == 0 or other == 0:
            alike[pair] = -1.0
            continue
        common = _common(words[left[pair]], words[right[pair]])
        alike[pair] = common / (one + other) + common / (2 * min(one, other))
    return alike


@compiled
def _minhashes(words: Words, spread: Words) -> Words:
    found = np.full((len(words), len(spread)), np.uint64(0xFFFFFFFFFFFFFFFF))
    for row in range(len(words)):
        for word in range(words.shape[1]):
            for bit in range(64):
                if (words[row, word] >> np.uint64(bit)) & np.uint64(1):
                    place = np.uint64(word * 64 + bit)
                    for number in range(len(spread)):
                        value = mixed(place + spread[number] * np.uint64(0x9E3779B97F4A7C15))
                        found[row, number] = min(found[row, number], value)
    return found


@compiled
def _pairs(rows: Numbers, starts: Numbers, ends: Numbers, total: int) -> tuple[Numbers, Numbers]:
    left = np.empty(total, np.int64)
    right = np.empty(total, np.int64)
    found = 0
    for block in range(len(starts)):
        for one in range(starts[block], ends[block]):
            for other in range(one + 1, ends[block]):
                left[found] = min(rows[one], rows[other])
                right[found] = max(rows[one], rows[other])
                found += 1
    return left, right
