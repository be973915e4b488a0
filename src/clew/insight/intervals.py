"""Columns of counts that may be suppressed. A suppressed cell is an interval and stays one: no number is made of it.

A table of cells has `count_low` and `count_high` (int64, both included), `suppressed` and `text` (`<5`, `103`,
`104 to 107`), as `records.imprecise.Count` has them one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.imprecise import Count
from clew.safeguards.errors import UsageError

CELLS: tuple[tuple[str, pa.DataType], ...] = (
    ("count_low", pa.int64()),
    ("count_high", pa.int64()),
    ("suppressed", pa.bool_()),
    ("text", pa.string()),
)


def cells(low: pa.Array | np.ndarray, high: pa.Array | np.ndarray) -> dict[str, pa.Array]:
    """The four columns of counts known to lie between `low` and `high`."""
    first, last = _int64(low), _int64(high)
    suppressed = pc.not_equal(first, last)
    return {"count_low": first, "count_high": last, "suppressed": suppressed, "text": _text(first, last, suppressed)}


def suppress(counts: Sequence[int] | np.ndarray | pa.Array, below: int = 5) -> pa.Table:
    """Hides every count from 1 to `below` - 1 as the interval of all of them; zero and larger counts stay.

    >>> suppress([0, 3, 12])["text"].to_pylist()
    ['0', '<5', '12']

    The other cells of a line are left as they are, so whoever knows the line's exact total can subtract: give out
    `total` of the cells beside them, never the exact one.
    """
    if below < 2:
        raise UsageError("suppression: the smallest count shown must be 2 or more")
    values = np.asarray(counts, dtype=np.int64)
    if (values < 0).any():
        raise UsageError("suppression: a count is negative")
    small = (values > 0) & (values < below)
    return pa.table(cells(np.where(small, 1, values), np.where(small, below - 1, values)))


def total(table: pa.Table) -> Count:
    """The sum of cells as an interval: exact only where no cell is suppressed."""
    if table.num_rows == 0:
        return Count(0, 0)
    return Count(int(pc.sum(table["count_low"]).as_py()), int(pc.sum(table["count_high"]).as_py()))


def parse(text: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Low and high ends of written counts: `12`, `1,234`, `<5`. Null where it is none of these."""
    plain = pc.replace_substring(pc.utf8_trim_whitespace(_one(text).cast(pa.string())), ",", "")
    below = pc.starts_with(plain, "<")
    digits = pc.utf8_ltrim_whitespace(pc.utf8_ltrim(plain, "<"))
    readable = pc.match_substring_regex(plain, r"^<?\s*[0-9]{1,15}$")
    number = pc.if_else(readable, digits, None).cast(pa.int64())
    readable = pc.and_(pc.is_valid(number), pc.or_(pc.invert(below), pc.greater(number, 1)))
    high = pc.if_else(readable, pc.if_else(below, pc.subtract(number, 1), number), None)
    return pc.if_else(readable, pc.if_else(below, 1, number), None), high


def _one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _int64(values: pa.Array | np.ndarray) -> pa.Array:
    return (
        _one(values).cast(pa.int64())
        if isinstance(values, pa.Array | pa.ChunkedArray)
        else pa.array(values, pa.int64())
    )


def _text(low: pa.Array, high: pa.Array, suppressed: pa.Array) -> pa.Array:
    from_to = pc.binary_join_element_wise(low.cast(pa.string()), high.cast(pa.string()), " to ")
    below = pc.binary_join_element_wise("<", pc.add(high, 1).cast(pa.string()), "")
    return pc.if_else(suppressed, pc.if_else(pc.equal(low, 1), below, from_to), low.cast(pa.string()))
