"""Original, control and release in the same codes, and how far a person's value lies from what the release says.

Distances are in hundredths of a value: 0 the same, 100 another one. Numbers lie as far apart as the share of their range (Gower
1971). A coarser word that covers a value costs a little; a cell that was emptied says nothing either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.publish.coarser import ladder
from clew.publish.columns import Codes, coded
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError

FEWEST_CONTROL = 30
"""Rows of a control set: below, an interval is as wide as the question."""
FAR, HALF, STEP = 100, 50, 10
_EMPTIED = 0.01
"""A column that is emptier by this share in the release than in the original was emptied, and an empty cell says nothing."""
_MOST_CATEGORIES = 20
_NEAR = 0.05
"""A guess of a number is right within this share of the truth."""

Distances = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Facet:
    """One column of the three tables. Code 0 is missing."""

    name: str
    words: Sequence[str]
    original: Codes
    control: Codes
    released: Codes
    numbers: Values | None
    """The value of each code, NaN for missing; None where the column is not of numbers."""
    coarser: tuple[Codes, ...]
    """For each step, the code of the coarser word of each code; 0 for none."""
    emptied: bool
    _rows: dict[int, Distances] = field(default_factory=dict, repr=False)

    def distances(self, code: int) -> Distances:
        """From one value to every value that the release may hold, by code."""
        if code not in self._rows:
            self._rows[code] = self._distances(code)
        return self._rows[code]

    def _distances(self, code: int) -> Distances:
        row = np.full(len(self.words) + 1, FAR, dtype=np.uint8)
        if self.numbers is not None and code:
            span = float(np.nanmax(self.numbers) - np.nanmin(self.numbers)) or 1.0
            row[1:] = np.rint(FAR * np.abs(self.numbers[1:] - self.numbers[code]) / span)
        for number, step in reversed(list(enumerate(self.coarser, start=1))):
            if code and step[code]:
                row[step[code]] = STEP * number
        row[code] = 0
        if code and self.emptied:
            row[0] = HALF
        return row

    def is_right(self, guess: int, truth: int) -> bool:
        if self.numbers is None or not (guess and truth):
            return guess == truth
        return bool(abs(self.numbers[guess] - self.numbers[truth]) <= _NEAR * abs(self.numbers[truth]))


@dataclass(frozen=True, slots=True)
class Facets:
    """All columns that the release has, of the three tables."""

    columns: tuple[Facet, ...]
    originals: int
    controls: int
    releases: int
    left_out: tuple[str, ...]
    """Columns of the original that the release does not have."""


def facets(original: pa.Table, released: pa.Table, control: pa.Table) -> Facets:
    """The three tables in common codes; raises where they are empty or do not fit together."""
    _check(original, released, control)
    names = released.column_names
    tables = [_textual(table.select(names)) for table in (original, control, released)]
    at = np.cumsum([table.num_rows for table in tables])
    found = []
    for column in coded(pa.concat_tables(tables)):
        mine, others, theirs = np.split(column.codes, at[:2])
        found.append(_facet(column.name, column.words, mine, others, theirs))
    left_out = tuple(name for name in original.column_names if name not in names)
    return Facets(tuple(found), original.num_rows, control.num_rows, released.num_rows, left_out)


def _facet(name: str, words: Sequence[str], original: Codes, control: Codes, released: Codes) -> Facet:
    numbers = _numbers(words, released)
    empty = [float((codes == 0).mean()) for codes in (released, original)]
    own = np.union1d(original, control)
    own = own[own > 0]
    return Facet(
        name,
        words,
        original,
        control,
        released,
        numbers,
        () if numbers is not None else _coarser(name, words, own),
        empty[0] > empty[1] + _EMPTIED,
    )


def _coarser(name: str, words: Sequence[str], own: Codes) -> tuple[Codes, ...]:
    """Steps of the persons' own values up to coarser words that the release may hold."""
    code_of = {word: code for code, word in enumerate(words, start=1)}
    steps = []
    for step in ladder(name, [words[code - 1] for code in own]):
        codes = np.zeros(len(words) + 1, dtype=np.int64)
        codes[own] = [code_of.get(word or "", 0) for word in step]
        steps.append(codes)
    return tuple(steps)


def _numbers(words: Sequence[str], released: Codes) -> Values | None:
    """A column of more than a few values that all read as numbers."""
    if len(words) <= _MOST_CATEGORIES or len(np.unique(released)) <= _MOST_CATEGORIES:
        return None
    try:
        values = np.array([float(word) for word in words])
    except ValueError:
        return None
    return np.concatenate([[np.nan], values]) if np.isfinite(values).all() else None


def _check(original: pa.Table, released: pa.Table, control: pa.Table) -> None:
    for name, table in (("original", original), ("released", released), ("control", control)):
        if len(set(table.column_names)) != table.num_columns:
            raise UsageError(f"{name}: two columns have the same name")
        if not table.num_rows or not table.num_columns:
            raise UnreadableInput(f"{name}: the table has no rows")
    for name, table in (("original", original), ("control", control)):
        missing = [column for column in released.column_names if column not in table.column_names]
        if len(missing) == released.num_columns:
            raise UsageError(f"{name}: it shares no column with the release; are these the right two tables?")
        if missing:
            raise MissingColumn(f"{missing[0]} (the release has it, the {name} does not)", present=table.column_names)
    if control.num_rows < FEWEST_CONTROL:
        raise UsageError(
            f"control: {control.num_rows} rows are too few to compare with; hold out {FEWEST_CONTROL} or more"
        )


def _textual(table: pa.Table) -> pa.Table:
    arrays = []
    for name in table.column_names:
        column = table[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        try:
            arrays.append(pc.cast(column, pa.string()))
        except pa.ArrowNotImplementedError as error:
            raise UsageError(f"{name}: a column of lists or structures cannot be attacked; write it as text") from error
    return pa.table(arrays, names=table.column_names)
