"""A table of categories as numbers: one code a cell, -1 where nothing is recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clew.safeguards.errors import UnreadableInput, UsageError

MISSING = ("", "-99", "unknown", "unkown", "not known", "n/a", "na", "null", "none", "nan", "notasked", "not asked")
"""Read as not recorded: what is unknown and what was not asked are alike to a share, and are kept apart in the cases."""
MOST_VALUES = 100
MOST_COLUMNS = 300
"""Each completion goes over every column many times; a thousand take minutes and say little more."""
FEWEST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Coded:
    """`codes[i, j]` is an index into `values[j]`, or -1. `notes` says which columns of the table are not here and why."""

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: NDArray[Any]
    notes: tuple[str, ...]

    @property
    def missing(self) -> NDArray[Any]:
        return np.asarray(self.codes < 0)

    def one_hot(self, codes: NDArray[Any]) -> NDArray[Any]:
        """A column a value, 1 where it holds; a missing cell is 0 in all of its columns."""
        parts = [codes[:, [j]] == np.arange(len(values)) for j, values in enumerate(self.values)]
        return np.hstack(parts).astype(np.float64)

    @property
    def starts(self) -> NDArray[Any]:
        """Where each column's values begin in `one_hot`, and the width of all."""
        return np.cumsum([0, *(len(values) for values in self.values)])


def coded(table: pa.Table, *, leave_out: Collection[str] = ()) -> Coded:
    """Codes the columns that hold categories.

    Left out, by name and reason: what `leave_out` names, columns recorded nowhere, columns of one value, and columns with more than
    a hundred values or a value for nearly every row (ids, names, dates, texts). Raises UnreadableInput where fewer than thirty rows
    or fewer than two columns are left, UsageError where there are more than `MOST_COLUMNS`.
    """
    gone = [name for name in leave_out if name not in table.column_names]
    if gone:
        raise UnreadableInput(f"no such column: {', '.join(gone)}")
    if table.num_rows < FEWEST_ROWS:
        raise UnreadableInput(
            f"{table.num_rows} rows: {FEWEST_ROWS} at least, or nothing can be learnt from the others"
        )
    columns, values, codes, notes = [], [], [], []
    for name in table.column_names:
        if name in leave_out:
            continue
        words = pc.utf8_trim_whitespace(table[name].cast(pa.string())).combine_chunks()
        words = pc.if_else(pc.is_in(pc.utf8_lower(words), pa.array(MISSING)), pa.scalar(None, pa.string()), words)
        found = words.dictionary_encode()
        reason = _reason(found, table.num_rows)
        if reason:
            notes.append(f"{name}: {reason}; left out")
            continue
        order = np.argsort(np.asarray(found.dictionary.to_pylist(), dtype=object), kind="stable")
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        indices = np.asarray(pc.fill_null(found.indices, -1), dtype=np.int64)
        columns.append(name)
        values.append(tuple(found.dictionary.take(pa.array(order)).to_pylist()))
        codes.append(np.where(indices < 0, -1, place[np.maximum(indices, 0)]))
    if len(columns) < 2:
        raise UnreadableInput(f"{len(columns)} column of categories: two at least; {'; '.join(notes[:5])}")
    if len(columns) > MOST_COLUMNS:
        raise UsageError(
            f"{len(columns)} columns of categories; {MOST_COLUMNS} at most: leave columns out with --leave-out"
        )
    return Coded(tuple(columns), tuple(values), np.column_stack(codes), tuple(notes))


def _reason(found: pa.DictionaryArray, rows: int) -> str | None:
    """Why a column is no category; None when it is one."""
    recorded, distinct = rows - found.null_count, len(found.dictionary)
    if recorded == 0:
        return "recorded nowhere"
    if distinct == 1:
        return "one value alone"
    if distinct > MOST_VALUES:
        return f"{distinct} values"
    if distinct > 0.5 * recorded:
        return "a value for nearly every row"
    return None
