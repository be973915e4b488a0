"""How much of two texts is the same, in the same order: the longest common subsequence of their tokens.

A token counts only beside a neighbour that is the same too (two words, or three characters of a script without
spaces, running), so that the small words which any two texts share do not add up. The answer is 2 L / (n + m), between
0 and 1. Bit-parallel in 64-bit words after Hyyrö (2004), "Bit-parallel LCS-length computation revisited".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, mixed, parts_of
from clew.links.tokens import Tokens

LONGEST = 1024
"""Longer texts are compared by a sample of their tokens, chosen by the tokens' hashes, so that cost stays bounded."""
_SLOTS = 4 * LONGEST
_WORDS = 2 * LONGEST // 64
_PAIRS_A_PART = 1 << 15

Desk = tuple[
    npt.NDArray[np.uint64],
    npt.NDArray[np.int64],
    npt.NDArray[np.uint64],
    npt.NDArray[np.uint64],
    npt.NDArray[np.uint32],
    npt.NDArray[np.int64],
    npt.NDArray[np.int64],
]


def similarities(
    texts: Tokens, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], least: float = 0.0
) -> npt.NDArray[np.float64]:
    """The similarity of each pair of texts, 0 for some that have less than `least`.

    Fastest when pairs with the same left text stand together.
    """
    arguments = [
        (texts.values, texts.starts, texts.counts, left[low:high], right[low:high], least)
        for low, high in parts_of(len(left), _PAIRS_A_PART)
    ]
    return np.concatenate(list(in_threads(_similarities, arguments)))


@inlined
def desk() -> Desk:
    """Scratch space for one thread: slot keys, slot stamps, positions by slot, the LCS row, two sampled texts, state,
    slots of the second text.
    """
    return (
        np.zeros(_SLOTS, np.uint64),
        np.zeros(_SLOTS, np.int64),
        np.zeros(_SLOTS * _WORDS, np.uint64),
        np.zeros(_WORDS, np.uint64),
        np.zeros(4 * LONGEST, np.uint32),
        np.array([0, -1, 0, 0]),
        np.zeros(2 * LONGEST, np.int64),
    )


@inlined
def _run(values: npt.NDArray[np.uint32], at: int, end: int) -> np.uint64:
    """Hash of the run of tokens that starts here, two words or three lone characters; 0 where the text ends first."""
    if values[at] & np.uint32(1):
        if at + 3 > end:
            return np.uint64(0)
        third = np.uint64(values[at + 2])
    else:
        if at + 2 > end:
            return np.uint64(0)
        third = np.uint64(0x100000001)
    whole = np.uint64(values[at]) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(values[at + 1]) * np.uint64(
        0xC2B2AE3D27D4EB4F
    )
    whole = (whole ^ (whole >> np.uint64(31))) + third * np.uint64(0x165667B19E3779F9)
    whole ^= whole >> np.uint64(29)
    return whole | np.uint64(1)


@inlined
def _lay_out(values: npt.NDArray[np.uint32], start: int, count: int, room: Desk) -> None:
    """Notes at which positions of the first text each run starts."""
    slot_keys, stamps, positions, _, _, state, _ = room
    state[0] += 1
    size = 64
    while size < 2 * count:
        size *= 2
    words = (count + 63) // 64
    state[2] = size
    state[3] = count
    mask = np.uint64(size - 1)
    for at in range(count):
        run = _run(values, start + at, start + count)
        if run == 0:
            continue
        slot = np.int64((run >> np.uint64(20)) & mask)
        while stamps[slot] == state[0] and slot_keys[slot] != run:
            slot = (slot + 1) & (size - 1)
        if stamps[slot] != state[0]:
            stamps[slot] = state[0]
            slot_keys[slot] = run
            for word in range(words):
                positions[slot * words + word] = np.uint64(0)
        positions[slot * words + (at >> 6)] |= np.uint64(1) << np.uint64(at & 63)


@inlined
def _find(values: npt.NDArray[np.uint32], start: int, count: int, room: Desk) -> int:
    """Looks up the second text's runs; answers how many of its tokens lie in one that the first text has too."""
    slot_keys, stamps, _, _, _, state, slots = room
    size = state[2]
    mask = np.uint64(size - 1)
    covered_to = 0
    covered = 0
    for at in range(count):
        run = _run(values, start + at, start + count)
        slot = -1
        if run != 0:
            slot = np.int64((run >> np.uint64(20)) & mask)
            while stamps[slot] == state[0] and slot_keys[slot] != run:
                slot = (slot + 1) & (size - 1)
            if stamps[slot] == state[0]:
                reach = at + (3 if values[start + at] & np.uint32(1) else 2)
                covered += reach - max(covered_to, at)
                covered_to = reach
            else:
                slot = -1
        slots[at] = slot
    return covered


@inlined
def _match(values: npt.NDArray[np.uint32], start: int, count: int, room: Desk) -> int:
    """The longest common subsequence of the second text with the one laid out, over tokens inside common runs."""
    _, _, positions, row, _, state, slots = room
    words = (state[3] + 63) // 64
    for word in range(words):
        row[word] = ~np.uint64(0)
    for at in range(count):
        slot = slots[at]
        before = slots[at - 1] if at >= 1 else -1  # runs that start one or two tokens earlier reach here too
        reach = slots[at - 2] if at >= 2 and values[start + at - 2] & np.uint32(1) else -1
        if slot < 0 and before < 0 and reach < 0:
            continue
        carry = np.uint64(0)
        for word in range(words):
            here = np.uint64(0)
            if slot >= 0:
                here |= positions[slot * words + word]
            if before >= 0:
                here |= positions[before * words + word] << np.uint64(1)
                if word > 0:
                    here |= positions[before * words + word - 1] >> np.uint64(63)
            if reach >= 0:
                here |= positions[reach * words + word] << np.uint64(2)
                if word > 0:
                    here |= positions[reach * words + word - 1] >> np.uint64(62)
            old = row[word]
            both = old & here
            total = old + both
            over = np.uint64(1) if total < old else np.uint64(0)
            total += carry
            if carry and total == 0:
                over = np.uint64(1)
            row[word] = total | (old & ~here)
            carry = over
    common = 0
    for word in range(words):
        left = ~row[word]
        while left:
            left &= left - np.uint64(1)
            common += 1
    return common


@inlined
def _sample(
    values: npt.NDArray[np.uint32], start: int, count: int, shift: int, out: npt.NDArray[np.uint32], at: int
) -> int:
    """Copies the tokens whose hash has `shift` low zero bits; answers how many, at most twice `LONGEST`."""
    taken = 0
    mask = (np.uint64(1) << np.uint64(shift)) - np.uint64(1)
    for token in range(start, start + count):
        if mixed(np.uint64(values[token])) & mask == 0 and taken < 2 * LONGEST:
            out[at + taken] = values[token]
            taken += 1
    return taken


@inlined
def similarity(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    left: int,
    right: int,
    least: float,
    room: Desk,
) -> float:
    """The similarity of two texts, or 0 where it is seen early that it cannot be `least`.

    What was laid out for `left` is used again by the next call with the same `left`.
    """
    n = np.int64(counts[left])
    m = np.int64(counts[right])
    first = starts[left]
    second = starts[right]
    state = room[5]
    texts = values
    if max(n, m) > LONGEST:
        shift = 1
        while (max(n, m) >> shift) > LONGEST:
            shift += 1
        texts = room[4]
        n = _sample(values, first, n, shift, texts, 0)
        m = _sample(values, second, m, shift, texts, 2 * LONGEST)
        first = 0
        second = 2 * LONGEST
        left = -1
    if left < 0 or state[1] != left:
        _lay_out(texts, first, n, room)
        state[1] = left
    if 2.0 * _find(texts, second, m, room) < least * (n + m) or n + m == 0:
        return 0.0
    return 2.0 * _match(texts, second, m, room) / (n + m)


@compiled
def _similarities(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    least: float,
) -> npt.NDArray[np.float64]:
    room = desk()
    out = np.empty(len(left))
    for pair in range(len(left)):
        out[pair] = similarity(values, starts, counts, left[pair], right[pair], least, room)
    return out
