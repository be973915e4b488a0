"""Passages that stand in very many texts that are otherwise different, such as a site's notice: they are not compared.

Learnt from a sample of the texts. A run of three tokens is boilerplate when a good part of the sample has it and nearly all
texts that have it also say something at length that hardly anyone else says. Copies of one text, however many, do not: what
is changed in a copy is short, or stands between words that the other copies have.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, mixed, parts_of
from clew.links.tokens import Tokens, plain

SAMPLE = 40_000
"""Texts that are learnt from: those with the smallest content hashes."""
SLOTS = 1 << 22
SHARE, LEAST = 0.01, 64
"""A passage is common when this share of the sample has it, and at least so many texts."""
OWN = 8
"""Tokens in one stretch that nobody else has, besides which a passage may be boilerplate."""
HOLDERS = 0.9
"""Share of the texts with a passage that must have such a stretch."""
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
    if len(texts) < 2 * LEAST:
        return None
    if len(texts) > SAMPLE:
        texts = texts.take(np.sort(np.argpartition(texts.content, SAMPLE)[:SAMPLE]))
    least = max(LEAST, int(SHARE * len(texts)))
    threes, twos = np.zeros(SLOTS, np.uint16), np.zeros(SLOTS, np.uint16)
    _count(texts.values, texts.starts, texts.counts, threes, twos)
    common = np.flatnonzero(threes >= least)
    if not len(common):
        return None
    votes = np.zeros((SLOTS, 2), np.uint16)
    room = np.zeros(int(texts.counts.max(initial=1)) + 1, np.uint8)
    _vote(texts.values, texts.starts, texts.counts, threes, twos, least, OWN, PASSAGE, _GAP, room, votes)
    found = common[votes[common, 0] >= HOLDERS * votes[common, 1]]
    if not len(found):
        return None
    table = np.zeros(SLOTS, np.uint8)
    table[found] = 1
    return table


def removed(held: list[Tokens]) -> Tokens:
    """The texts of this list of one, which is emptied so that they take no memory twice, without their boilerplate."""
    texts = held.pop()
    return without(texts, learnt(texts))


def without(texts: Tokens, table: Table | None) -> Tokens:
    """The texts without their boilerplate, over values of their own; the content stays that of the whole text."""
    if table is None or not len(texts):
        return texts
    parts = [(texts, table, low, high) for low, high in parts_of(len(texts), _ROWS_A_PART)]
    values, counts = [], []
    for some, lengths in in_threads(_part_without, parts):
        values.append(some)
        counts.append(lengths)
    lengths = np.concatenate(counts)
    starts = np.zeros(len(lengths), np.int64)
    np.cumsum(lengths[:-1], out=starts[1:])
    return Tokens(np.concatenate(values), starts, lengths, texts.content)


def _part_without(
    texts: Tokens, table: Table, low: int, high: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]:
    starts, counts = texts.starts[low:high], texts.counts[low:high]
    values, lengths = np.empty(int(counts.sum()), np.uint32), np.empty(high - low, np.int32)
    room = np.zeros(int(counts.max(initial=1)) + 1, np.uint8)
    used = _strip(texts.values, starts, counts, table, REST, PASSAGE, _GAP, room, values, lengths)
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
def _two(values: npt.NDArray[np.uint32], at: int) -> np.uint64:
    numbers = values[at] & values[at + 1]
    whole: np.uint64 = mixed(
        plain(values[at], numbers) * np.uint64(0x8EBC6AF09C88C6E3)
        + plain(values[at + 1], numbers) * np.uint64(0x589965CC75374CC3)
    )
    return whole


@inlined
def _passages(
    values: npt.NDArray[np.uint32],
    first: int,
    n: Any,
    table: npt.NDArray[Any],
    least: int,
    passage: int,
    gap: int,
    room: npt.NDArray[np.uint8],
) -> int:
    """Marks the tokens of a text that stand in long passages of runs that the table counts `least` times; answers how many."""
    mask = np.uint64(len(table) - 1)
    room[:n] = 0
    marked = 0
    began = -1
    last = -1  # the last token of the passage so far
    for at in range(n - 1):
        counts = at + 2 < n and table[_three(values, first + at) & mask] >= least
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
    twos: npt.NDArray[np.uint16],
) -> None:
    mask = np.uint64(len(threes) - 1)
    for text in range(len(starts)):
        end = starts[text] + counts[text]
        for at in range(starts[text], end - 1):
            slot = _two(values, at) & mask
            twos[slot] += np.uint16(1 if twos[slot] < 65_000 else 0)
            if at + 2 < end:
                slot = _three(values, at) & mask
                threes[slot] += np.uint16(1 if threes[slot] < 65_000 else 0)


@compiled
def _vote(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    threes: npt.NDArray[np.uint16],
    twos: npt.NDArray[np.uint16],
    least: int,
    own: int,
    passage: int,
    gap: int,
    room: npt.NDArray[np.uint8],
    votes: npt.NDArray[np.uint16],
) -> None:
    """Of each common run, how many texts have it and how many of those have a stretch of their own.

    A stretch is a text's own when no run of three in it is common, and of its pairs of tokens at most one in three.
    """
    mask = np.uint64(len(threes) - 1)
    for text in range(len(starts)):
        first, n = starts[text], np.int64(counts[text])
        if _passages(values, first, n, threes, least, passage, gap, room) == 0:
            continue
        says = 0
        stretch = 0
        pairs = 0
        for at in range(n):
            if room[at]:
                stretch = 0
                pairs = 0
                continue
            stretch += 1
            if at + 2 < n and threes[_three(values, first + at) & mask] >= least:
                stretch = 0
                pairs = 0
                continue
            if stretch > 1 and twos[_two(values, first + at - 1) & mask] >= least:
                pairs += 1
            if stretch >= own and 3 * pairs <= stretch:
                says = 1
        for at in range(n - 2):
            if room[at]:
                slot = _three(values, first + at) & mask
                if threes[slot] >= least and votes[slot, 1] < 65_000:
                    votes[slot, 1] += np.uint16(1)
                    votes[slot, 0] += np.uint16(says)


@compiled
def _strip(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    table: npt.NDArray[np.uint8],
    rest: int,
    passage: int,
    gap: int,
    room: npt.NDArray[np.uint8],
    out: npt.NDArray[np.uint32],
    lengths: npt.NDArray[np.int32],
) -> int:
    """Writes what is left of each text; a few tokens between two pieces of boilerplate go with it."""
    used = 0
    for text in range(len(starts)):
        first, n = starts[text], np.int64(counts[text])
        marked = _passages(values, first, n, table, 1, passage, gap, room)
        left = 0
        for at in range(n):
            left += 1 if room[at] == 0 and values[first + at] & np.uint32(2) == 0 else 0
        whole = marked == 0 or left < rest
        began = used
        for at in range(n):
            if whole or room[at] == 0:
                out[used] = values[first + at]
                used += 1
        lengths[text] = used - began
    return used
