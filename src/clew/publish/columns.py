"""Tables as numbers: each column as codes into its distinct values, 0 where a value is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
TALLIED = 64


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `values[codes - 1]` is what stands there, code 0 is missing (null or an empty text)."""

    name: str
    codes: Codes
    values: pa.Array

    @property
    def size(self) -> int:
        """How many codes there are, with the one for missing."""
        return len(self.values) + 1

    @property
    def words(self) -> list[str]:
        """The distinct values as text, for reports and generalisation."""
        return [str(value) for value in self.values.to_pylist()]

    def counts(self) -> Codes:
        """How often each code occurs."""
        return np.bincount(self.codes, minlength=self.size)

    def digest(self) -> str:
        """SHA-256 in hex of the values and how often each occurs, missing ones too, whatever their order."""
        counted = sorted(zip(["", *self.words], self.counts().tolist(), strict=True))
        return hashlib.sha256(json.dumps(counted, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def tally(self) -> list[int]:
        """Rows by 64 groups of values (by hash), then rows without one: tells at least how many rows differ from another state."""
        found = [0] * (TALLIED + 1)
        missing, *counts = self.counts().tolist()
        for word, count in zip(self.words, counts, strict=True):
            found[hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[0] % TALLIED] += count
        found[TALLIED] = missing
        return found

    def decoded(self, kind: pa.DataType) -> pa.Array:
        """The column back as it was, missing as null."""
        return chosen(self.values, self.codes, kind)


def chosen(values: pa.Array, codes: Codes, kind: pa.DataType) -> pa.Array:
    """`values[codes - 1]` in a column's own type, null for code 0."""
    if pa.types.is_null(kind):
        return pa.nulls(len(codes))
    return values.take(pa.array(codes - 1, mask=codes == 0)).cast(kind)


def coded(table: pa.Table, names: Sequence[str] | None = None) -> list[Column]:
    """Columns of a table in codes; raises MissingColumn, or UsageError for lists and other nested types."""
    present = tuple(table.column_names)
    if len(set(present)) != len(present):
        raise UsageError("columns: two columns have the same name")
    for name in names or ():
        if name not in present:
            raise MissingColumn(name, present=present)
    return [_column(name, table[name]) for name in (present if names is None else names)]


def unsaid(columns: Sequence[Column], what: str) -> list[str]:
    """Names of the columns in which no row has a value. Raises UnreadableInput where no column has one."""
    names = [c.name for c in columns if not (c.codes > 0).any()]
    if len(names) == len(columns):
        raise UnreadableInput(f"{what}: no row has a value in {', '.join(names[:10])}; there is nothing to release")
    return names


def bare(table: pa.Table) -> pa.Table:
    """The columns without what else a file carries: metadata of the schema and of fields, dictionaries of codes.

    Such metadata can hold notes, the names of columns left out and numbers of rows; a dictionary holds values that no
    row has any more.
    """
    kinds = [(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in table.schema]
    arrays = [column.cast(kind) for column, (_, kind) in zip(table.columns, kinds, strict=True)]
    return pa.table(arrays, schema=pa.schema(kinds))


def in_own_order(table: pa.Table) -> pa.Table:
    """The rows sorted by all columns: an order that says nothing of the one they came in."""
    sortable = [f.name for f in table.schema if not pa.types.is_null(f.type)]
    return table.sort_by([(name, "ascending") for name in sortable]) if sortable else table


def aligned(before: pa.Table, after: pa.Table) -> tuple[list[Column], list[Column]]:
    """The same columns of two tables in the same codes, so that what stands in both can be compared."""
    both = coded(pa.concat_tables([_textual(before), _textual(after.select(before.column_names))]))
    rows = before.num_rows
    first = [Column(c.name, c.codes[:rows], c.values) for c in both]
    return first, [Column(c.name, c.codes[rows:], c.values) for c in both]


def _textual(table: pa.Table) -> pa.Table:
    return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))


def _column(name: str, column: pa.ChunkedArray) -> Column:
    values = column.combine_chunks()
    if pa.types.is_null(values.type):
        values = values.cast(pa.string())
    if pa.types.is_nested(values.type):
        raise UsageError(f"{name}: a column of lists or structures cannot be released; write it as text first")
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.if_else(pc.equal(values, ""), None, values)
    try:
        encoded = values.dictionary_encode()
    except pa.ArrowNotImplementedError as error:
        raise UsageError(f"{name}: columns of this type cannot be released") from error
    codes = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False) + 1
    return Column(name, codes, encoded.dictionary)
