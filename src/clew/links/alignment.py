"""How much of two texts is the same, in the same order, and whether it is the same text, edited.

The longest common subsequence of their tokens, L, is found bit-parallel in 64-bit words (Hyyrö 2004, "Bit-parallel
LCS-length computation revisited"). A token counts only in company that is the same too: the next word, or the next but
one (so that one changed word between two kept ones costs one word, not three), or three more characters of a script without
spaces. The small words that any two texts share do not add up that way. A number beside a word stands for every number.

Two edited copies of one text differ a little everywhere; two texts that share a passage are the same in one place and
differ elsewhere. So, with n and m tokens, the similarity is 2 L / (n + m), and more by `SCATTERED` for each break in what
is common, and less by `APART` for the share of tokens that stand in long stretches without anything in common.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, parts_of
from clew.links.tokens import Tokens, plain

LONGEST = 1024
"""Longer texts are compared by a sample of their tokens, chosen by the tokens' hashes, so that cost stays bounded."""
FLOOR = 0.3
"""Texts with a smaller share in common are not alike, however it is scattered."""
SHORT = 3.5
"""Short texts need more in common: the floor is higher by so many tokens, whatever their length."""
SCATTERED = 0.75
APART = 2.0
"""Both weights were fitted on invented texts of `bench/planted_adverts.py`; for which seeds see decision 0015. They were looked
at again while the measure was made, so figures on that generator are not held out."""
UNLIKELY = 0.6
HOPE = 0.15
"""A pair is not looked at closer when its runs cover less than this part of `FLOOR`, or promise so much too little."""
SLOT = 3.0
"""Tokens that may differ in one place, as a name or a number does, before the place counts as apart."""
_PAIRS_A_PART = 1 << 15
_PRIME = 0x9E3779B97F4A7C15
_OTHER = 0xC2B2AE3D27D4EB4F
_THIRD = 0x165667B19E3779F9
_SKIPPED = 0xD6E8FEB86659FD93

Rows = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]
_NONE = np.zeros(0, np.uint32)


def similarities(
    texts: Tokens, left: Rows, right: Rows, least: float = 0.0, runs: npt.NDArray[np.uint32] | None = None
) -> Shares:
    """The similarity of each pair of texts, 0 to 1; 0 for those that have less than `least`, or too little in common.

    Fastest when pairs with the same left text stand together, and with `runs` (see `runs_of`) where texts are compared often.
    """
    out = np.empty(len(left))
    longer = np.maximum(texts.counts[left], texts.counts[right])
    short = longer <= LONGEST
    if short.all():
        _in_parts(texts, left, right, least, out, _NONE if runs is None else runs)
        return out
    out[short] = similarities(texts, left[short], right[short], least, runs)
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
    following = np.append(values[1:], np.uint32(0)).astype(np.uint64) * np.uint64(_OTHER)
    runs = (values.astype(np.uint64) * np.uint64(_PRIME) + following) >> np.uint64(32)
    kept = ((runs | np.uint64(3)) * np.uint64(_PRIME)) >> np.uint64(64 - halvings) == 0
    before = np.concatenate([[0], np.cumsum(kept)])
    firsts, lasts = before[ends - counts], before[ends]
    shortened = np.minimum(lasts - firsts, LONGEST).astype(np.int32)
    return Tokens(runs[kept].astype(np.uint32) & np.uint32(0xFFFFFFFC), firsts, shortened, texts.content[rows])


def runs_of(texts: Tokens) -> npt.NDArray[np.uint32]:
    """The hash of the run that starts at each token of these texts, in the places of `texts.values`; 0 at their ends."""
    runs = np.zeros(len(texts.values), np.uint32)
    arguments = [
        (texts.values, texts.starts[low:high], texts.counts[low:high], runs)
        for low, high in parts_of(len(texts), _PAIRS_A_PART)
    ]
    list(in_threads(_hash_runs, arguments))
    return runs


def _in_parts(texts: Tokens, left: Rows, right: Rows, least: float, out: Shares, runs: npt.NDArray[np.uint32]) -> None:
    parts = [
        (texts, left[low:high], right[low:high], least, out[low:high], runs)
        for low, high in parts_of(len(left), _PAIRS_A_PART)
    ]
    for _ in in_threads(_compare_part, parts):
        pass


def _compare_part(
    texts: Tokens, left: Rows, right: Rows, least: float, out: Shares, runs: npt.NDArray[np.uint32]
) -> None:
    longest = int(texts.counts[left].max(initial=1))
    longest_right = int(texts.counts[right].max(initial=1))
    slots, words = max(64, 1 << (8 * longest - 1).bit_length()), (longest + 63) // 64
    table, positions = np.zeros(slots, np.uint64), np.zeros((slots, words), np.uint64)
    rows = np.zeros((longest_right + 1, words), np.uint64)
    found = np.zeros((2, longest_right), np.int64)
    arrays = (texts.values, runs, texts.starts, texts.counts)
    _compare(*arrays, left, right, least, table, positions, rows, found, out)


@inlined
def run_at(values: npt.NDArray[np.uint32], at: int, end: int) -> np.uint32:
    """The hash of the tokens that stand together from here on; 0 too near the end. Lowest bit: four, not two."""
    lone = values[at] & np.uint32(1)
    if at + 2 + 2 * lone > end:
        return np.uint32(0)
    one, other = values[at], values[at + 1]
    whole = plain(one, other) * np.uint64(_PRIME) + plain(other, one) * np.uint64(_OTHER)
    if lone:
        whole = (whole ^ (whole >> np.uint64(31))) + np.uint64(values[at + 2]) * np.uint64(_THIRD)
        whole = (whole ^ (whole >> np.uint64(29))) * np.uint64(_PRIME) + np.uint64(values[at + 3])
        whole *= np.uint64(_OTHER)
    hashed: np.uint32 = (np.uint32(whole >> np.uint64(32)) & np.uint32(0xFFFFFFFE)) | np.uint32(2) | lone
    return hashed


@inlined
def _skip(values: npt.NDArray[np.uint32], at: int, end: int) -> np.uint32:
    """The hash of this word and the next but one; 0 where either is a lone character or both are numbers."""
    if at + 3 > end:
        return np.uint32(0)
    one, other = values[at], values[at + 2]
    if (one | other) & np.uint32(1) or one & other & np.uint32(2):
        return np.uint32(0)
    whole = plain(one, other) * np.uint64(_SKIPPED) + plain(other, one) * np.uint64(_THIRD)
    return (np.uint32(whole >> np.uint64(32)) & np.uint32(0xFFFFFFFE)) | np.uint32(2)


@inlined
def _slot(run: np.uint32, table: npt.NDArray[np.uint64], stamp: np.uint64, size: int) -> np.int64:
    """Where this run is, or would be, in the table of the left text's runs."""
    slot = np.int64(run >> np.uint32(3)) & (size - 1)
    wanted = (stamp << np.uint64(32)) | np.uint64(run)
    while table[slot] >> np.uint64(32) == stamp and table[slot] != wanted:
        slot = (slot + 1) & (size - 1)
    return slot


@inlined
def _lay_out(
    run: np.uint32,
    at: int,
    table: npt.NDArray[np.uint64],
    positions: npt.NDArray[np.uint64],
    stamp: np.uint64,
    size: int,
    words: np.int64,
) -> None:
    """Notes in the table that the left text has this run at this token."""
    slot = _slot(run, table, stamp, size)
    if table[slot] >> np.uint64(32) != stamp:
        table[slot] = (stamp << np.uint64(32)) | np.uint64(run)
        for word in range(words):
            positions[slot, word] = 0
    positions[slot, at >> 6] |= np.uint64(1) << np.uint64(at & 63)


@compiled
def _hash_runs(
    values: npt.NDArray[np.uint32], starts: Rows, counts: npt.NDArray[np.int32], runs: npt.NDArray[np.uint32]
) -> None:
    for text in range(len(starts)):
        end = starts[text] + counts[text]
        for at in range(starts[text], end):
            runs[at] = run_at(values, at, end)


# One long function on purpose: it is the innermost loop, and calls between kernels cost time to compile and to run.
@compiled
def _compare(
    values: npt.NDArray[np.uint32],
    runs: npt.NDArray[np.uint32],
    starts: Rows,
    counts: npt.NDArray[np.int32],
    left: Rows,
    right: Rows,
    least: float,
    table: npt.NDArray[np.uint64],
    positions: npt.NDArray[np.uint64],
    rows: npt.NDArray[np.uint64],
    found: Rows,
    out: Shares,
) -> None:
    """Writes the similarity of each pair. `table` is a hash table of the left text's runs, each with the number of
    the text that put it there; `positions` says, by slot of it, at which tokens the run starts, a bit each; `found`
    holds the slots of the right text's runs and skips; `rows` every row of the matrix of the LCS, for the way back.
    """
    one = np.uint64(1)
    laid_out = np.int64(-1)
    stamp = np.uint64(0)
    size = 64
    words = np.int64(1)
    skips_laid_out = False
    stored = len(runs) > 0
    for pair in range(len(left)):
        first = starts[left[pair]]
        n = np.int64(counts[left[pair]])
        if left[pair] != laid_out:
            laid_out = left[pair]
            stamp += one
            words = (n + 63) // 64
            size = 64
            while size < 8 * n:
                size *= 2
            skips_laid_out = False
            for at in range(n):
                run = runs[first + at] if stored else run_at(values, first + at, first + n)
                if run:
                    _lay_out(run, at, table, positions, stamp, size, words)
        # How many tokens of the right text lie in a run that the left text has too, in how many places, and what is
        # left over: most pairs that are not alike are seen to be so here.
        second = starts[right[pair]]
        m = np.int64(counts[right[pair]])
        covered = np.int64(0)
        covered_to = np.int64(0)
        places = 0
        beyond = 0.0
        for at in range(m):
            found[0, at] = -1
            run = runs[second + at] if stored else run_at(values, second + at, second + m)
            if run == 0:
                continue
            slot = _slot(run, table, stamp, size)
            if table[slot] >> np.uint64(32) != stamp:
                continue
            found[0, at] = slot
            reach = at + 2 + 2 * np.int64(run & np.uint32(1))
            if covered_to < at:
                beyond += max(0.5 * (at - covered_to) - SLOT, 0.0)
                covered_to = np.int64(at)
                places += 1
            covered += reach - covered_to
            covered_to = reach
        beyond += max(0.5 * (m - covered_to) - SLOT, 0.0)
        out[pair] = 0.0
        share = 2.0 / (n + m)
        hope = covered * share + SCATTERED * (places + 1) / (covered + 1) - APART * beyond * share
        if covered == 0 or covered * share < UNLIKELY * FLOOR or hope < least - HOPE:
            continue
        # The same for words with one between them, which matter where the run from here on is not in the left text.
        if not skips_laid_out:
            skips_laid_out = True
            for at in range(n):
                skip = _skip(values, first + at, first + n)
                if skip:
                    _lay_out(skip, at, table, positions, stamp, size, words)
        for at in range(m):
            found[1, at] = -1
            if found[0, at] >= 0:  # the next token is common already
                continue
            skip = _skip(values, second + at, second + m)
            if skip:
                slot = _slot(skip, table, stamp, size)
                if table[slot] >> np.uint64(32) == stamp:
                    found[1, at] = slot
        # A zero bit in a row is a step up of the row of the LCS matrix (Hyyrö 2004); positions of a run that started
        # one or two tokens earlier are shifted here.
        for word in range(words):
            rows[0, word] = ~np.uint64(0)
        for at in range(m):
            here = found[0, at]
            skips = found[1, at]
            before = found[0, at - 1] if at >= 1 else -1
            earlier = found[0, at - 2] if at >= 2 and values[second + at - 2] & np.uint32(1) else -1
            earliest = found[0, at - 3] if at >= 3 and values[second + at - 3] & np.uint32(1) else -1
            skipped = found[1, at - 2] if at >= 2 else -1
            if here < 0 and before < 0 and earlier < 0 and earliest < 0 and skips < 0 and skipped < 0:
                for word in range(words):
                    rows[at + 1, word] = rows[at, word]
                continue
            carry = np.uint64(0)
            for word in range(words):
                match = np.uint64(0)
                if here >= 0:
                    match = positions[here, word]
                if skips >= 0:
                    match |= positions[skips, word]
                if before >= 0:
                    match |= positions[before, word] << one
                    if word > 0:
                        match |= positions[before, word - 1] >> np.uint64(63)
                if earlier >= 0:
                    match |= positions[earlier, word] << np.uint64(2)
                    if word > 0:
                        match |= positions[earlier, word - 1] >> np.uint64(62)
                if earliest >= 0:
                    match |= positions[earliest, word] << np.uint64(3)
                    if word > 0:
                        match |= positions[earliest, word - 1] >> np.uint64(61)
                if skipped >= 0:
                    match |= positions[skipped, word] << np.uint64(2)
                    if word > 0:
                        match |= positions[skipped, word - 1] >> np.uint64(62)
                old = rows[at, word]
                total = old + (old & match)
                over = one if total < old else np.uint64(0)
                total += carry
                if total < carry:
                    over = one
                rows[at + 1, word] = total | (old & ~match)
                carry = over
        common = 0
        for word in range(words):
            steps = ~rows[m, word]
            while steps:
                steps &= steps - one
                common += 1
        alike = common * share
        if alike < FLOOR + SHORT * share:
            continue
        # The way back along one longest common subsequence: where it breaks, and how long the texts differ there.
        i = n - 1
        j = m - 1
        alone = 0
        breaks = 0
        beyond = 0.0
        while i >= 0 and j >= 0:
            bit = one << np.uint64(i & 63)
            if rows[j + 1, i >> 6] & bit:
                i -= 1
                alone += 1
            elif rows[j, i >> 6] & bit == 0:
                j -= 1
                alone += 1
            else:
                breaks += 1 if alone else 0
                beyond += max(0.5 * alone - SLOT, 0.0)
                alone = 0
                i -= 1
                j -= 1
        beyond += max(0.5 * (alone + i + 1 + j + 1) - SLOT, 0.0)
        alike += SCATTERED * breaks / (common + 1) - APART * beyond * share
        out[pair] = min(alike, 1.0) if alike >= max(least, 0.0) else 0.0
