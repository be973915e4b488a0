"""Which cells of a table of counts to hide, so that none of the small ones can be worked out from what is shown.

A small cell is hidden first (primary); then, where a total or another line would give it away, further cells (secondary),
the cheapest that suffice. What a reader can work out is the interval of each hidden cell over all tables of whole
numbers that agree with the shown cells, the totals and the marks. Cells are chosen by linear programmes as in Kelly,
Golden and Assad (Networks 22, 1992) and Fischetti and Salazar (Management Science 47, 2001); the choice is safe, not the
smallest there is. Not covered: readers who know some of the persons, or another table of the same persons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.safeguards.errors import UsageError

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Relation = tuple[int, tuple[int, ...]]
"""The place of a total and those of its parts."""
NEVER = np.inf
"""The cost of a cell that must stay shown."""
_SLACK = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What is hidden. What a reader can work out of it all the same is what `intervals` answers."""

    hidden: Mask
    small: Mask
    told: Mask
    """Cells among which readers see the small ones marked. Elsewhere a mark would say too much: all are shown alike."""

    @property
    def marks(self) -> Mask:
        """Hidden cells that may be shown as small (`<5`)."""
        return self.small & self.told


def pattern(
    values: npt.ArrayLike,
    relations: Iterable[Relation],
    below: int = 5,
    *,
    marked: bool = False,
    small: Mask | None = None,
    said: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    also: Mask | None = None,
    unseen: Mask | None = None,
    cost: npt.ArrayLike | None = None,
) -> Pattern:
    """The cells to hide among `values` (whole, none negative), of which `relations` says which are sums of which.

    Small are cells of 1 to `below` - 1, or those of `small`; what is said of a marked one is that range, or `said` (its two
    ends, for every cell). `also`: cells that are hidden for another reason. `unseen`: cells that stand in no table at all and
    only bind others together; they are hidden and need no protection. Unmarked, readers see only that a cell is hidden: every
    hidden cell, small or not, can then be worked out no closer than within `below`. Marked, readers also see which
    hidden cells are small (`<5`): these keep all of 1 to `below` - 1, the others may be narrower; where that cannot be
    (two small cells of a small total), the cells that sums bind to them are unmarked. `cost` says how dear it is to hide
    a cell: `NEVER` keeps it shown. Raises UsageError where a sum is wrong or a cell cannot be protected.

    >>> pattern([3, 20, 7, 30], [(3, (0, 1, 2))]).hidden.tolist()
    [True, False, True, False]
    """
    cells = _Cells.of(values, relations, below, small, said, also, cost, unseen)
    hidden, told = cells.small | cells.also | cells.unseen, np.full(len(cells.values), marked)
    for group in cells.groups():
        found = _protected(cells, group, marked=True) if marked else None
        if found is None:
            told &= ~group
            found = _protected(cells, group, marked=False)
        if found is None:
            raise UsageError("suppression: a small cell cannot be protected while so many cells must be shown")
        hidden |= found
    return Pattern(hidden=hidden, small=cells.small, told=told)


def intervals(
    values: npt.ArrayLike,
    relations: Iterable[Relation],
    hidden: Mask,
    below: int = 5,
    *,
    marks: Mask | None = None,
    told: Mask | None = None,
    said: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    unseen: Mask | None = None,
    only: Mask | None = None,
) -> tuple[Numbers, Numbers]:
    """The closest bounds on every cell that a reader can work out: the audit. Shown cells are their own bounds.

    `marks`: which hidden cells the reader sees to be small; the other hidden ones of `told` are then known not to be.
    `unseen` as in `pattern`. `only`: the hidden cells to look at; the others come back as they are.
    """
    exact = np.asarray(values, dtype=np.float64)
    low, high = exact.copy(), exact.copy()
    cells = _Cells.of(exact, relations, below, None, said, None, None, unseen)
    system = _System(exact, cells.relations, hidden, *_known(cells, hidden, marks, told))
    for place in np.flatnonzero(hidden if only is None else hidden & only):
        low[place], high[place] = system.end(place, -1)[place], system.end(place, 1)[place]
    return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCells:
    """A table with its margins behind its last row, column and layer; arrays of one shape."""

    values: Numbers
    hidden: Mask
    marks: Mask
    """Hidden cells that may be shown as small."""
    sums: Mapping[str, Numbers]
    """Further totals of the same persons, NaN where hidden."""


def table(
    counts: npt.ArrayLike,
    below: int = 5,
    *,
    marked: bool = False,
    sums: Mapping[str, npt.ArrayLike] | None = None,
    keep_total: bool = False,
) -> TableCells:
    """Counts by one to three keys, one axis a key, with all their totals, and which of these to hide.

    Totals are dearer to hide than cells, and the total of all is hidden last; `keep_total` shows it whatever it costs.
    `sums` (amounts, days) are hidden where their count is; a sum that is a person's own at a count of 1 is thus never
    shown, but a hidden sum is protected as its count is, not by its size. Zeros of the counts are shown: say so where
    an empty cell tells something.

    >>> table([[3, 20], [10, 40]]).hidden.astype(int).tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    """
    inside = np.asarray(counts, dtype=np.float64)
    if not 1 <= inside.ndim <= 3 or not inside.size:
        raise UsageError("suppression: a table has one to three keys and at least one cell")
    values = with_margins(inside)
    dear = np.sqrt(values) + 1.0
    levels = sum(np.indices(values.shape)[axis] == size for axis, size in enumerate(inside.shape))
    dear = dear * np.array([1, 4, 16, 64])[levels]
    if keep_total:
        dear[(-1,) * values.ndim] = NEVER
    found = pattern(values.ravel(), relations_of(values.shape), below, marked=marked, cost=dear.ravel())
    shape = values.shape
    hidden = found.hidden.reshape(shape)
    return TableCells(
        values=values,
        hidden=hidden,
        marks=found.marks.reshape(shape),
        sums={name: _hidden_sums(given, hidden) for name, given in (sums or {}).items()},
    )


def _hidden_sums(given: npt.ArrayLike, hidden: Mask) -> Numbers:
    totals = with_margins(np.asarray(given, dtype=np.float64))
    if totals.shape != hidden.shape:
        raise UsageError("suppression: a table of sums has another shape than its counts")
    return np.where(hidden, np.nan, totals)


def with_margins(inside: Numbers) -> Numbers:
    """The table with the total of every line behind it, along each key."""
    for axis in range(inside.ndim):
        inside = np.concatenate([inside, inside.sum(axis=axis, keepdims=True)], axis=axis)
    return inside


def relations_of(shape: Sequence[int]) -> list[Relation]:
    """Which cells of a table with margins (shape with them) are the sums of which, in C order."""
    places = np.arange(int(np.prod(shape))).reshape(shape)
    found: list[Relation] = []
    for axis in range(places.ndim):
        lines = np.moveaxis(places, axis, -1).reshape(-1, shape[axis])
        found += [(int(line[-1]), tuple(int(part) for part in line[:-1])) for line in lines]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    values: Numbers
    relations: tuple[Relation, ...]
    below: int
    small: Mask
    said_low: Numbers
    said_high: Numbers
    also: Mask
    unseen: Mask
    cost: Numbers

    @classmethod
    def of(
        cls,
        values: npt.ArrayLike,
        relations: Iterable[Relation],
        below: int,
        small: Mask | None,
        said: tuple[npt.ArrayLike, npt.ArrayLike] | None,
        also: Mask | None,
        cost: npt.ArrayLike | None,
        unseen: Mask | None = None,
    ) -> _Cells:
        exact = np.asarray(values, dtype=np.float64)
        sums = tuple((int(total), tuple(parts)) for total, parts in relations)
        if below < 2:
            raise UsageError("suppression: the smallest count shown must be 2 or more")
        if (exact < 0).any() or (exact != np.rint(exact)).any():
            raise UsageError("suppression: a count is negative or not whole")
        if any(abs(exact[list(parts)].sum() - exact[total]) > _SLACK for total, parts in sums):
            raise UsageError("suppression: a total is not the sum of its parts")
        away = np.zeros(len(exact), dtype=bool) if unseen is None else np.asarray(unseen, dtype=bool)
        few = ((exact > 0) & (exact < below) if small is None else np.asarray(small, dtype=bool)) & ~away
        dear = np.sqrt(exact) + 1.0 if cost is None else np.asarray(cost, dtype=np.float64).copy()
        dear[few] = 0.0
        ends = (np.ones(len(exact)), np.full(len(exact), below - 1.0)) if said is None else said
        low, high = (np.asarray(end, dtype=np.float64) for end in ends)
        return cls(
            values=exact, relations=sums, below=below, small=few, cost=dear,
            said_low=np.minimum(low, exact), said_high=np.maximum(high, exact),
            also=np.zeros(len(exact), dtype=bool) if also is None else np.asarray(also, dtype=bool), unseen=away,
        )  # fmt: skip

    def groups(self) -> list[Mask]:
        """Cells that relations bind together, one mask each."""
        label = np.arange(len(self.values))
        changed = True
        while changed:
            changed = False
            for total, parts in self.relations:
                bound = [total, *parts]
                least = label[bound].min()
                if (label[bound] != least).any():
                    label[bound], changed = least, True
        return [label == one for one in np.unique(label[self.small])]


class _System:
    """All tables of whole numbers that agree with what is shown and known: its ends in any direction."""

    def __init__(self, values: Numbers, relations: Sequence[Relation], free: Mask, low: Numbers, high: Numbers) -> None:
        from scipy.optimize import Bounds, LinearConstraint
        from scipy.sparse import csr_array

        self.values, self.places = values, np.flatnonzero(free)
        column = np.full(len(values), -1)
        column[self.places] = np.arange(len(self.places))
        rows, columns, signs = [], [], []
        rest: list[float] = []
        for total, parts in relations:
            bound = [(total, -1.0), *((part, 1.0) for part in parts)]
            inside = [(column[place], sign) for place, sign in bound if free[place]]
            if inside:
                rows += [len(rest)] * len(inside)
                columns += [place for place, _ in inside]
                signs += [sign for _, sign in inside]
                rest.append(-sum(sign * values[place] for place, sign in bound if not free[place]))
        shape = (len(rest), len(self.places))
        self.sums = LinearConstraint(csr_array((signs, (rows, columns)), shape=shape), rest, rest) if rest else ()
        self.bounds = Bounds(low[self.places], high[self.places])

    def end(self, place: int | np.intp, sign: int) -> Numbers:
        """A table in which a cell is as small (-1) or as large (1) as can be; infinite where nothing bounds it."""
        wanted = np.zeros(len(self.values))
        wanted[place] = -sign
        return self.towards(wanted)

    def towards(self, cost: Numbers) -> Numbers:
        """The table of least cost."""
        from scipy.optimize import milp

        answer = milp(
            cost[self.places], constraints=self.sums, bounds=self.bounds, integrality=np.ones(len(self.places))
        )
        found = self.values.copy()
        if answer.x is not None:
            found[self.places] = np.rint(answer.x)
        else:  # unbounded: the true table solves it, so it is not without a solution
            found[self.places] = np.where(cost[self.places] < 0, np.inf, self.values[self.places])
        return found


def _known(cells: _Cells, hidden: Mask, marks: Mask | None, told: Mask | None = None) -> tuple[Numbers, Numbers]:
    """Bounds that a reader has of each cell before any sum."""
    low, high = np.zeros(len(hidden)), np.full(len(hidden), np.inf)
    if marks is not None:
        large = hidden & ~marks & ~cells.unseen & (cells.values >= cells.below) & (True if told is None else told)
        low = np.where(marks, cells.said_low, np.where(large, float(cells.below), 0.0))
        high = np.where(marks, cells.said_high, np.inf)
    return low, high


def _protected(cells: _Cells, group: Mask, *, marked: bool) -> Mask | None:
    """The hidden cells of the group when each that needs it is protected; None where that cannot be."""
    hidden = (cells.small | cells.also | cells.unseen) & group
    kept = (cells.small if marked else np.ones(len(hidden), dtype=bool)) & ~cells.unseen
    marks = cells.small & group if marked else None
    least, most = cells.values.copy(), cells.values.copy()
    safe = np.zeros(len(hidden), dtype=bool)
    while (left := np.flatnonzero(hidden & ~safe & kept)).size:
        place = int(left[0])
        system = _System(cells.values, cells.relations, hidden, *_known(cells, hidden, marks))
        for sign in (1, -1):
            if not _wide(cells, place, least, most, marked):
                seen = system.end(place, sign)
                least, most = np.minimum(least, seen), np.maximum(most, seen)
        if _wide(cells, place, least, most, marked):
            safe |= _wide(cells, slice(None), least, most, marked)
            continue
        added = _widen(cells, hidden, group, place, (least[place], most[place]), marked)
        if not added.any():
            return None
        hidden = hidden | added
        if marked:  # a hidden cell without a mark is known to be no small one: tables seen before may not hold any more
            least, most, safe = cells.values.copy(), cells.values.copy(), np.zeros(len(hidden), dtype=bool)
    return hidden


def _wide(cells: _Cells, place: int | slice, least: Numbers, most: Numbers, marked: bool) -> Mask:
    """Whether tables that were seen show a cell (or each) to reach as far as it must."""
    if marked:
        return (least[place] <= cells.said_low[place]) & (most[place] >= cells.said_high[place])
    return most[place] - least[place] >= cells.below


def _widen(cells: _Cells, hidden: Mask, group: Mask, place: int, seen: tuple[float, float], marked: bool) -> Mask:
    """The cheapest shown cells that, hidden, let the cell at `place` reach further than it was seen to."""
    exact, (least, most) = cells.values[place], seen
    if marked:
        ends = (cells.said_high[place], cells.said_low[place])
        steps = [end - exact for end in ends if not least <= end <= most]
        parts = [_moved(cells, hidden, group, place, step, marked) for step in steps]
        return np.any(parts, axis=0) if parts and all(part.any() for part in parts) else np.zeros_like(hidden)
    for step in (least + cells.below - exact, most - cells.below - exact):  # upwards, else downwards
        found = _moved(cells, hidden, group, place, step, marked)
        if found.any():
            return found
    return np.zeros_like(hidden)


def _moved(cells: _Cells, hidden: Mask, group: Mask, place: int, step: float, marked: bool) -> Mask:
    """Shown cells that move in the cheapest way to another table in which the cell at `place` is `step` larger."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack

    places = np.flatnonzero(group)
    column = {int(one): number for number, one in enumerate(places)}
    rows = [(total, parts) for total, parts in cells.relations if group[total]]
    entries = [
        (row, column[one], sign)
        for row, (total, parts) in enumerate(rows)
        for one, sign in ((total, -1.0), *((part, 1.0) for part in parts))
    ]
    row, col, sign = (list(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
    matrix = csr_array((sign, (row, col)), shape=(len(rows), len(places)))
    up, down, price = _room(cells, places, ~hidden[places], marked)
    limits = [[0.0, None if np.isinf(end) else float(end)] for end in (*up, *down)]
    mine = column[place]
    limits[mine], limits[mine + len(places)] = [max(step, 0.0)] * 2, [max(-step, 0.0)] * 2
    answer = linprog(
        np.concatenate([price, price]), A_eq=hstack([matrix, -matrix]), b_eq=np.zeros(len(rows)), bounds=limits
    )
    added = np.zeros_like(hidden)
    if answer.x is not None:
        moved = np.abs(answer.x[: len(places)]) + np.abs(answer.x[len(places) :]) > _SLACK
        added[places[moved & ~hidden[places]]] = True
    return added


def _room(cells: _Cells, places: np.ndarray, shown: Mask, marked: bool) -> tuple[Numbers, Numbers, Numbers]:
    """How far each cell may move up and down, and what a step of it costs."""
    values, small, price = cells.values[places], cells.small[places], cells.cost[places]
    floor, top = np.zeros(len(places)), np.full(len(places), np.inf)
    if marked:
        bare = np.where(cells.unseen[places], 0.0, float(cells.below))
        floor = np.where(small, cells.said_low[places], bare)
        top = np.where(small, cells.said_high[places], np.inf)
    fixed = shown & (np.isinf(price) | (marked & (values == 0)))
    up, down = (np.where(fixed, 0.0, np.maximum(room, 0.0)) for room in (top - values, values - floor))
    return up, down, np.where(shown & ~np.isinf(price), price, 0.0) + 1e-4
