"""Flags, truth and groups read from columns of text, joined with audit data that stay apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from clew.safeguards.errors import MissingColumn, UsageError
from clew.safeguards.fairness import BOUND, SMALLEST, Fairness, age_band, measure

GROUPS = ("gender", "age", "language", "nationality")
"""Columns of audit data that are looked for where none is named. An age becomes a band."""
_YES = frozenset("1 true yes y t x".split())
_NO = frozenset("0 false no n f".split())
_NUMBER = re.compile(r"\d{1,3}(\.\d+)?")


def answers(column: pa.ChunkedArray) -> list[bool | None]:
    """Yes and no in the usual ways of writing; None for anything else.

    >>> answers(pa.chunked_array([["Yes", "0", "maybe", None, "1.0"]]))
    [True, False, None, None, True]
    """
    words = [str(value).strip().casefold().removesuffix(".0") for value in column.to_pylist()]
    return [True if word in _YES else False if word in _NO else None for word in words]


def unreadable(table: pa.Table, columns: Sequence[str]) -> dict[str, np.ndarray]:
    """Column -> rows (from 0) in which it says neither yes nor no; a row is named once, with the first such column."""
    found: dict[str, np.ndarray] = {}
    named = np.zeros(table.num_rows, bool)
    for name in columns:
        bad = np.array([answer is None for answer in answers(_column(table, name))], bool) & ~named
        named |= bad
        if bad.any():
            found[name] = np.flatnonzero(bad)
    return found


def from_tables(
    table: pa.Table, audit: pa.Table | None, *, id: str, truth: str, flags: Sequence[str], by: Sequence[str] = (),
    measured_on: str, smallest: int = SMALLEST, bound: float = BOUND,
) -> Fairness:  # fmt: skip
    """The report of a table of flags and truth, by the groups of the audit table (or of its own columns).

    Every row must be readable (`unreadable`). A record that the audit table does not name is of no known group.
    """
    source = audit if audit is not None else table
    names = by or [name for name in GROUPS if name in source.column_names]
    if not names:
        raise MissingColumn(
            "gender, age, language or nationality", present=tuple(source.column_names), hint="Name others with --by."
        )
    rows = range(table.num_rows)
    if audit is not None:
        held = [str(value) for value in _column(audit, id).to_pylist()]
        place = {value: row for row, value in enumerate(held)}
        if len(place) != len(held):
            raise UsageError(f"{id}: given twice in the audit data")
        rows = [place.get(str(value), -1) for value in _column(table, id).to_pylist()]  # type: ignore[assignment]
    groups = {name: _groups(name, _column(source, name), rows) for name in names}
    told = {name: np.array([bool(each) for each in answers(_column(table, name))], bool) for name in flags}
    right = np.array([bool(each) for each in answers(_column(table, truth))], bool)
    return measure(told, right, groups, measured_on=measured_on, smallest=smallest, bound=bound)


def _groups(name: str, column: pa.ChunkedArray, rows: Sequence[int]) -> list[str]:
    values = ["" if value is None else str(value).strip() for value in column.to_pylist()]
    if name.casefold() == "age":
        values = [age_band(float(v)) if _NUMBER.fullmatch(v) else v for v in values]
    return [values[row] if row >= 0 else "" for row in rows]


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise MissingColumn(name, present=tuple(table.column_names))
    return table[name]


def audit_groups(audit: pa.Table, ids: Sequence[str], *, id: str) -> Mapping[str, list[str]]:
    """The groups of these ids in an audit table; empty where it does not name one."""
    held = {str(value): row for row, value in enumerate(_column(audit, id).to_pylist())}
    rows = [held.get(each, -1) for each in ids]
    return {name: _groups(name, audit[name], rows) for name in GROUPS if name in audit.column_names}
