"""The few word sequences by which a text is found again: shingles that some other text has too, at every level of rarity.

A shingle is three words running, or six characters of a script without spaces; a short text adds sequences of two words
or three characters, a long one takes every second or fourth or eighth (by hash, so that all texts take the same ones).
How often each occurs in all texts is counted. One that occurs once can find nothing and is left out, which removes most
of what editing made. The rest are sorted by rarity, and of each class a fixed number are kept,
those with the smallest hash (bottom-k sampling, Broder 1997): so a small cluster is found by its rare shingles, a large
one by its common ones, and a boilerplate sentence in half of all adverts cannot crowd either out.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads, inlined, mixed, parts_of, worker_count
from clew.links.tokens import Tokens, plain

SHORT = 24
"""Texts with fewer tokens than this are also found by their shorter shingles."""
RARITIES = (2, 4, 16, 64, 256, 1024, 4096)
"""Borders of the classes of rarity, in occurrences."""
KEPT = (6, 5, 4, 4, 3, 3, 2)
"""How many shingles of each class a text keeps."""
_ROWS_A_PART = 1 << 15


def text_bits(texts: int) -> int:
    """Low bits of a key that hold the number of its text."""
    return max(int(texts - 1).bit_length(), 1)


def keys(texts: Tokens) -> npt.NDArray[np.uint64]:
    """The sorted keys of all texts: a shingle's hash in the high bits, the text's number in the low `text_bits`.

    Texts that share a shingle stand side by side. The order of the texts decides nothing but their numbers.
    """
    shares = [occurrences(texts, slots_for(int(texts.counts.sum())))]
    return _sorted([unsorted_keys(texts, shares.pop(), text_bits(len(texts)))])


def unsorted_keys(texts: Tokens, shares: npt.NDArray[np.uint16], bits: int) -> npt.NDArray[np.uint64]:
    """The keys of some texts, when how often each shingle occurs in all of them is known."""
    parts = [(texts, shares, bits, low, high) for low, high in parts_of(len(texts), _ROWS_A_PART)]
    return np.concatenate(list(in_threads(_keys_of_part, parts)))


def _sorted(held: list[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    """Sorts the keys in this list of one, which is emptied, by halves of their range, so that two threads can."""
    found = held.pop()
    high = found >= np.uint64(1 << 63)
    halves = [found[~high], found[high]]
    del found, high
    list(in_threads(np.ndarray.sort, [(half,) for half in halves]))
    return np.concatenate(halves)


def _keys_of_part(
    texts: Tokens, shares: npt.NDArray[np.uint16], bits: int, low: int, high: int
) -> npt.NDArray[np.uint64]:
    rarities, kept = np.array(RARITIES), np.array(KEPT)
    out = np.empty((high - low) * sum(KEPT), np.uint64)
    shingles = _room(texts, low, high)
    found = np.empty(len(shingles), np.uint16)
    best, filled = np.empty((len(KEPT), max(KEPT)), np.uint64), np.empty(len(KEPT), np.int64)
    values, starts, counts = texts.values, texts.starts, texts.counts
    used = _choose(
        values, starts, counts, shares, low, high, bits, rarities, kept, SHORT, shingles, found, best, filled, out
    )
    return out[:used].copy()


def _room(texts: Tokens, low: int, high: int) -> npt.NDArray[np.uint64]:
    """Space for the shingles of the longest of these texts."""
    return np.empty(2 * int(texts.counts[low:high].max(initial=1)), np.uint64)


def slots_for(count: int) -> int:
    """Slots in which the shingles of so many tokens are counted."""
    return 1 << min(max(count.bit_length(), 12), 29)


def occurrences(texts: Tokens, slots: int) -> npt.NDArray[np.uint16]:
    """How often each shingle occurs, by the low bits of its hash, to about 65,000. Threads count apart and add up."""
    workers = min(worker_count(), 4)
    bounds = np.linspace(0, len(texts), workers + 1).astype(np.int64).tolist()
    arguments = [(texts, slots, low, high, 65_000 // workers) for low, high in pairwise(bounds)]
    shares, *others = in_threads(_count_part, arguments)
    for other in others:
        shares += other
    return shares


def _count_part(texts: Tokens, slots: int, low: int, high: int, most: int) -> npt.NDArray[np.uint16]:
    shares = np.zeros(slots, np.uint16)
    values, starts, counts = texts.values, texts.starts, texts.counts
    _count(values, starts, counts, shares, low, high, SHORT, most, _room(texts, low, high))
    return shares


@inlined
def gather(values: npt.NDArray[np.uint32], start: int, count: int, short: int, shingles: npt.NDArray[np.uint64]) -> int:
    """Writes the hashes of one text's shingles, as many as its length asks for; answers how many."""
    thinning = np.uint64(0)  # bits of the hash that must be zero: none up to twice `short` tokens, then one, two, ...
    size = count
    while size >= 2 * short:
        thinning = (thinning << np.uint64(1)) | np.uint64(1)
        size >>= 1
    thinning <<= np.uint64(40)
    used = 0
    end = start + count
    for at in range(start, end - 2):
        numbers = values[at] & values[at + 1] & values[at + 2]  # three numbers are these, one beside a word is any
        whole = (
            plain(values[at], numbers) * np.uint64(0x9E3779B97F4A7C15)
            + plain(values[at + 1], numbers) * np.uint64(0xC2B2AE3D27D4EB4F)
            + plain(values[at + 2], numbers) * np.uint64(0x165667B19E3779F9)
        )
        if values[at] & np.uint32(1):
            if at + 6 > end:
                break
            whole += (
                np.uint64(values[at + 3]) * np.uint64(0xD6E8FEB86659FD93)
                + np.uint64(values[at + 4]) * np.uint64(0xA0761D6478BD642F)
                + np.uint64(values[at + 5]) * np.uint64(0xE7037ED1A0B428DB)
            )
        whole = mixed(whole)
        shingles[used] = whole
        used += 1 if whole & thinning == 0 else 0
    if count < short:
        for at in range(start, end - 1):
            numbers = values[at] & values[at + 1]
            whole = plain(values[at], numbers) * np.uint64(0x8EBC6AF09C88C6E3) + plain(
                values[at + 1], numbers
            ) * np.uint64(0x589965CC75374CC3)
            if values[at] & np.uint32(1):
                if at + 3 > end:
                    break
                whole += np.uint64(values[at + 2]) * np.uint64(0x1D8E4E27C47D124F)
            shingles[used] = mixed(whole)
            used += 1
    return used


@compiled
def _count(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    shares: npt.NDArray[np.uint16],
    first: int,
    last: int,
    short: int,
    most: int,
    shingles: npt.NDArray[np.uint64],
) -> None:
    """Adds the shingles of texts `first` to `last` to their slots, up to `most`."""
    mask = np.uint64(len(shares) - 1)
    for text in range(first, last):
        for each in range(gather(values, starts[text], counts[text], short, shingles)):
            slot = shingles[each] & mask
            if shares[slot] < most:
                shares[slot] += np.uint16(1)


@compiled
def _choose(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    shares: npt.NDArray[np.uint16],
    first: int,
    last: int,
    bits: int,
    rarities: npt.NDArray[np.int64],
    kept: npt.NDArray[np.int64],
    short: int,
    shingles: npt.NDArray[np.uint64],
    found: npt.NDArray[np.uint16],
    best: npt.NDArray[np.uint64],
    filled: npt.NDArray[np.int64],
    out: npt.NDArray[np.uint64],
) -> int:
    """Writes the keys of texts `first` to `last`; answers how many."""
    mask = np.uint64(len(shares) - 1)
    classes = len(kept)
    shift = np.uint64(bits)
    used = 0
    for text in range(first, last):
        for level in range(classes):
            filled[level] = 0
        gathered = gather(values, starts[text], counts[text], short, shingles)
        for each in range(gathered):
            found[each] = shares[shingles[each] & mask]
        for each in range(gathered):
            share = np.int64(found[each])
            if share < rarities[0]:
                continue
            level = 0
            while level + 1 < classes and share >= rarities[level + 1]:
                level += 1
            # insertion into the smallest hashes seen so far, each once
            order = shingles[each] * np.uint64(0x9E3779B97F4A7C15)
            size = filled[level]
            if size == kept[level] and best[level, size - 1] <= order:
                continue
            place = size
            while place > 0 and best[level, place - 1] > order:
                place -= 1
            if place > 0 and best[level, place - 1] == order:
                continue
            if size < kept[level]:
                size += 1
                filled[level] = size
            for step in range(size - 1, place, -1):
                best[level, step] = best[level, step - 1]
            best[level, place] = order
        for level in range(classes):
            for place in range(filled[level]):
                out[used] = ((mixed(best[level, place]) >> shift) << shift) | np.uint64(text)
                used += 1
    return used
