"""Places for counts: one number for each value, each pair and each triple of values of different columns.

Missing is no value and has no place. Codes are 1 to `sizes[column]`, 0 where missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numba
import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Cells:
    """The places of all counts of up to `length` values: singles first, then pairs, then triples."""

    sizes: npt.NDArray[np.int64]
    length: int
    singles: npt.NDArray[np.int64]
    """First place of each column."""
    pairs: npt.NDArray[np.int64]
    """First place of each pair of columns i < j; -1 elsewhere."""
    triples: npt.NDArray[np.int64]
    """First place of each triple i < j < k; an array without elements where triples are not counted."""
    starts: tuple[int, int, int, int]
    """Where singles, pairs and triples begin, and the number of all places."""

    @classmethod
    def of(cls, sizes: Sequence[int], length: int) -> Cells:
        count = len(sizes)
        singles = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        at = int(sum(sizes))
        starts = [0, at]
        pairs = np.full((count, count), -1, dtype=np.int64)
        if length >= 2:
            for i, j in combinations(range(count), 2):
                pairs[i, j] = at
                at += sizes[i] * sizes[j]
        starts.append(at)
        triples = np.full((count, count, count) if length >= 3 else (0, 0, 0), -1, dtype=np.int64)
        if length >= 3:
            for i, j, k in combinations(range(count), 3):
                triples[i, j, k] = at
                at += sizes[i] * sizes[j] * sizes[k]
        return cls(np.asarray(sizes, dtype=np.int64), length, singles, pairs, triples, (*starts, at))  # type: ignore[arg-type]

    @property
    def number(self) -> int:
        return self.starts[3]

    def ways(self) -> Iterator[tuple[int, slice]]:
        """Each length with its places."""
        for way in range(1, self.length + 1):
            yield way, slice(self.starts[way - 1], self.starts[way])

    def names(self, places: npt.NDArray[np.int64]) -> Iterator[tuple[int, tuple[int, ...], tuple[int, ...]]]:
        """Place, columns and codes of some places in ascending order."""
        blocks: list[tuple[int, tuple[int, ...]]] = [(int(self.singles[i]), (i,)) for i in range(len(self.sizes))]
        if self.length >= 2:
            blocks += [(int(self.pairs[c]), c) for c in combinations(range(len(self.sizes)), 2)]
        if self.length >= 3:
            blocks += [(int(self.triples[c]), c) for c in combinations(range(len(self.sizes)), 3)]
        first = np.array([start for start, _ in blocks])
        owner = np.searchsorted(first, places, side="right") - 1
        for place, block in zip(places.tolist(), owner.tolist(), strict=True):
            start, columns = blocks[block]
            # blocks without places share their start with the next: the last of them is the one that holds it
            shape = tuple(int(self.sizes[c]) for c in columns)
            yield place, columns, tuple(int(x) + 1 for x in np.unravel_index(place - start, shape))


def number_of(sizes: Sequence[int], length: int) -> int:
    """How many places there would be."""
    powers = [float(sum(s**p for s in sizes)) for p in (1, 2, 3)]
    one = powers[0]
    two = (one**2 - powers[1]) / 2
    three = (one**3 - 3 * one * powers[1] + 2 * powers[2]) / 6
    return round(sum((one, two, three)[:length]))


def counted(codes: Codes, cells: Cells, way: int, levels: Levels, weights: Counts) -> Counts:
    """Counts at the places of one length, 0 elsewhere; a row counts `weights[row] * levels[place]`."""
    out = np.zeros(cells.number, dtype=np.int64)
    _count(
        np.ascontiguousarray(codes), cells.sizes, way, cells.singles, cells.pairs, cells.triples, levels, weights, out
    )
    return out


def squares(codes: Codes, cells: Cells, way: int, levels: Levels) -> Counts:
    """For each row the sum of squares of the levels of its places of one length."""
    out = np.zeros(len(codes), dtype=np.int64)
    _square(np.ascontiguousarray(codes), cells.sizes, way, cells.singles, cells.pairs, cells.triples, levels, out)
    return out


def plain(codes: Codes, cells: Cells) -> Counts:
    """Counts of rows."""
    levels, weights = np.ones(cells.number, dtype=np.uint8), np.ones(len(codes), dtype=np.int64)
    out = np.zeros(cells.number, dtype=np.int64)
    for way, _ in cells.ways():
        out += counted(codes, cells, way, levels, weights)
    return out


@numba.njit(cache=True)
def _count(codes, sizes, way, singles, pairs, triples, levels, weights, out):  # type: ignore[no-untyped-def]
    places = np.empty(_most_places(codes.shape[1], way), dtype=np.int64)
    here = np.empty(codes.shape[1], dtype=np.int64)
    for row in range(codes.shape[0]):
        for at in range(_places(codes[row], sizes, way, singles, pairs, triples, here, places)):
            out[places[at]] += weights[row] * levels[places[at]]


@numba.njit(cache=True)
def _square(codes, sizes, way, singles, pairs, triples, levels, out):  # type: ignore[no-untyped-def]
    places = np.empty(_most_places(codes.shape[1], way), dtype=np.int64)
    here = np.empty(codes.shape[1], dtype=np.int64)
    for row in range(codes.shape[0]):
        for at in range(_places(codes[row], sizes, way, singles, pairs, triples, here, places)):
            out[row] += np.int64(levels[places[at]]) ** 2


@numba.njit(cache=True)
def _most_places(columns, way):  # type: ignore[no-untyped-def]
    if way == 1:
        return columns
    return columns * columns // 2 if way == 2 else columns * columns * columns // 6 + 1


@numba.njit(cache=True)
def _places(codes, sizes, way, singles, pairs, triples, here, places):  # type: ignore[no-untyped-def]
    """Writes the places of one length that a row counts in; returns how many."""
    present = 0
    for column in range(len(codes)):
        if codes[column] > 0:
            here[present] = column
            present += 1
    used = 0
    for x in range(present):
        i = here[x]
        a = codes[i] - 1
        if way == 1:
            places[used] = singles[i] + a
            used += 1
            continue
        for y in range(x + 1, present):
            j = here[y]
            ab = a * sizes[j] + codes[j] - 1
            if way == 2:
                places[used] = pairs[i, j] + ab
                used += 1
                continue
            for z in range(y + 1, present):
                k = here[z]
                places[used] = triples[i, j, k] + ab * sizes[k] + codes[k] - 1
                used += 1
    return used
