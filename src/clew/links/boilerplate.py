"""Passages that stand in very many texts that are otherwise different, such as a site's notice: they are not compared.

Learnt from a sample of the texts. A run of three tokens is boilerplate when a good part of the sample has it (or three texts,
where there are few) and nearly all texts that have it also say something at length that hardly any of the others who have it
say: the words left over decide. Copies of one text, however many, do not: what is changed in a copy is short, or stands between
words that the other copies have. Who has little besides the passage, and so may be either, is not asked where many are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, mixed, parts_of
from clew.links.tokens import Tokens, joined, plain

SAMPLE = 20_000
"""Texts that are learnt from: those with the smallest content hashes."""
SLOTS = 1 << 22
SHARE, LEAST = 0.01, 3
"""A passage is common when this share of the sample has it, and at least so many texts."""
OWN = 8
"""Tokens in one stretch, each run of them in less than half as many texts as the passage, besides which it may be boilerplate."""
HOLDERS = 0.9
"""Share of the texts with a passage, and with enough beside it to tell, that must have such a stretch; and half of all."""
LITTLE = 3, 16
"""A text with a passage and at most so many tokens besides is a copy; with up to so many more it may be one or not."""
FEW = 8
"""Fewer texts than this with one passage must all be quite unlike besides."""
REST = 6
"""Words that must be left of a text without its boilerplate; otherwise it is compared whole."""
PASSAGE = 20
"""Tokens that a passage has at least; a shorter phrase is common to many texts and part of what they say."""
_GAP = 3
_ROWS_A_PART = 1 << 15

Table = npt.NDArray[np.uint8]


def learnt(texts: Tokens) -> Table | None:
    """By slot of a run's hash, whether the run is boilerplate; None when none is. `texts` are different ones."""
    texts = texts.take(np.flatnonzero(texts.counts > REST))
    if len(texts) < LEAST:
        return None
    if len(texts) > SAMPLE:
        texts = texts.take(np.sort(np.argpartition(texts.content, SAMPLE)[:SAMPLE]))
    threes, within = np.zeros(SLOTS, np.uint16), np.zeros(SLOTS, np.uint16)
    _count(texts.values, texts.starts, texts.counts, threes)
    table, anchors = np.zeros(SLOTS, np.uint8), np.empty(len(texts), np.int64)
    room = np.zeros(int(texts.counts.max(initial=1)) + 1, np.uint8)
    least = max(LEAST, int(SHARE * len(texts)))
    while True:  # passages of texts that are many are sought apart from those of few, so that copies hide no notice
        common = np.flatnonzero(threes >= least)
        if len(common) < PASSAGE - 2:
            break
        within[:] = 0
        arguments = (texts.values, texts.starts, texts.counts, _bits(threes >= least), PASSAGE, _GAP, room)
        if _hold(*arguments, anchors, within):
            holders = np.bincount(anchors[anchors >= 0], minlength=SLOTS)
            votes = np.zeros((SLOTS, 3), np.uint16)
            _vote(*arguments, anchors, holders, within, OWN, LITTLE, votes)
            yes, no, unsure = votes[common].T.astype(np.int64)
            table[common[(yes >= HOLDERS * (yes + no)) & (yes > unsure)]] = 1
        least *= 2
    return table if table.any() else None


def removed(held: list[Tokens]) -> Tokens:
    """The texts of this list of one, which is emptied so that they take no memory twice, without their boilerplate."""
    texts = held.pop()
    return without(texts, learnt(texts))


def without(texts: Tokens, table: Table | None) -> Tokens:
    """The texts without their boilerplate, over values of their own; the content stays that of the whole text."""
    if table is None or not len(texts):
        return texts
    bits = _bits(table > 0)
    parts = [(texts, bits, low, high) for low, high in parts_of(len(texts), _ROWS_A_PART)]
    values, counts = [], []
    for some, lengths in in_threads(_part_without, parts):
        values.append(some)
        counts.append(lengths)
    lengths = np.concatenate(counts)
    starts = np.zeros(len(lengths), np.int64)
    np.cumsum(lengths[:-1], out=starts[1:])
    return Tokens(joined(values), starts, lengths, texts.content)


def _part_without(
    texts: Tokens, bits: npt.NDArray[np.uint8], low: int, high: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]:
    starts, counts = texts.starts[low:high], texts.counts[low:high]
    values, lengths = np.empty(int(counts.sum()), np.uint32), np.empty(high - low, np.int32)
    room = np.zeros(int(counts.max(initial=1)) + 1, np.uint8)
    used = _strip(texts.values, starts, counts, bits, REST, PASSAGE, _GAP, room, values, lengths)
    return values[:used].copy(), lengths


@inlined
def _three(values: npt.NDArray[np.uint32], at: int) -> np.uint64:
    numbers = values[at] & values[at + 1] & values[at + 2]
    whole: np.uint64 = mixed(
        plain(values[at], numbers) * np.uint64(0x9E3779B97F4A7C15)
        + plain(values[at + 1], numbers) * np.uint64(0xC2B2AE3D27D4EB4F)
        + plain(values[at + 2], numbers) * np.uint64(0x165667B19E3779F9)
    )
    return whole


@inlined
def _of_holders(anchor: np.int64, values: npt.NDArray[np.uint32], at: int, size: int) -> np.uint64:
    """The hash of the two or three tokens here, as those say it who have this anchor."""
    numbers = values[at] & values[at + 1]
    whole = (
        np.uint64(anchor + 1) * np.uint64(0xD6E8FEB86659FD93)
        + plain(values[at], numbers) * np.uint64(0x8EBC6AF09C88C6E3)
        + plain(values[at + 1], numbers) * np.uint64(0x589965CC75374CC3)
    )
    if size == 3:
        whole = mixed(whole) + np.uint64(values[at + 2]) * np.uint64(0x165667B19E3779F9)
    out: np.uint64 = mixed(whole)
    return out


def _bits(chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """A bit a slot: an eighth of the memory, so that it stays near the processor."""
    return np.packbits(chosen, bitorder="little")


@inlined
def _has(bits: npt.NDArray[np.uint8], whole: np.uint64) -> bool:
    slot = whole & np.uint64(8 * len(bits) - 1)
    found: bool = (bits[np.int64(slot >> np.uint64(3))] >> np.uint8(slot & np.uint64(7))) & np.uint8(1) != 0
    return found


@inlined
def _passages(
    values: npt.NDArray[np.uint32],
    first: int,
    n: Any,
    bits: npt.NDArray[np.uint8],
    passage: int,
    gap: int,
    room: npt.NDArray[np.uint8],
) -> int:
    """Marks the tokens of a text that stand in long passages of runs whose bit is set; answers how many."""
    room[:n] = 0
    marked = 0
    began = -1
    last = -1  # the last token of the passage so far
    for at in range(n - 1):
        counts = at + 2 < n and _has(bits, _three(values, first + at))
        if began >= 0 and (at == n - 2 or (counts and at - last - 1 > gap)):
            if last + 1 - began >= passage:
                room[began : last + 1] = 1
                marked += last + 1 - began
            began = -1
        if counts:
            began = at if began < 0 else began
            last = at + 2
    return marked


@compiled
def _count(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    threes: npt.NDArray[np.uint16],
) -> None:
    mask = np.uint64(len(threes) - 1)
    for text in range(len(starts)):
        for at in range(starts[text], starts[text] + counts[text] - 2):
            slot = _three(values, at) & mask
            threes[slot] += np.uint16(1 if threes[slot] < 65_000 else 0)


@compiled
def _hold(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    bits: npt.NDArray[np.uint8],
    passage: int,
    gap: int,
    room: npt.NDArray[np.uint8],
    anchors: npt.NDArray[np.int64],
    within: npt.NDArray[np.uint16],
) -> int:
    """Gives each text with passages an anchor, the run of them with the smallest hash, so that those who share a passage
    mostly share it; counts in `within` what they say besides. Answers how many texts have passages.
    """
    mask = np.uint64(len(within) - 1)
    held = 0
    for text in range(len(starts)):
        anchors[text] = -1
        first, n = starts[text], np.int64(counts[text])
        if _passages(values, first, n, bits, passage, gap, room) == 0:
            continue
        smallest = np.uint64(0xFFFFFFFFFFFFFFFF)
        for at in range(n - 2):
            if room[at] and room[at + 2]:
                whole = _three(values, first + at)
                if whole < smallest and _has(bits, whole):
                    smallest = whole
        anchors[text] = np.int64(smallest & mask)
        held += 1
        for at in range(n - 1):
            if room[at] == 0 and room[at + 1] == 0:
                slot = _of_holders(anchors[text], values, first + at, 2) & mask
                within[slot] += np.uint16(1 if within[slot] < 65_000 else 0)
                if at + 2 < n and room[at + 2] == 0:
                    slot = _of_holders(anchors[text], values, first + at, 3) & mask
                    within[slot] += np.uint16(1 if within[slot] < 65_000 else 0)
    return held


@compiled
def _vote(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    bits: npt.NDArray[np.uint8],
    passage: int,
    gap: int,
    room: npt.NDArray[np.uint8],
    anchors: npt.NDArray[np.int64],
    holders: npt.NDArray[np.int64],
    within: npt.NDArray[np.uint16],
    own: int,
    little: tuple[int, int],
    votes: npt.NDArray[np.uint16],
) -> None:
    """Of each common run, how many of the texts that have it have a stretch of their own, have none, may have one.

    A stretch between passages is a text's own when most of its tokens, and `own` of them, stand in no run of
    three that more than a third of the passage's holders have, and few of these in such a pair.
    """
    mask = np.uint64(len(within) - 1)
    for text in range(len(starts)):
        if anchors[text] < 0:
            continue
        first, n = starts[text], np.int64(counts[text])
        marked = _passages(values, first, n, bits, passage, gap, room)
        many = max(holders[anchors[text]] // 3, 1)
        few = holders[anchors[text]] < FEW
        strict = 16 if few else 3
        says = 2 if little[0] < n - marked <= little[1] and not few else 1
        alone, beside, pairs, covered_to = 0, 0, 0, 0
        for at in range(n):
            if room[at]:
                alone, beside, pairs = 0, 0, 0
                continue
            whole = at + 2 < n and room[at + 1] == 0 and room[at + 2] == 0
            if whole and within[_of_holders(anchors[text], values, first + at, 3) & mask] > many:
                covered_to = at + 3
            if at < covered_to:
                beside += 1
                continue
            alone += 1
            whole = at > 0 and room[at - 1] == 0
            if whole and within[_of_holders(anchors[text], values, first + at - 1, 2) & mask] > many:
                pairs += 1
            if alone >= own and alone >= strict * beside and strict * pairs <= alone:
                says = 0
        if holders[anchors[text]] < 3:  # nobody to compare with
            says = 2
        for at in range(n - 2):
            if room[at]:
                run = _three(values, first + at)
                slot = run & mask
                if votes[slot, says] < 65_000 and _has(bits, run):
                    votes[slot, says] += np.uint16(1)


@compiled
def _strip(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    bits: npt.NDArray[np.uint8],
    rest: int,
    passage: int,
    gap: int,
    room: npt.NDArray[np.uint8],
    out: npt.NDArray[np.uint32],
    lengths: npt.NDArray[np.int32],
) -> int:
    """Writes what is left of each text; a few tokens between two pieces of boilerplate go with it."""
    used: Any = 0
    for text in range(len(starts)):
        first, n = starts[text], np.int64(counts[text])
        marked = _passages(values, first, n, bits, passage, gap, room)
        left = 0
        if marked:
            for at in range(n):
                left += 1 if room[at] == 0 and values[first + at] & np.uint32(2) == 0 else 0
        if marked == 0 or left < rest:
            out[used : used + n] = values[first : first + n]
            lengths[text] = n
        else:
            kept = 0
            for at in range(n):
                if room[at] == 0:
                    out[used + kept] = values[first + at]
                    kept += 1
            lengths[text] = kept
        used += np.int64(lengths[text])
    return int(used)
