"""Which pairs of texts are worth comparing: those that share a shingle, few of them a shingle, none of them twice over.

Of a shingle in n texts not all n(n-1)/2 pairs are made: first every text with the one before it, for all shingles; then
with the 2 or 3 before it where the shingle is in few texts. Work is linear in the keys,
whatever is shared by how many. Pairs that are already together, or whose words differ too much, are dropped here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, mixed, parts_of
from clew.links.tokens import Tokens, plain

ROUNDS = 12
"""The keys are taken in rounds; what one round has put together, the next does not compare again."""
_KEYS_A_PART = 1 << 16
_ROWS_A_PART = 1 << 16
_MOST_MATES = 2
OVERLAP = 0.45
"""Pairs with a smaller share of their tokens in common, in any order, are not compared; edited copies have more."""
_MARKS = 4
"""64-bit words of the summary of each text's tokens."""


def summaries(texts: Tokens) -> npt.NDArray[np.uint64]:
    """For each text, which of 256 token classes it has: enough to see that two texts differ too much."""
    marks = np.zeros((len(texts), _MARKS), np.uint64)
    arguments = [
        (texts.values, texts.starts[low:high], texts.counts[low:high], marks[low:high])
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
    marks: npt.NDArray[np.uint64],
    threshold: float,
    *,
    nearest: bool,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The pairs of one round to compare, each once, sorted; `together` names the group each text is in so far.

    `nearest` pairs each text with the one before it among those that share a shingle; otherwise with the ones further.
    """
    arguments = [(keys[low:high], bits, together, texts.counts, marks, threshold, nearest) for low, high in ranges]
    found = np.unique(np.concatenate(list(in_threads(_pairs_of_part, arguments))))
    return (found >> np.uint64(32)).astype(np.int64), (found & np.uint64(0xFFFFFFFF)).astype(np.int64)


def may_be_alike(
    texts: Tokens, marks: npt.NDArray[np.uint64], left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Which of these pairs may have `OVERLAP` of their tokens in common."""
    counts = texts.counts.astype(np.int64)
    alone_left = np.bitwise_count(marks[left] & ~marks[right]).sum(axis=1, dtype=np.int64)
    alone_right = np.bitwise_count(marks[right] & ~marks[left]).sum(axis=1, dtype=np.int64)
    most = np.minimum(counts[left] - alone_left, counts[right] - alone_right)
    likely: npt.NDArray[np.bool_] = 2.0 * most >= OVERLAP * (counts[left] + counts[right])
    return likely


def _pairs_of_part(
    keys: npt.NDArray[np.uint64],
    bits: int,
    together: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint64],
    threshold: float,
    nearest: bool,
) -> npt.NDArray[np.uint64]:
    out = np.empty(len(keys) * (1 if nearest else _MOST_MATES), np.uint64)
    used = _propose(keys, bits, together, counts, marks, threshold, nearest, out)
    return out[:used].copy()


@compiled
def _summarise(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint64],
) -> None:
    for text in range(len(starts)):
        for at in range(starts[text], starts[text] + counts[text]):
            mark = mixed(plain(values[at], np.uint32(0))) & np.uint64(255)
            marks[text, np.int64(mark >> np.uint64(6))] |= np.uint64(1) << (mark & np.uint64(63))


@compiled
def _propose(
    keys: npt.NDArray[np.uint64],
    bits: int,
    together: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint64],
    threshold: float,
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
                # A class of tokens that only one text has stands for at least one token the other lacks.
                alone_left = 0
                alone_right = 0
                for word in range(marks.shape[1]):
                    differ = marks[left, word] & ~marks[right, word]
                    while differ:
                        differ &= differ - np.uint64(1)
                        alone_left += 1
                    differ = marks[right, word] & ~marks[left, word]
                    while differ:
                        differ &= differ - np.uint64(1)
                        alone_right += 1
                most = min(counts[left] - alone_left, counts[right] - alone_right)
                if 2.0 * most < threshold * (counts[left] + counts[right]):
                    continue
                out[used] = (np.uint64(left) << np.uint64(32)) | np.uint64(right)
                used += 1
        first = last
    return used
