"""Tables of counts that were published before: what every reader already has.

They are read from the very file that left, in the form in which `count_tables` writes: columns, `total` where a cell does not ask for
one, and `count` as a number, `<5` or `hidden`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clew.insight.linked_tables import ALL, Key
from clew.safeguards.errors import MissingColumn, UnreadableInput

TOTAL = "total"
HIDDEN = "hidden"
_NUMBER = re.compile(r"[0-9]{1,15}")
_SMALL = re.compile(r"<[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Published:
    """The cells of one file, by the words of its columns."""

    names: tuple[str, ...]
    cells: Mapping[tuple[str, ...], str]


def earlier_of(table: pa.Table) -> Published:
    """Reads a published table; UnreadableInput where a count is none of the three forms or a cell stands twice with two counts."""
    if "count" not in table.column_names:
        raise MissingColumn("count", present=tuple(table.column_names))
    names = tuple(name for name in table.column_names if name != "count")
    if not names or not table.num_rows:
        raise UnreadableInput("earlier table: no columns beside count, or no rows")
    text = [[str(cell) if cell is not None else "" for cell in table[name].to_pylist()] for name in (*names, "count")]
    cells: dict[tuple[str, ...], str] = {}
    for row, (*words, count) in enumerate(zip(*text, strict=True), start=1):
        if count != HIDDEN and not _NUMBER.fullmatch(count) and not _SMALL.fullmatch(count):
            raise UnreadableInput(f"earlier table: row {row}: count is no number, no <N and not {HIDDEN}")
        if cells.setdefault(tuple(words), count) != count:
            raise UnreadableInput(f"earlier table: row {row}: a cell that stands there before with another count")
    return Published(names, cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """All earlier tables in the codes of the present data. What is shown in one of them is shown."""

    numbers: Mapping[Key, int]
    hidden: frozenset[Key]
    marks: Mapping[Key, int]
    """Cells shown as small, and below what."""
    tables: tuple[tuple[int, ...], ...]
    strange: bool
    """A value is counted there that the present data do not have."""

    @property
    def cells(self) -> bool:
        return bool(self.numbers or self.hidden)

    @classmethod
    def together(cls, published: Iterable[Published], names: Sequence[str], words: Sequence[Sequence[str]]) -> Earlier:
        codes = [{word: code for code, word in enumerate(each)} | {TOTAL: ALL} for each in words]
        numbers: dict[Key, int] = {}
        marks: dict[Key, int] = {}
        hidden: set[Key] = set()
        tables: set[tuple[int, ...]] = set()
        strange = False
        for one in published:
            at = [list(names).index(name) for name in one.names]
            for labels, count in one.cells.items():
                key = [ALL] * len(names)
                for column, word in zip(at, labels, strict=True):
                    key[column] = codes[column].get(word, ALL - 1)
                if min(key) < ALL:
                    strange |= count != "0"
                    continue
                found = tuple(key)
                tables.add(tuple(column for column, code in enumerate(found) if code != ALL))
                if _NUMBER.fullmatch(count):
                    strange |= numbers.setdefault(found, int(count)) != int(count)  # two states of the data
                    numbers[found] = int(count)
                elif count == HIDDEN:
                    hidden.add(found)
                else:
                    marks[found] = int(count[1:])
                    hidden.add(found)
        return cls(
            numbers=numbers, hidden=frozenset(hidden - set(numbers)), strange=strange,
            marks={key: below for key, below in marks.items() if key not in numbers},
            tables=tuple(sorted(each for each in tables if each)),
        )  # fmt: skip

    def changed(self, codes: np.ndarray, sizes: Sequence[int]) -> bool:
        """Whether the present data give other counts than were shown."""
        if self.strange:
            return True
        return any(self._differs(table, codes, sizes) for table in (*self.tables, ()))

    def _differs(self, table: tuple[int, ...], codes: np.ndarray, sizes: Sequence[int]) -> bool:
        counts = np.zeros(tuple(sizes[column] for column in table), dtype=np.int64)
        np.add.at(counts, tuple(codes[:, column] for column in table), 1) if table else counts.__iadd__(len(codes))
        inside = set(table)
        for key in (*self.numbers, *self.marks):
            if {column for column, code in enumerate(key) if code != ALL} != inside:
                continue
            count = int(counts[tuple(key[column] for column in table)])
            if self.numbers.get(key, count) != count or (key in self.marks and not 0 < count < self.marks[key]):
                return True
        return False
