"""Tables of counts for the public: small cells hidden, and others with them where sums would give them away.

What is shown as small is `<5`, never a number in its place. The hiding itself is `clew.insight.suppression`; this module counts, labels
and audits: the release is made only if no small cell can be worked out from all that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pyarrow as pa

from clew.insight import suppression
from clew.publish.columns import Column, bare, coded
from clew.publish.disclosure import NOTICE, Report
from clew.publish.identifiers import without_identifiers
from clew.publish.types import Guarantee, Method, Releasable, _releasable
from clew.safeguards.errors import Blocked, UnreadableInput, UsageError

TOTAL = "total"
UNKNOWN = "not recorded"
HIDDEN = "hidden"
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


def count_table(table: pa.Table, by: Sequence[str], *, below: int = 5, marked: bool = True) -> Counted:
    """Counts of rows by one to three columns with all totals; one row must be one person.

    Columns out: those of `by`, and `count` as text: a number, `<5` (with `marked`) or `hidden`. Raises UsageError for a threshold
    under 2, columns that identify or too many cells; Blocked where the audit finds a small cell that could be worked out.
    """
    if isinstance(below, bool) or below < 2:
        raise UsageError("--below: 2 or more")
    if not 1 <= len(by) <= 3 or len(set(by)) != len(by):
        raise UsageError("--by: one to three columns, each once")
    if not table.num_rows:
        raise UnreadableInput("table: the file has no rows")
    without_identifiers(table.select([name for name in by if name in table.column_names]), ())
    columns = coded(bare(table), by)
    words = [_words(column) for column in columns]
    shape = tuple(len(each) for each in words)
    cells = int(np.prod([size + 1 for size in shape]))
    if cells > MOST_CELLS:
        raise UsageError(f"--by: {cells} cells with totals; {MOST_CELLS} at most: take fewer columns or coarser values")
    counts = np.zeros(shape)
    np.add.at(counts, tuple(_places(column) for column in columns), 1)
    made = suppression.table(counts, below, marked=marked)
    _audit(made, below)
    told = f"counts under {below} and what would give them away are hidden, over {', '.join(by)}"
    out = _written(by, words, made, below)
    return Counted(_releasable(out, Guarantee(method=Method.TABLE, words=told)), _report(by, made, below))


def _words(column: Column) -> list[str]:
    """The column's values, and a word for what is not recorded where that occurs."""
    return [*column.words, *([UNKNOWN] if (column.codes == 0).any() else [])]


def _places(column: Column) -> np.ndarray:
    return np.where(column.codes == 0, len(column.values), column.codes - 1)


def _audit(made: suppression.TableCells, below: int) -> None:
    """What a reader can work out of every small cell, by linear programmes over all that is shown."""
    small = (made.values > 0) & (made.values < below)
    if (small & ~made.hidden).any():
        raise Blocked("table: a small cell would be shown")
    low, high = suppression.intervals(
        made.values.ravel(), suppression.relations_of(made.values.shape), made.hidden.ravel(), below,
        marks=made.marks.ravel() if made.marks.any() else None,
    )  # fmt: skip
    least = np.where(made.marks.ravel(), below - 2, 1)
    told = (np.asarray(high) - np.asarray(low) < least) & small.ravel()
    if told.any():
        raise Blocked(f"table: {int(told.sum())} small cells could be worked out from the others")


def _written(by: Sequence[str], words: list[list[str]], made: suppression.TableCells, below: int) -> pa.Table:
    labels = list(product(*([*each, TOTAL] for each in words)))
    shown = [
        f"<{below}" if mark else HIDDEN if hidden else str(int(value))
        for value, hidden, mark in zip(made.values.ravel(), made.hidden.ravel(), made.marks.ravel(), strict=True)
    ]
    columns = [pa.array([label[place] for label in labels], pa.string()) for place in range(len(by))]
    return pa.table([*columns, pa.array(shown, pa.string())], names=[*by, "count"])


def _report(by: Sequence[str], made: suppression.TableCells, below: int) -> Report:
    small = (made.values > 0) & (made.values < below)
    return {
        "notice": NOTICE,
        "method": Method.TABLE.value,
        "by": list(by),
        "below": below,
        "rows": int(made.values[(-1,) * made.values.ndim]),
        "cells": int(made.values.size),
        "small": int(small.sum()),
        "hidden_with_them": int((made.hidden & ~small).sum()),
        "shown_as_small": int(made.marks.sum()),
    }
