"""Which pairs of texts are worth comparing: those that share a shingle, few of them a shingle, none of them twice over.

Of a shingle in n texts not all n(n-1)/2 pairs are made: first every text with the one before it, for all shingles; then
with the 2 or 3 before it where the shingle is in few texts. Work is linear in the keys,
whatever is shared by how many. Pairs that are already together, or that have too few runs of words in common (`alignment`),
are dropped here, by a Bloom filter of each text's runs: that costs a twentieth of comparing the texts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clew.links.alignment import runs_of
from clew.links.compiled import compiled, in_threads, inlined, parts_of
from clew.links.tokens import Tokens

ROUNDS = 12
"""The keys are taken in rounds; what one round has put together, the next does not compare again."""
_KEYS_A_PART = 1 << 16
_ROWS_A_PART = 1 << 16
_MOST_MATES = 2
SHARED = (0.1, 0.25)
"""Pairs with a smaller share of their runs in common, in any order, are not compared: the first for texts of `_BRIEF`
tokens, the second for texts of `_LONG`, between them in proportion. Edited copies have more (`bench/adverts_cluster.py`)."""
_BRIEF, _LONG = 24, 64
_MARKS = 16
"""64-bit words of the filter of each text's runs."""
_FULL = 0.5
"""Filters with more of their bits set, together, tell nothing: such texts are compared whatever they share."""


class Marks(NamedTuple):
    """For each text a Bloom filter of its runs, with one hash, and how many of its bits are set."""

    bits: npt.NDArray[np.uint64]
    set: npt.NDArray[np.uint16]


def summaries(texts: Tokens, runs: npt.NDArray[np.uint32] | None = None) -> Marks:
    """The filter of each text: enough to see that two texts share too little."""
    marks = Marks(np.zeros((len(texts), _MARKS), np.uint64), np.zeros(len(texts), np.uint16))
    runs = runs_of(texts) if runs is None else runs
    arguments = [
        (runs, texts.starts[low:high], texts.counts[low:high], marks.bits[low:high], marks.set[low:high])
        for low, high in parts_of(len(texts), _ROWS_A_PART)
    ]
    list(in_threads(_summarise, arguments))
    return marks


def key_rounds(keys: npt.NDArray[np.uint64], bits: int) -> Iterator[list[tuple[int, int]]]:
    """Ranges of the sorted keys, a list for each round; no range cuts through the texts of one shingle."""
    size = min(_KEYS_A_PART, max(-(-len(keys) // (ROUNDS * 4)), 1024))
    edges = [0]
    for low in range(0, len(keys), size):
        high = edge = min(low + size, len(keys))
        if high < len(keys):
            last = (keys[high - 1] >> np.uint64(bits)) + np.uint64(1)
            edge = int(np.searchsorted(keys, last << np.uint64(bits)))
        edges.append(max(edge, edges[-1]))
    ranges = list(itertools.pairwise(edges))
    share = max(-(-len(ranges) // ROUNDS), 1)
    for first in range(0, len(ranges), share):
        yield ranges[first : first + share]


def pairs(
    keys: npt.NDArray[np.uint64],
    ranges: list[tuple[int, int]],
    bits: int,
    together: npt.NDArray[np.int64],
    texts: Tokens,
    marks: Marks,
    *,
    nearest: bool,
    apart: npt.NDArray[np.uint64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The pairs of one round to compare, each once, sorted; `together` names the group each text is in so far.

    `nearest` pairs each text with the one before it among those that share a shingle; otherwise with the ones further.
    Pairs that stand in `apart` (see `as_numbers`) are left out: they were compared before.
    """
    arguments = [(keys[low:high], bits, together, texts.counts, marks, nearest) for low, high in ranges]
    found = _each_once(np.concatenate(list(in_threads(_pairs_of_part, arguments))))
    if len(apart):
        found = found[apart[np.minimum(np.searchsorted(apart, found), len(apart) - 1)] != found]
    return (found >> np.uint64(32)).astype(np.int64), (found & np.uint64(0xFFFFFFFF)).astype(np.int64)


def as_numbers(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Each pair as one number: the left text in the high 32 bits, the right one in the low."""
    packed: npt.NDArray[np.uint64] = (left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64)
    return packed


def may_be_alike(
    texts: Tokens, marks: Marks, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Which of these pairs have enough runs in common to be compared."""
    likely = np.empty(len(left), np.bool_)
    _may_be_alike(texts.counts, marks.bits, marks.set, left, right, likely)
    return likely


def _pairs_of_part(
    keys: npt.NDArray[np.uint64],
    bits: int,
    together: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    marks: Marks,
    nearest: bool,
) -> npt.NDArray[np.uint64]:
    out = np.empty(len(keys) * (1 if nearest else _MOST_MATES), np.uint64)
    used = _propose(keys, bits, together, counts, marks.bits, marks.set, nearest, out)
    return _each_once(out[:used])


def _each_once(found: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Sorted, each once; other threads run meanwhile."""
    found = np.sort(found)
    first = np.ones(len(found), np.bool_)
    np.not_equal(found[1:], found[:-1], out=first[1:])
    return found[first]


@compiled
def _summarise(
    runs: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint64],
    filled: npt.NDArray[np.uint16],
) -> None:
    for text in range(len(starts)):
        for at in range(starts[text], starts[text] + counts[text]):
            run = runs[at]
            if run:
                mark = (run >> np.uint32(7)) & np.uint32(64 * _MARKS - 1)
                marks[text, np.int64(mark >> np.uint32(6))] |= np.uint64(1) << np.uint64(mark & np.uint32(63))
        for word in range(_MARKS):
            bits = marks[text, word]
            while bits:  # becomes one instruction, as below
                bits &= bits - np.uint64(1)
                filled[text] += np.uint16(1)


@inlined
def _share_enough(
    counts: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint64],
    filled: npt.NDArray[np.uint16],
    left: np.int64,
    right: np.int64,
) -> bool:
    ours, theirs, both = np.int64(filled[left]), np.int64(filled[right]), 0
    for word in range(_MARKS):
        bits = marks[left, word] & marks[right, word]
        while bits:
            bits &= bits - np.uint64(1)
            both += 1
    size = 64.0 * _MARKS
    if ours + theirs > _FULL * size:
        return True
    tokens = 0.5 * (counts[left] + counts[right])
    least = SHARED[0] + (SHARED[1] - SHARED[0]) * min(max((tokens - _BRIEF) / (_LONG - _BRIEF), 0.0), 1.0)
    # Bits that both have by chance are taken off: of `t` shared runs, t + (ours - t) (theirs - t) / size are seen.
    seen: bool = both - ours * theirs / size >= least * tokens * (1.0 - (ours + theirs) / size)
    return seen


@compiled
def _may_be_alike(
    counts: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint64],
    filled: npt.NDArray[np.uint16],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    likely: npt.NDArray[np.bool_],
) -> None:
    for pair in range(len(left)):
        likely[pair] = _share_enough(counts, marks, filled, left[pair], right[pair])


@compiled
def _propose(
    keys: npt.NDArray[np.uint64],
    bits: int,
    together: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint64],
    filled: npt.NDArray[np.uint16],
    nearest: bool,
    out: npt.NDArray[np.uint64],
) -> int:
    shift = np.uint64(bits)
    low_bits = (np.uint64(1) << shift) - np.uint64(1)
    used = 0
    first = 0
    while first < len(keys):
        shingle = keys[first] >> shift
        last = first + 1
        while last < len(keys) and keys[last] >> shift == shingle:
            last += 1
        size = last - first
        closest, farthest = 1, 1
        if not nearest:
            closest, farthest = 2, 3 if size <= 4 else (2 if size <= 64 else 1)
        for here in range(first + closest, last):
            right = np.int64(keys[here] & low_bits)
            for there in range(max(first, here - farthest), here - closest + 1):
                left = np.int64(keys[there] & low_bits)
                if together[left] == together[right]:
                    continue
                if not _share_enough(counts, marks, filled, left, right):
                    continue
                out[used] = (np.uint64(left) << np.uint64(32)) | np.uint64(right)
                used += 1
        first = last
    return used
