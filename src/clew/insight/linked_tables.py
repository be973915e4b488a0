"""Several tables of the same persons as one system of sums, so that none can be subtracted from another.

A cell is the count of the persons with some values; the same cell in two tables is one. Where the tables hang together like the
branches of a tree, every way to fill their cells that agrees in what they share is a table of persons (Vorob'ev,
Theory Probab. Appl. 1962), so that their own sums tell a reader everything. Where they form a ring (A by B, B by C, C by
A), the persons by all columns of the ring bind them too: those counts are then part of the system, unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from clew.insight.suppression import Relation, with_margins
from clew.safeguards.errors import UsageError

Key = tuple[int, ...]
"""One code a column, `ALL` where the cell does not ask for the column."""
ALL = -1
MOST_PLACES = 6_000
"""Cells that a system may have, earlier tables and unseen cells included."""
MOST_UNSEEN = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The cells of all tables once each, their true counts, and which are sums of which."""

    places: Mapping[Key, int]
    values: np.ndarray
    relations: Sequence[Relation]
    unseen: np.ndarray
    """Cells that stand in no table: they bind a ring of tables together."""
    ring: tuple[int, ...]

    def mask(self, keys: Iterable[Key]) -> np.ndarray:
        found = np.zeros(len(self.values), dtype=bool)
        found[[self.places[key] for key in keys if key in self.places]] = True
        return found


def system(codes: np.ndarray, sizes: Sequence[int], tables: Sequence[tuple[int, ...]], *, zeros_known: bool) -> System:
    """`codes`: persons by columns; `sizes`: values a column; `tables`: the columns (by place) of each.

    `zeros_known`: every empty cell is shown as zero, so that nothing unseen lies under it. Raises UsageError where that
    is too much to work out.
    """
    edges = _largest(tables)
    places: dict[Key, int] = {}
    values: list[float] = []
    relations: set[Relation] = set()
    for edge in edges:
        _check(sum(int(np.prod([sizes[c] + 1 for c in each])) for each in edges), MOST_PLACES)
        counted = _counts(codes, sizes, edge)
        for key, at in keys_of(edge, sizes, codes.shape[1]):
            if key not in places:
                places[key] = len(values)
                values.append(float(counted[at]))
        relations |= set(_sums(edge, sizes, codes.shape[1], places))
    seen, ring = len(values), _ring(edges)
    if ring:
        relations |= set(_bound(codes, sizes, edges, ring, places, values, zeros_known=zeros_known))
    return System(
        places=places,
        values=np.array(values),
        relations=sorted(relations),
        unseen=np.arange(len(values)) >= seen,
        ring=ring,
    )


def keys_of(table: Sequence[int], sizes: Sequence[int], columns: int) -> Iterator[tuple[Key, tuple[int, ...]]]:
    """Every cell of a table with its totals, and its place in the counts with margins (total behind the last value)."""
    for at in product(*(range(sizes[column] + 1) for column in table)):
        key = [ALL] * columns
        for column, place in zip(table, at, strict=True):
            key[column] = place if place < sizes[column] else ALL
        yield tuple(key), at


def _counts(codes: np.ndarray, sizes: Sequence[int], table: Sequence[int]) -> np.ndarray:
    counts = np.zeros(tuple(sizes[column] for column in table))
    np.add.at(counts, tuple(codes[:, column] for column in table), 1)
    return with_margins(counts)


def _sums(table: Sequence[int], sizes: Sequence[int], columns: int, places: Mapping[Key, int]) -> Iterator[Relation]:
    for key, _ in keys_of(table, sizes, columns):
        for column in table:
            if key[column] == ALL:
                parts = (places[(*key[:column], code, *key[column + 1 :])] for code in range(sizes[column]))
                yield places[key], tuple(parts)


def _largest(tables: Iterable[Sequence[int]]) -> list[tuple[int, ...]]:
    """Tables that are no part of another one."""
    every = list(dict.fromkeys(tuple(sorted(table)) for table in tables))
    return [one for one in every if not any(set(one) < set(other) for other in every)]


def _ring(edges: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The columns of tables that form a ring; none where they hang together as a tree (reduction of Graham, and Yu and Ozsoyoglu)."""
    left = [set(edge) for edge in edges]
    while True:
        before = [set(edge) for edge in left]
        for edge in left:
            edge -= {column for column in edge if sum(column in other for other in left) == 1}
        left = [edge for place, edge in enumerate(left) if not _inside(place, left)]
        if left == before or len(left) <= 1:
            return tuple(sorted(set().union(*left))) if len(left) > 1 else ()


def _inside(place: int, edges: Sequence[Collection[int]]) -> bool:
    mine = set(edges[place])
    return any(
        mine < set(other) or (mine == set(other) and at < place) for at, other in enumerate(edges) if at != place
    )


def _bound(
    codes: np.ndarray, sizes: Sequence[int], edges: Sequence[tuple[int, ...]], ring: tuple[int, ...],
    places: dict[Key, int], values: list[float], *, zeros_known: bool,
) -> Iterator[Relation]:  # fmt: skip
    """Adds the counts by all columns of the ring as unseen cells, and says which shown ones they add up to."""
    shape = tuple(sizes[column] for column in ring)
    _check(int(np.prod([float(size) for size in shape])), 400_000)
    counts = _counts(codes, sizes, ring)[tuple(slice(size) for size in shape)]
    parts = [tuple(column for column in edge if column in ring) for edge in edges]
    possible = np.ones(shape, dtype=bool)
    for part in parts if zeros_known else ():
        axes = tuple(axis for axis, column in enumerate(ring) if column not in part)
        possible &= counts.sum(axis=axes, keepdims=True) > 0
    cells = np.argwhere(possible)
    _check(len(cells), MOST_UNSEEN)
    first = len(values)
    values.extend(float(counts[tuple(cell)]) for cell in cells)
    for part in dict.fromkeys(parts):
        under: dict[Key, list[int]] = {}
        for number, cell in enumerate(cells.tolist()):
            key = [ALL] * codes.shape[1]
            for column, code in zip(ring, cell, strict=True):
                if column in part:
                    key[column] = code
            under.setdefault(tuple(key), []).append(first + number)
        yield from ((places[key], tuple(inside)) for key, inside in under.items())


def _check(cells: int, most: int) -> None:
    if cells > most:
        raise UsageError(
            f"--by: the tables together have {cells} cells to look at; {most} at most: take fewer columns or coarser values"
        )
