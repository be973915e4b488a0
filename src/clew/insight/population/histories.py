"""Capture histories: on which lists each known person stands, counted.

A history is a number whose bit i says that list i knows the person. Three layouts are read: one row a history with a
0/1 column a list and a column of counts; one row a person with 0/1 columns only; one row a person and list (columns
person and list).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import UnreadableInput

COUNT_NAMES = ("count", "counts", "n", "freq", "frequency", "number", "total", "persons", "cases")
"""What a column of counts is called, where nobody names it."""
PERSON_NAMES = ("person", "person_id", "id", "case", "case_id")
LIST_NAMES = ("list", "source", "organisation", "organization")
MOST_LISTS = 10
"""With more lists no table of counts is full enough to fit anything."""

_YES = {"1", "1.0", "true", "yes", "y"}
_NO = {"0", "0.0", "false", "no", "n", ""}


@dataclass(frozen=True, slots=True)
class Histories:
    """Counts by history: `counts[h]` persons stand on exactly the lists whose bits are set in h; `counts[0]` is 0."""

    lists: tuple[str, ...]
    counts: np.ndarray

    @property
    def known(self) -> int:
        """Persons on at least one list."""
        return int(self.counts.sum())

    def on(self, lists: int) -> int:
        """Persons who stand on all of these lists, and maybe on others."""
        histories = np.arange(len(self.counts))
        return int(self.counts[(histories & lists) == lists].sum())


def histories_of(table: pa.Table, *, count: str | None = None) -> Histories:
    """Reads a table in any of the three layouts.

    `count` names the column of counts; without it, one with a usual name is taken, or else a last column that holds
    other numbers than 0 and 1. Raises UnreadableInput, naming column and rule and never a value: fewer than two lists
    or more than ten, entries that are not 0 or 1, counts that are not whole or below zero, lists with nobody on them, no
    person on two lists.
    """
    if table.num_rows == 0:
        raise UnreadableInput("no row: capture histories need at least one")
    long = _long_layout(table) if count is None else None
    if long is not None:
        return _checked(*long)
    name = count if count is not None else _count_column(table)
    if name is not None and name not in table.column_names:
        raise UnreadableInput(f"{name}: there is no such column of counts")
    columns = [column for column in table.column_names if column != name]
    if len(columns) > MOST_LISTS:
        columns = [column for column in columns if column.casefold() not in PERSON_NAMES]
    else:
        columns = [c for c in columns if c.casefold() not in PERSON_NAMES or _flags(table, c) is not None]
    _check_number(columns)
    members = np.column_stack([_members(table, column) for column in columns])
    weights = np.ones(table.num_rows, dtype=np.int64) if name is None else _counts(table, name)
    return _checked(columns, members, weights)


def _check_number(lists: Sequence[str]) -> None:
    if len(lists) < 2:
        raise UnreadableInput(f"{len(lists)} list: two at least are needed, and three to check anything")
    if len(lists) > MOST_LISTS:
        raise UnreadableInput(f"{len(lists)} lists: {MOST_LISTS} at most; join small lists that overlap most")


def _checked(lists: Sequence[str], members: np.ndarray, weights: np.ndarray) -> Histories:
    _check_number(lists)
    history = members.astype(np.int64) @ (1 << np.arange(len(lists), dtype=np.int64))
    if weights[history == 0].any():
        row = int(np.flatnonzero((history == 0) & (weights > 0))[0]) + 1
        raise UnreadableInput(f"row {row}: persons on no list cannot be known; the estimate is of them")
    found = Histories(tuple(lists), np.bincount(history, weights, minlength=1 << len(lists)).astype(np.int64))
    for bit, name in enumerate(lists):
        if found.on(1 << bit) == 0:
            raise UnreadableInput(f"{name}: nobody is on this list; leave it out")
    pairs = [(1 << a) | (1 << b) for a in range(len(lists)) for b in range(a)]
    if not any(found.on(pair) for pair in pairs):
        raise UnreadableInput("no person is on two lists: without an overlap nothing can be estimated")
    return found


def _long_layout(table: pa.Table) -> tuple[list[str], np.ndarray, np.ndarray] | None:
    """Lists, members and weights of a table with one row a person and list; None for another layout."""
    names = {name.casefold(): name for name in table.column_names}
    person = next((names[name] for name in PERSON_NAMES if name in names), None)
    which = next((names[name] for name in LIST_NAMES if name in names), None)
    if person is None or which is None or len(names) > 4 or _flags(table, which) is not None:
        return None
    lists = table[which].cast(pa.string()).combine_chunks().dictionary_encode()
    persons = table[person].cast(pa.string()).combine_chunks().dictionary_encode()
    for name, column in ((which, lists), (person, persons)):
        if column.null_count:
            raise UnreadableInput(f"{name}: {column.null_count} rows without a value")
    if len(lists.dictionary) > MOST_LISTS:
        _check_number(lists.dictionary.to_pylist())
    members = np.zeros((len(persons.dictionary), len(lists.dictionary)), dtype=bool)
    members[persons.indices.to_numpy(), lists.indices.to_numpy()] = True
    return lists.dictionary.to_pylist(), members, np.ones(len(members), dtype=np.int64)


def _count_column(table: pa.Table) -> str | None:
    """The column of counts: by its name, or the last one when it holds more than 0 and 1."""
    names: dict[str, str] = {name.casefold(): name for name in table.column_names}
    for usual in COUNT_NAMES:
        if usual in names and (_flags(table, names[usual]) is None or names[usual] == table.column_names[-1]):
            return names[usual]
    last: str = table.column_names[-1]
    return last if _flags(table, last) is None and _numbers(table, last) is not None else None


def _words(table: pa.Table, column: str) -> pa.ChunkedArray:
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(table[column].cast(pa.string()), "")))


def _flags(table: pa.Table, column: str) -> np.ndarray | None:
    """The column as yes and no; None where it holds anything else."""
    words = _words(table, column)
    yes = pc.is_in(words, pa.array(sorted(_YES)))
    if not pc.all(pc.or_(yes, pc.is_in(words, pa.array(sorted(_NO))))).as_py():
        return None
    return np.asarray(yes)


def _members(table: pa.Table, column: str) -> np.ndarray:
    flags = _flags(table, column)
    if flags is None:
        known = pc.is_in(_words(table, column), pa.array(sorted(_YES | _NO)))
        row = int(np.flatnonzero(~np.asarray(known))[0]) + 1
        raise UnreadableInput(f"{column}: row {row} is neither 0 nor 1 (name the column of counts with --count)")
    return flags


def _numbers(table: pa.Table, column: str) -> np.ndarray | None:
    try:
        return np.asarray(pc.utf8_trim_whitespace(table[column].cast(pa.string())).cast(pa.float64()), dtype=float)
    except pa.ArrowInvalid:
        return None


def _counts(table: pa.Table, column: str) -> np.ndarray:
    numbers = _numbers(table, column)
    if numbers is None or not np.isfinite(numbers).all():
        raise UnreadableInput(f"{column}: a count that is no number")
    for rule, wrong in (
        ("below zero", numbers < 0),
        ("not whole", numbers != np.floor(numbers)),
        ("over 10^9", numbers > 1e9),
    ):
        if wrong.any():
            raise UnreadableInput(f"{column}: row {int(np.flatnonzero(wrong)[0]) + 1}: a count {rule}")
    return numbers.astype(np.int64)
