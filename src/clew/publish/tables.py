"""Tables of counts for the public: small cells hidden, and others with them where sums would give them away.

What is shown as small is `<5`, never a number in its place. The hiding itself is `clew.insight.suppression`; this module counts, labels
and audits: the release is made only if no small cell can be worked out from all that is shown, in any of the tables or by
setting one against another, tables that were published before included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.insight import suppression
from clew.insight.linked_tables import ALL, Key, System, keys_of, system
from clew.publish.columns import Column, bare, coded, unsaid
from clew.publish.disclosure import NOTICE, Report
from clew.publish.earlier_tables import HIDDEN, TOTAL, Earlier, earlier_of
from clew.publish.identifiers import without_identifiers
from clew.publish.types import Guarantee, Method, Releasable, _releasable
from clew.safeguards.errors import Blocked, UnreadableInput, UsageError

UNKNOWN = "not recorded"
MOST_CELLS = 2_000
"""With totals. Hiding is worked out by linear programmes, one or more a small cell."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A table of counts that may leave, and the report of what it hides, which may not."""

    release: Releasable[pa.Table]
    report: Report = field(repr=False)

    @property
    def table(self) -> pa.Table:
        return self.release.value


def count_table(
    table: pa.Table, by: Sequence[str], *, below: int = 5, marked: bool = True, earlier: Sequence[pa.Table] = ()
) -> Counted:
    """Counts of rows by one to three columns with all totals; one row must be one person. See `count_tables`."""
    return count_tables(table, [by], below=below, marked=marked, earlier=earlier)


def count_tables(
    table: pa.Table,
    by: Sequence[Sequence[str]],
    *,
    below: int = 5,
    marked: bool = True,
    earlier: Sequence[pa.Table] = (),
) -> Counted:
    """Several tables of the same rows, by one to three columns each, that cannot be subtracted from each other.

    Columns out: all of `by`, `total` where a cell does not ask for the column, and `count` as text: a number, `<5` (with `marked`)
    or `hidden`; each cell once. `earlier`: what was published of these persons before, in that form; no small cell of any of
    them can be worked out from all together. Where the data have changed since, cells that changed by fewer than `below` are hidden
    too. Raises UsageError for a threshold under 2, columns that identify or too many cells; Blocked where a small cell could
    be worked out all the same.
    """
    names = _names(by, below)
    if not table.num_rows:
        raise UnreadableInput("table: the file has no rows")
    before = [earlier_of(each) for each in earlier]
    every = list(dict.fromkeys([*names, *(name for one in before for name in one.names)]))
    without_identifiers(table.select([name for name in names if name in table.column_names]), ())
    columns = coded(bare(table), every)
    empty = unsaid(columns, "table")
    words = [_words(column) for column in columns]
    wanted = [tuple(every.index(name) for name in each) for each in by]
    known = Earlier.together(before, every, words)
    cells = sum(int(np.prod([len(words[column]) + 1 for column in each])) for each in wanted)
    if cells > MOST_CELLS:
        raise UsageError(f"--by: {cells} cells with totals; {MOST_CELLS} at most: take fewer columns or coarser values")
    codes = np.column_stack([_places(column) for column in columns])
    sizes = [len(each) for each in words]
    alone = system(codes, sizes, wanted, zeros_known=marked)
    changed = known.changed(codes, sizes)
    linked = alone if changed or not known.cells else system(codes, sizes, [*wanted, *known.tables], zeros_known=marked)
    listed = [key for each in wanted for key, _ in keys_of(each, sizes, len(every))]
    listed = list(dict.fromkeys(listed))
    shown = _moved(linked, known, listed, below) if changed else _hidden(linked, known, listed, below, marked)
    told = f"counts under {below} and what would give them away are hidden, over {'; '.join(', '.join(each) for each in by)}"
    if before:
        told += f"; looked at beside {len(before)} tables published before"
    out = _written(every[: len(names)], words, listed, shown, linked, below)
    report = _report(by, shown, linked, below) | {
        "empty_columns": empty,
        "earlier": len(before),
        "changed_since": changed,
        "ring": bool(linked.ring),
    }
    return Counted(_releasable(out, Guarantee(method=Method.TABLE, words=told)), report)


def _names(by: Sequence[Sequence[str]], below: int) -> list[str]:
    if isinstance(below, bool) or below < 2:
        raise UsageError("--below: 2 or more")
    if not by or any(not 1 <= len(each) <= 3 or len(set(each)) != len(each) for each in by):
        raise UsageError("--by: one to three columns, each once")
    if len({frozenset(each) for each in by}) != len(by):
        raise UsageError("--by: the same columns twice")
    return list(dict.fromkeys(name for each in by for name in each))


def _words(column: Column) -> list[str]:
    """The column's values, and a word for what is not recorded where that occurs."""
    if TOTAL in column.words:
        raise UsageError(f"{column.name}: a value is called {TOTAL}, which is what the sums are called")
    return [*column.words, *([UNKNOWN] if (column.codes == 0).any() else [])]


def _places(column: Column) -> np.ndarray:
    return np.where(column.codes == 0, len(column.values), column.codes - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Masks over the cells of a system."""

    listed: np.ndarray
    hidden: np.ndarray
    marks: np.ndarray
    small: np.ndarray


def _hidden(linked: System, known: Earlier, listed: Sequence[Key], below: int, marked: bool) -> _Shown:
    """What to hide beside what readers have already; audited over all of it."""
    mine, shown = linked.mask(listed), linked.mask(known.numbers)
    also, marks_before = linked.mask(known.hidden), linked.mask(known.marks)
    unseen = linked.unseen | ~(mine | shown | also)
    cost = np.where(shown, suppression.NEVER, _cost(linked))
    try:
        found = suppression.pattern(
            linked.values, linked.relations, below, marked=marked, also=also, unseen=unseen, cost=cost
        )
    except UsageError as error:
        if not known.cells:
            raise
        raise Blocked("table: with what was published before, a small cell could be worked out") from error
    made = _Shown(
        listed=mine, hidden=found.hidden, marks=(found.marks & mine) | marks_before, small=found.small & ~unseen
    )
    _audit(linked, made, unseen, below)
    return made


def _moved(linked: System, known: Earlier, listed: Sequence[Key], below: int) -> _Shown:
    """What to hide where the data have changed: also what was hidden before, and what a few persons have moved. Nothing is marked."""
    mine, small = linked.mask(listed), (linked.values > 0) & (linked.values < below)
    few = linked.mask(
        key
        for key in listed
        if key in known.numbers and 0 < abs(known.numbers[key] - linked.values[linked.places[key]]) < below
    )
    found = suppression.pattern(
        linked.values, linked.relations, below, small=small | few, also=linked.mask(known.hidden), unseen=linked.unseen,
        cost=_cost(linked),
    )  # fmt: skip
    made = _Shown(listed=mine, hidden=found.hidden, marks=np.zeros_like(mine), small=found.small & ~linked.unseen)
    _audit(linked, made, linked.unseen, below)
    return made


def _cost(linked: System) -> npt.NDArray[np.float64]:
    """Totals are dearer to hide than cells, and the total of all is hidden last."""
    dear: npt.NDArray[np.float64] = np.sqrt(linked.values) + 1.0
    for key, place in linked.places.items():
        dear[place] *= 4.0 ** min(3, sum(code == ALL for code in key))
    return dear


def _audit(linked: System, made: _Shown, unseen: np.ndarray, below: int) -> None:
    """What a reader can work out of every small cell, by whole-number programmes over all that is shown."""
    if (made.small & made.listed & ~made.hidden).any():
        raise Blocked("table: a small cell would be shown")
    low, high = suppression.intervals(
        linked.values, linked.relations, made.hidden, below,
        marks=made.marks if made.marks.any() else None, unseen=unseen, only=made.small,
    )  # fmt: skip
    least = np.where(made.marks, below - 2, 1)
    told = (np.asarray(high) - np.asarray(low) < least) & made.small & made.hidden
    if told.any():
        raise Blocked(f"table: {int(told.sum())} small cells could be worked out from the others")


def _written(
    names: Sequence[str], words: list[list[str]], listed: Sequence[Key], made: _Shown, linked: System, below: int
) -> pa.Table:
    labels = [
        [words[column][key[column]] if key[column] != ALL else TOTAL for key in listed] for column in range(len(names))
    ]
    at = [linked.places[key] for key in listed]
    shown = [
        f"<{below}" if made.marks[place] else HIDDEN if made.hidden[place] else str(int(linked.values[place]))
        for place in at
    ]
    return pa.table(
        [*(pa.array(each, pa.string()) for each in labels), pa.array(shown, pa.string())], names=[*names, "count"]
    )


def _report(by: Sequence[Sequence[str]], made: _Shown, linked: System, below: int) -> Report:
    small = made.small & made.listed
    return {
        "notice": NOTICE,
        "method": Method.TABLE.value,
        "by": [list(each) for each in by],
        "below": below,
        "rows": int(linked.values[linked.places[(ALL,) * len(next(iter(linked.places)))]]),
        "cells": int(made.listed.sum()),
        "small": int(small.sum()),
        "hidden_with_them": int((made.hidden & made.listed & ~small).sum()),
        "shown_as_small": int((made.marks & made.listed).sum()),
    }
