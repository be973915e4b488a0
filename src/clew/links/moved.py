"""Groups whose texts are the same sentences in another order: what comparing word after word in their order cannot see.

Each group is represented by its centre. Runs of words are weighed by how few groups have them, so that phrases that everybody
uses count for little; groups that share rare runs are compared whatever the order, and joined when most of what they say is
common and neither says anything at length that the other does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clew.links import groups as grouping
from clew.links.alignment import runs_of
from clew.links.compiled import compiled, in_threads, parts_of
from clew.links.tokens import Tokens

KEPT = 8
"""Rare runs by which a group is found."""
RARE = 8
"""Groups that have a run which is rare."""
ALIKE = 0.35
"""Share of the weight of runs in common, less the share of tokens in long stretches of one's own, from which groups are joined."""
BITS = 2.5
"""What is common must weigh at least as much as so many runs that only these two have."""
SLOT = 3
"""Tokens of one's own in one place that say nothing yet."""
LONGEST = 400
"""Longer texts are not looked at: of a book, the order is what it says."""
_SLOTS = 1 << 24
_ROWS_A_PART = 1 << 15

Numbers = npt.NDArray[np.int64]
Runs = npt.NDArray[np.uint32]
Held = npt.NDArray[np.uint16]


def joined(texts: Tokens, groups: Numbers, runs: Runs | None = None) -> Numbers:
    """The same groups, with those joined that say the same in another order. `groups` are named by one of their texts."""
    centres = np.unique(groups)
    centres = centres[texts.counts[centres] <= LONGEST]
    if len(centres) < 2:
        return groups
    runs = runs_of(texts) if runs is None else runs
    starts, counts = texts.starts[centres], texts.counts[centres]
    left, right, held = _proposed(runs, starts, counts)
    if not len(left):
        return groups
    alike = np.zeros(len(left), np.bool_)
    _compare(runs, starts, counts, held, left, right, ALIKE, BITS, alike)
    one = grouping.apart(len(centres))
    grouping.join(one, left[alike], right[alike])
    into = np.arange(len(groups))
    into[centres] = centres[one]
    return into[groups]


def _held(runs: Runs, starts: Numbers, counts: npt.NDArray[np.int32]) -> npt.NDArray[np.uint16]:
    """How many times each run occurs, to 65,000. Two threads count apart."""
    slots = min(_SLOTS, 1 << max(int(counts.sum()).bit_length() + 1, 12))
    half = len(starts) // 2
    held, more = in_threads(
        _count_part, [(runs, starts[:half], counts[:half], slots), (runs, starts[half:], counts[half:], slots)]
    )
    held += np.minimum(more, 65_000 - held)
    return held


def _count_part(runs: Runs, starts: Numbers, counts: npt.NDArray[np.int32], slots: int) -> npt.NDArray[np.uint16]:
    held = np.zeros(slots, np.uint16)
    _count(runs, starts, counts, held)
    return held


def proposed(texts: Tokens, rows: Numbers, runs: Runs) -> tuple[Numbers, Numbers]:
    """Pairs of these rows that share two rare runs, in whatever order."""
    rows = rows[texts.counts[rows] <= LONGEST]
    if len(rows) < 2:
        return rows[:0], rows[:0]
    left, right, _ = _proposed(runs, texts.starts[rows], texts.counts[rows])
    return rows[left], rows[right]


def _proposed(runs: Runs, starts: Numbers, counts: npt.NDArray[np.int32]) -> tuple[Numbers, Numbers, Held]:
    held = _held(runs, starts, counts)
    parts, bits = parts_of(len(starts), _ROWS_A_PART), np.packbits((held >= 2) & (held <= RARE), bitorder="little")
    keys = np.concatenate(list(in_threads(_rare, [(runs, starts, counts, bits, low, high) for low, high in parts])))
    return *_pairs(np.sort(keys)), held


def _pairs(keys: npt.NDArray[np.uint64]) -> tuple[Numbers, Numbers]:
    """Pairs of centres that stand next to each other, or next but one, under two of their rare runs."""
    run, centre = keys >> np.uint64(32), keys & np.uint64(0xFFFFFFFF)
    found = []
    for step in (1, 2):
        same = np.flatnonzero(run[step:] == run[:-step])
        found.append((centre[same] << np.uint64(32)) | centre[same + step])
    both, times = np.unique(np.concatenate(found), return_counts=True)
    both = both[times >= 2]
    return (both >> np.uint64(32)).astype(np.int64), (both & np.uint64(0xFFFFFFFF)).astype(np.int64)


@compiled
def _count(runs: Runs, starts: Numbers, counts: npt.NDArray[np.int32], held: Held) -> None:
    mask = np.uint32(len(held) - 1)
    for text in range(len(starts)):
        for at in range(starts[text], starts[text] + counts[text]):
            slot = (runs[at] >> np.uint32(2)) & mask
            if runs[at] and held[slot] < 65_000:
                held[slot] += np.uint16(1)


@compiled
def _rare(
    runs: Runs, starts: Numbers, counts: npt.NDArray[np.int32], rare: npt.NDArray[np.uint8], low: int, high: int
) -> npt.NDArray[np.uint64]:
    """For each text the `KEPT` smallest of its runs whose bit in `rare` is set, each above the number of its text."""
    mask = np.uint32(8 * len(rare) - 1)
    out = np.empty((high - low) * KEPT, np.uint64)
    used = 0
    for text in range(low, high):
        first = used
        for at in range(starts[text], starts[text] + counts[text]):
            run = runs[at]
            slot = (run >> np.uint32(2)) & mask
            if run == 0 or (rare[np.int64(slot >> np.uint32(3))] >> np.uint8(slot & np.uint32(7))) & np.uint8(1) == 0:
                continue
            key = (np.uint64(run) << np.uint64(32)) | np.uint64(text)
            if used - first == KEPT and out[used - 1] <= key:
                continue
            place = used
            while place > first and out[place - 1] > key:
                place -= 1
            if place > first and out[place - 1] == key:
                continue
            if used - first < KEPT:
                used += 1
            for step in range(used - 1, place, -1):
                out[step] = out[step - 1]
            out[place] = key
    return out[:used].copy()


@compiled
def _compare(
    runs: Runs,
    starts: Numbers,
    counts: npt.NDArray[np.int32],
    held: Held,
    left: Numbers,
    right: Numbers,
    least: float,
    bits: float,
    alike: npt.NDArray[np.bool_],
) -> None:
    mask = np.uint32(len(held) - 1)
    whole = np.log2(len(starts) + 1.0)
    for pair in range(len(left)):
        common = 0.0
        total = 0.0
        beyond = 0
        for turn in range(2):
            one = left[pair] if turn == 0 else right[pair]
            other = right[pair] if turn == 0 else left[pair]
            there = np.sort(runs[starts[other] : starts[other] + counts[other]])
            covered_to: Any = 0
            for at in range(counts[one]):
                run = runs[starts[one] + at]
                if run == 0:
                    continue
                weight = whole - np.log2(np.float64(held[(run >> np.uint32(2)) & mask]))
                weight = max(weight, 0.0)
                total += weight
                place = np.searchsorted(there, run)
                if place < len(there) and there[place] == run:
                    common += weight
                    beyond += max(at - covered_to - SLOT, 0)
                    covered_to = at + 2 + 2 * np.int64(run & np.uint32(1))
            beyond += max(counts[one] - covered_to - SLOT, 0)
        apart = beyond / (counts[left[pair]] + counts[right[pair]])
        alike[pair] = common >= 2.0 * bits * whole and common >= (least + apart) * total
