"""Which values a column may have: declared by its publisher, or found privately. Never read off the data as they are.

A declared list (a codebook) is public and costs nothing; values outside it become missing. Without one, a value is kept
where its noisy count is so high that one person could have brought it with probability delta at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from clew.publish.columns import Column
from clew.safeguards.errors import MissingColumn, UsageError

Declared = Mapping[str, Sequence[str]]


def read_domain(table: pa.Table) -> dict[str, list[str]]:
    """A codebook from a table with the columns `column` and `value`, one line a value."""
    for name in ("column", "value"):
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    found: dict[str, list[str]] = {}
    for name, value in zip(table["column"].to_pylist(), table["value"].to_pylist(), strict=True):
        if not name or value is None or value == "":
            raise UsageError("domain: every line needs a column and a value")
        found.setdefault(str(name), []).append(str(value))
    return found


def in_domain(columns: Sequence[Column], declared: Declared) -> list[Column]:
    """The columns with their declared values as codes, in the order declared; others keep theirs, in the order of words."""
    names = [c.name for c in columns]
    for name in declared:
        if name not in names:
            raise MissingColumn(name, present=tuple(names))
    return [_recoded(c, declared[c.name]) if c.name in declared else _sorted(c) for c in columns]


def _recoded(column: Column, words: Sequence[str]) -> Column:
    unique = list(dict.fromkeys(words))
    try:
        values = pa.array(unique, pa.string()).cast(column.values.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise UsageError(f"domain: {column.name} has declared values that are not of its type") from error
    new = Column(column.name, column.codes, values)
    places = {word: code for code, word in enumerate(new.words, start=1)}
    table = np.array([0, *(places.get(word, 0) for word in column.words)], dtype=np.int64)
    return Column(column.name, table[column.codes], values)


def _sorted(column: Column) -> Column:
    """Codes in the order of words: the order in which values first came up says something of the rows."""
    words = column.words
    order = sorted(range(len(words)), key=words.__getitem__)
    table = np.zeros(len(words) + 1, dtype=np.int64)
    table[np.array(order, dtype=np.int64) + 1] = np.arange(1, len(words) + 1)
    return Column(column.name, table[column.codes], column.values.take(pa.array(order, pa.int64())))
