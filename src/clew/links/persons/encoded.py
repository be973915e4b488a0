"""Encodings as profiles that can be linked: unpacked, blocked by MinHash keys, compared string by string.

Rows share a key when a whole string is the same, when several MinHash values of one string are, or one value of each of
two strings. A key that too many share is dropped, as in clear text, so that 50,000 encodings cost some millions of
comparisons and not 1.25 thousand million. No key is sent by a contributor: the hub makes them of the bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.persons.compared import Compared
from clew.links.persons.comparisons import Comparison
from clew.links.persons.likeness import Words, likeness, minhashes, ones_of, pairs_of_blocks
from clew.links.persons.prepare import Profiles
from clew.links.persons.strings import BITS, RUNGS, ladder, slices

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_BANDS = {"name": (12, 3), "birth_date": (4, 4), "postcode": (4, 4), "number": (8, 4)}
"""Group -> (keys, MinHash values a key): enough that a string with an error or two shares a key with itself."""
_ACROSS = 6
"""Keys for each two groups, of one value of either (two of the name)."""
_VALUES = 40
_ODD = np.uint64(3)


class Encodings:
    """The distinct encodings of a file, as words of 64 bits for each group that any of them has."""

    def __init__(self, texts: Sequence[str], *, apart: bool = False) -> None:
        """`apart` keeps equal encodings as profiles of their own."""
        raw = np.frombuffer(bytes.fromhex("".join(texts)), dtype=np.uint8).reshape(len(texts), BITS // 8)
        distinct, of_row = np.unique(raw, axis=0, return_inverse=True) if len(raw) and not apart else (raw, None)
        places = np.arange(len(raw)) if of_row is None else of_row.ravel()
        parts = {name: np.ascontiguousarray(distinct[:, part]) for name, part in slices().items()}
        self.words = {name: part.view(np.uint64) for name, part in parts.items() if part.any()}
        columns = {name: _hex(parts[name]) for name in self.words}
        table = pa.table({"row": pa.array(np.arange(len(distinct), dtype=np.int64)), **columns})
        self.profiles = Profiles(table, places.astype(np.int64), tuple(self.words))
        self.comparisons: tuple[Comparison, ...] = tuple(ladder(name) for name in self.words)


class EncodedComparer:
    """Proposes pairs of encodings and puts each string on its rung."""

    def __init__(self, encodings: Encodings, *, largest_block: int) -> None:
        self._words, self._count = encodings.words, encodings.profiles.table.num_rows
        self._largest = largest_block

    def blocked(self) -> Compared:
        """All pairs that share a key, in order."""
        found = [np.zeros(0, np.int64)]
        for key, present in _keys(self._words):
            left, right = pairs_of_blocks(*_blocks(key, present, self._largest))
            found.append(left * np.int64(self._count) + right)
        codes = _distinct(np.concatenate(found))
        return self.compare(codes // max(self._count, 1), codes % max(self._count, 1))

    def compare(self, left: Numbers, right: Numbers) -> Compared:
        """These pairs, whether they share a key or not."""
        levels = [_levels(likeness(words, left, right)) for words in self._words.values()]
        return Compared(left, right, np.stack(levels, axis=1))


def _distinct(codes: Numbers) -> Numbers:
    codes.sort()
    return codes[np.concatenate([[True], codes[1:] != codes[:-1]])] if len(codes) else codes


def _levels(alike: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
    level = np.searchsorted(RUNGS, alike, side="right")
    level = np.where(alike >= 1 - 1e-12, len(RUNGS) + 1, level)
    return np.where(alike < 0, -1, level).astype(np.int8)


def _keys(words: dict[str, Words]) -> Iterator[tuple[Words, Mask]]:
    """One number a profile for each key, and which profiles have it. Traits tell too little to propose anyone."""
    telling = {name: bits for name, bits in words.items() if name != "traits"}
    present = {name: ones_of(bits) > 0 for name, bits in telling.items()}
    small = {name: minhashes(bits, _VALUES, salt) for salt, (name, bits) in enumerate(telling.items())}
    for name, bits in telling.items():
        yield _joined(bits), present[name]
        count, width = _BANDS.get(name, (0, 1))
        for band in range(count):
            yield _joined(small[name][:, band * width : (band + 1) * width]), present[name]
    for one, other in combinations(telling, 2):
        both = present[one] & present[other]
        for number in range(_ACROSS):
            width = 2 if one == "name" else 1
            start = _VALUES - 10 - 2 * number
            ends = (small[one][:, start : start + width], small[other][:, _VALUES - 1 - number : _VALUES - number])
            yield _joined(np.concatenate(ends, axis=1)), both


def _joined(columns: Words) -> Words:
    """One number for each row of several."""
    joined = np.zeros(len(columns), np.uint64)
    for place in range(columns.shape[1]):
        joined = _mixed(joined * _ODD + columns[:, place] + np.uint64(place + 1))
    return joined


def _mixed(value: Words) -> Words:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))


def _blocks(key: Words, present: Mask, largest: int) -> tuple[Numbers, Numbers, Numbers]:
    """Rows sorted by key, and where the blocks start and end that at least two and at most `largest` share."""
    rows = np.flatnonzero(present)
    rows = rows[np.argsort(key[rows], kind="stable")]
    ordered = key[rows]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(rows) else rows
    ends = np.append(starts[1:], len(rows)) if len(rows) else rows
    kept = (ends - starts > 1) & (ends - starts <= largest)
    return rows, starts[kept], ends[kept]


def _hex(part: npt.NDArray[np.uint8]) -> pa.Array:
    """Null where no bit is set."""
    texts = [part[row].tobytes().hex() for row in range(len(part))]
    return pa.array([text if text.strip("0") else None for text in texts], pa.string())
