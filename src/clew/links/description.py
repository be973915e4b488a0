"""How many bits a text takes told alone, and how many fewer told by another text: minimum description length (Rissanen 1978).

Alone, each token is told after the two before it, as the clusters of the file tell it (a trigram model, interpolated,
Witten and Bell 1991): what every template of a site says is cheap, so having it in common says little. A few other clusters
count as nobody: they may be the same template, not yet joined. Told by another text, pieces of it are copied in any order
(relative Lempel-Ziv, Kuruppu et al. 2010): going on costs next to nothing, a jump costs the place it goes to, and what is not
copied is told as alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, mixed, parts_of
from clew.links.tokens import Tokens, plain

SLOTS = 1 << 22
COUNTED = 2_000_000
"""Tokens from which is counted how clusters speak, about so many; of more, whole clusters are drawn."""
NOBODY = 3
"""So many clusters with a phrase, its own among them, are not counted: they may be one template."""
UNSEEN = 1024.0
"""Tokens that might have been said besides those of the file: in a small one a new word costs ten bits."""
TRUST = 1.0
"""How many cases outweigh what a shorter context says."""
NEAR = 3
"""A jump over so many tokens of the other text is a short one."""
SHORT_JUMP, LONG_JUMP, GO_ON = 3.0, 2.0, 0.2
"""Bits of a short jump, of a long one beside those of its place, and of going on by one token."""
_ROWS_A_PART = 1 << 14

Numbers = npt.NDArray[np.int64]
Costs = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Speech:
    """In how many clusters (of those counted) a token, and a token after the one or two before it, occur, by slot of its
    hash; and in how many a context does, in all.
    """

    said: npt.NDArray[np.uint16]
    """By length of the phrase (1 to 3) and slot."""
    total: float


def speech(texts: Tokens, labels: Numbers) -> Speech:
    """How the clusters speak; each phrase counts once a cluster, however many texts of it have it."""
    chosen = _drawn(texts, labels)
    order = chosen[np.argsort(labels[chosen], kind="stable")]
    slots = min(SLOTS, 1 << max(int(texts.counts[order].sum()).bit_length() + 3, 12))
    said, last = np.zeros((3, slots), np.uint16), np.full((3, slots), -1, np.int32)
    _, clusters = np.unique(labels[order], return_inverse=True)
    total = _count(texts.values, texts.starts[order], texts.counts[order], clusters, said, last)
    return Speech(said, float(total))


def _drawn(texts: Tokens, labels: Numbers) -> Numbers:
    """The texts of as many clusters as have about `COUNTED` tokens."""
    step = int(texts.counts.sum()) // COUNTED
    if step < 1:
        return np.arange(len(texts))
    mixed_labels = (labels.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return np.flatnonzero(mixed_labels % np.uint64(step + 1) == 0)


def costs(texts: Tokens, told: Speech) -> Costs:
    """Bits of each token told alone, in the places of `texts.values`."""
    out = np.zeros(len(texts.values), np.float32)
    arguments = [
        (texts.values, texts.starts[low:high], texts.counts[low:high], told, out)
        for low, high in parts_of(len(texts), _ROWS_A_PART)
    ]
    list(in_threads(_cost_part, arguments))
    return out


def _cost_part(
    values: npt.NDArray[np.uint32], starts: Numbers, counts: npt.NDArray[np.int32], told: Speech, out: Costs
) -> None:
    times = np.empty((3, int(counts.max(initial=1))), np.uint32)
    _cost(values, starts, counts, told.said, told.total, times, out)


def saved(
    texts: Tokens, bits: Costs, left: Numbers, right: Numbers, also: float
) -> tuple[npt.NDArray[np.float64], Numbers]:
    """Bits by which each right text is shorter told by its left one, and how many tokens both say besides the one passage that
    they share; 0 where they share more: where the rest of the right one is shorter by the part `also` of its bits.

    Fastest when pairs with the same left stand together.
    """
    out, otherwise = np.zeros(len(left)), np.zeros(len(left), np.int64)
    room = int(texts.counts[left].max(initial=1)) + 1
    arguments = [
        (
            texts.values,
            texts.starts,
            texts.counts,
            bits,
            left[low:high],
            right[low:high],
            room,
            also,
            out[low:high],
            otherwise[low:high],
        )
        for low, high in parts_of(len(left), _ROWS_A_PART)
    ]
    list(in_threads(_save, arguments))
    return out, otherwise


@inlined
def _phrase(values: npt.NDArray[np.uint32], at: int, size: int) -> np.uint64:
    """The hash of the tokens that end here; beside a word, a number is as good as another."""
    whole = np.uint64(size)
    for place in range(at - size + 1, at + 1):
        token = values[place]
        whole = mixed(
            whole * np.uint64(0x9E3779B97F4A7C15) + (plain(token, np.uint32(0)) if size > 1 else np.uint64(token))
        )
    out: np.uint64 = whole
    return out


@compiled
def _count(
    values: npt.NDArray[np.uint32],
    starts: Numbers,
    counts: npt.NDArray[np.int32],
    clusters: Numbers,
    said: npt.NDArray[np.uint16],
    last: npt.NDArray[np.int32],
) -> int:
    total = 0
    mask = np.uint64(said.shape[1] - 1)
    for text in range(len(starts)):
        for at in range(starts[text], starts[text] + counts[text]):
            for size in range(1, 4):
                if at - size + 1 < starts[text]:
                    break
                slot = _phrase(values, at, size) & mask
                if last[size - 1, slot] != clusters[text]:
                    last[size - 1, slot] = clusters[text]
                    if said[size - 1, slot] < 65_000:
                        said[size - 1, slot] += np.uint16(1)
                    total += 1 if size == 1 else 0
    return total


@compiled
def _cost(
    values: npt.NDArray[np.uint32],
    starts: Numbers,
    counts: npt.NDArray[np.int32],
    said: npt.NDArray[np.uint16],
    total: float,
    times: npt.NDArray[np.uint32],
    out: Costs,
) -> None:
    """`times` has room for three numbers a token of the longest text: slots first, then what stands there. Reading many
    places in one go, with nothing to wait for between them, takes a quarter of the time.
    """
    mask = np.uint64(said.shape[1] - 1)
    for text in range(len(starts)):
        first, n = starts[text], np.int64(counts[text])
        for at in range(n):
            times[0, at] = np.uint32(_phrase(values, first + at, 1) & mask)
            if at > 0:
                times[1, at] = np.uint32(_phrase(values, first + at, 2) & mask)
            if at > 1:
                times[2, at] = np.uint32(_phrase(values, first + at, 3) & mask)
        for size in range(3):
            for at in range(size, n):
                times[size, at] = said[size, times[size, at]]
        # A context is the phrase that ended one token before.
        before, before_both = 0.0, 0.0
        for at in range(n):
            seen = max(np.float64(times[0, at]) - NOBODY, 0.0)
            likely = (seen + 1.0) / (total + UNSEEN)
            both = 0.0
            if at > 0:
                both = max(np.float64(times[1, at]) - NOBODY, 0.0)
                likely = min((min(both, before) + TRUST * likely) / (before + TRUST), 1.0)
            if at > 1:
                three = max(np.float64(times[2, at]) - NOBODY, 0.0)
                likely = min((min(three, before_both) + TRUST * likely) / (before_both + TRUST), 1.0)
            out[first + at] = -math.log2(likely)
            before, before_both = seen, both


@compiled
def _save(
    values: npt.NDArray[np.uint32],
    starts: Numbers,
    counts: npt.NDArray[np.int32],
    bits: Costs,
    left: Numbers,
    right: Numbers,
    room: int,
    also: float,
    out: npt.NDArray[np.float64],
    otherwise: Numbers,
) -> None:
    """`heads` and `following` are chains of the places of the left text's tokens, by low bits of their hash."""
    size = 64
    while size < 2 * room:
        size *= 2
    heads = np.full(size, -1, np.int64)
    following = np.empty(room, np.int64)
    laid_out = np.int64(-1)
    place: Any
    at: Any
    began: Any
    began_there: Any
    ended: Any
    ended_there: Any
    expected: Any
    first_of: Any
    past_of: Any
    there: Any
    for pair in range(len(left)):
        first, n = starts[left[pair]], np.int64(counts[left[pair]])
        second, m = starts[right[pair]], np.int64(counts[right[pair]])
        if left[pair] != laid_out:
            laid_out = left[pair]
            heads[:] = -1
            for at in range(n - 1, -1, -1):
                slot = np.int64(values[first + at] >> np.uint32(2)) & (size - 1)
                following[at] = heads[slot]
                heads[slot] = at
        far = LONG_JUMP + math.log2(n + 1.0)
        gained = 0.0
        expected = np.int64(0)
        # The passage that is being copied, without more than a few tokens between its pieces, and the one that saves most.
        passage = 0.0
        began, began_there = np.int64(0), np.int64(0)
        ended, ended_there = np.int64(-1 << 20), np.int64(-1 << 20)
        longest = 0.0
        first_of, past_of, there = np.int64(0), np.int64(0), np.int64(0)
        at = np.int64(0)
        while at < m:
            token = values[second + at]
            best = 0.0
            best_reach = np.int64(0)
            best_place = np.int64(-1)
            tried = 0
            place = heads[np.int64(token >> np.uint32(2)) & (size - 1)]
            while place >= 0 and tried < 16:
                if values[first + place] == token:
                    tried += 1
                    jump = 0.0
                    if place != expected:
                        jump = SHORT_JUMP if 0 < place - expected <= NEAR else far
                    gain = -jump
                    reach = np.int64(0)
                    while at + reach < m and place + reach < n:
                        mine, theirs = values[second + at + reach], values[first + place + reach]
                        if mine == theirs:
                            gain += np.float64(bits[second + at + reach]) - GO_ON
                        elif not mine & theirs & np.uint32(2):
                            break
                        reach += 1
                    if gain > best:
                        best = gain
                        best_reach = reach
                        best_place = place
                place = following[place]
            if best_place >= 0:
                gained += best
                if at - ended > NEAR + 1 or not 0 <= best_place - ended_there <= NEAR + 1:
                    passage = 0.0
                    began, began_there = at, best_place
                passage += best
                at += best_reach
                expected = best_place + best_reach
                ended, ended_there = at, expected
                if passage > longest:
                    longest = passage
                    first_of, past_of, there = began, at, expected - began_there
            else:
                at += 1
                expected += 1  # one word for another
        out[pair] = gained
        beside = 0.0
        for at in range(m):
            beside += np.float64(bits[second + at]) if at < first_of or at >= past_of else 0.0
        if gained - longest < also * beside:
            otherwise[pair] = min(m - (past_of - first_of), n - there)
