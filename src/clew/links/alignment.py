"""How much of two texts is the same, in the same order: the longest common subsequence of their tokens.

A token counts only inside a run that is the same too (two words, or three characters of a script without spaces), so
that the small words which any two texts share do not add up. The answer is 2 L / (n + m), between
0 and 1. Bit-parallel in 64-bit words after Hyyrö (2004), "Bit-parallel LCS-length computation revisited".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, parts_of
from clew.links.tokens import Tokens

LONGEST = 1024
"""Longer texts are compared by a sample of their tokens, chosen by the tokens' hashes, so that cost stays bounded."""
_PAIRS_A_PART = 1 << 15
_PRIME = 0x9E3779B97F4A7C15
_OTHER = 0xC2B2AE3D27D4EB4F
_THIRD = 0x165667B19E3779F9

Rows = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


def runs(texts: Tokens) -> Tokens:
    """The same texts with each token replaced, in place, by the hash of the run of tokens that starts there.

    The lowest bit still tells lone characters from words; a token too near the end to start a run becomes 0 or 1.
    """
    parts = [
        (texts.values, texts.starts[low:high], texts.counts[low:high])
        for low, high in parts_of(len(texts), _PAIRS_A_PART)
    ]
    for _ in in_threads(_hash_runs, parts):
        pass
    return texts


def similarities(texts: Tokens, left: Rows, right: Rows, least: float = 0.0) -> Shares:
    """The similarity of each pair of texts, made of `runs`; 0 for those that have less than `least`.

    Fastest when pairs with the same left text stand together.
    """
    out = np.empty(len(left))
    longer = np.maximum(texts.counts[left], texts.counts[right])
    short = longer <= LONGEST
    if short.all():
        _in_parts(texts, left, right, least, out)
        return out
    out[short] = similarities(texts, left[short], right[short], least)
    halvings = np.ceil(np.log2(longer / LONGEST)).astype(np.int64)
    for halving in np.unique(halvings[~short]):
        chosen = np.flatnonzero(~short & (halvings == halving))
        rows, where = np.unique(np.concatenate([left[chosen], right[chosen]]), return_inverse=True)
        one, other = np.split(where.astype(np.int64), 2)
        out[chosen] = similarities(_thinned(texts, rows, int(halving)), one, other, least)
    return out


def _thinned(texts: Tokens, rows: Rows, halvings: int) -> Tokens:
    """These texts with only the runs whose hash has so many zero bits, at most `LONGEST` of them."""
    counts, starts = texts.counts[rows].astype(np.int64), texts.starts[rows]
    ends = np.cumsum(counts)
    values = texts.values[np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts)]
    kept = ((values | np.uint32(1)) * np.uint64(_PRIME)) >> np.uint64(64 - halvings) == 0
    before = np.concatenate([[0], np.cumsum(kept)])
    firsts, lasts = before[ends - counts], before[ends]
    shortened = np.minimum(lasts - firsts, LONGEST).astype(np.int32)
    return Tokens(values[kept], firsts, shortened, texts.content[rows])


def _in_parts(texts: Tokens, left: Rows, right: Rows, least: float, out: Shares) -> None:
    parts = [
        (texts, left[low:high], right[low:high], least, out[low:high])
        for low, high in parts_of(len(left), _PAIRS_A_PART)
    ]
    for _ in in_threads(_compare_part, parts):
        pass


def _compare_part(texts: Tokens, left: Rows, right: Rows, least: float, out: Shares) -> None:
    longest = int(texts.counts[left].max(initial=1))
    slots, words = max(64, 1 << (4 * longest - 1).bit_length()), (longest + 63) // 64
    table, positions = np.zeros(slots, np.uint64), np.zeros((slots, words), np.uint64)
    row = np.zeros(words, np.uint64)
    found = np.zeros(int(texts.counts[right].max(initial=1)), np.int64)
    arrays = (texts.values, texts.starts, texts.counts)
    _compare(*arrays, left, right, least, table, positions, row, found, out)


@compiled
def _hash_runs(values: npt.NDArray[np.uint32], starts: Rows, counts: npt.NDArray[np.int32]) -> None:
    for text in range(len(starts)):
        end = starts[text] + counts[text]
        for at in range(starts[text], end):
            lone = values[at] & np.uint32(1)
            if at + 2 + lone > end:
                values[at] = lone
                continue
            whole = np.uint64(values[at]) * np.uint64(_PRIME) + np.uint64(values[at + 1]) * np.uint64(_OTHER)
            if lone:
                whole = (whole ^ (whole >> np.uint64(31))) + np.uint64(values[at + 2]) * np.uint64(_THIRD)
            hashed = np.uint32(whole >> np.uint64(32)) | np.uint32(2)
            values[at] = (hashed & np.uint32(0xFFFFFFFE)) | lone


@inlined
def _slot(run: np.uint32, table: npt.NDArray[np.uint64], stamp: np.uint64, size: int) -> np.int64:
    """Where this run is, or would be, in the table of the left text's runs."""
    slot = np.int64(run >> np.uint32(3)) & (size - 1)
    wanted = (stamp << np.uint64(32)) | np.uint64(run)
    while table[slot] >> np.uint64(32) == stamp and table[slot] != wanted:
        slot = (slot + 1) & (size - 1)
    return slot


# One long function on purpose: it is the innermost loop, and calls between kernels cost time to compile and to run.
@compiled
def _compare(
    values: npt.NDArray[np.uint32],
    starts: Rows,
    counts: npt.NDArray[np.int32],
    left: Rows,
    right: Rows,
    least: float,
    table: npt.NDArray[np.uint64],
    positions: npt.NDArray[np.uint64],
    row: npt.NDArray[np.uint64],
    found: Rows,
    out: Shares,
) -> None:
    """Writes the similarity of each pair. `table` is a hash table of the left text's runs, each with the number of
    the text that put it there; `positions` says, by slot of it, at which tokens the run starts, a bit each; `found`
    holds the slots of the right text's runs.
    """
    one = np.uint64(1)
    laid_out = np.int64(-1)
    stamp = np.uint64(0)
    size = 64
    words = np.int64(1)
    for pair in range(len(left)):
        first = starts[left[pair]]
        n = np.int64(counts[left[pair]])
        if left[pair] != laid_out:
            laid_out = left[pair]
            stamp += one
            words = (n + 63) // 64
            size = 64
            while size < 4 * n:
                size *= 2
            for at in range(n):
                run = values[first + at]
                if run < 2:
                    continue
                slot = _slot(run, table, stamp, size)
                if table[slot] >> np.uint64(32) != stamp:
                    table[slot] = (stamp << np.uint64(32)) | np.uint64(run)
                    for word in range(words):
                        positions[slot, word] = 0
                    positions[slot, at >> 6] = one << np.uint64(at & 63)
                    continue
                positions[slot, at >> 6] |= one << np.uint64(at & 63)
        # How many tokens of the right text lie in a run that the left text has too: no more than these can be common.
        second = starts[right[pair]]
        m = np.int64(counts[right[pair]])
        covered = np.int64(0)
        covered_to = np.int64(0)
        for at in range(m):
            found[at] = -1
            run = values[second + at]
            if run < 2:
                continue
            slot = _slot(run, table, stamp, size)
            if table[slot] >> np.uint64(32) == stamp:
                found[at] = slot
                reach = at + 2 + np.int64(values[second + at] & np.uint32(1))
                if covered_to < at:
                    covered_to = np.int64(at)
                covered += reach - covered_to
                covered_to = reach
        if covered == 0 or 2.0 * covered < least * (n + m):
            out[pair] = 0.0
            continue
        # A zero bit in `row` is a step up of the row of the LCS matrix (Hyyrö 2004); positions of a run that started
        # one or two tokens earlier are shifted here.
        for word in range(words):
            row[word] = ~np.uint64(0)
        for at in range(m):
            here = found[at]
            before = found[at - 1] if at >= 1 else -1
            earlier = found[at - 2] if at >= 2 and values[second + at - 2] & np.uint32(1) else -1
            if here < 0 and before < 0 and earlier < 0:
                continue
            carry = np.uint64(0)
            for word in range(words):
                match = np.uint64(0)
                if here >= 0:
                    match = positions[here, word]
                if before >= 0:
                    match |= positions[before, word] << one
                    if word > 0:
                        match |= positions[before, word - 1] >> np.uint64(63)
                if earlier >= 0:
                    match |= positions[earlier, word] << np.uint64(2)
                    if word > 0:
                        match |= positions[earlier, word - 1] >> np.uint64(62)
                old = row[word]
                total = old + (old & match)
                over = one if total < old else np.uint64(0)
                total += carry
                if total < carry:
                    over = one
                row[word] = total | (old & ~match)
                carry = over
        common = 0
        for word in range(words):
            steps = ~row[word]
            while steps:
                steps &= steps - one
                common += 1
        alike = 2.0 * common / (n + m)
        out[pair] = alike if alike >= least else 0.0
