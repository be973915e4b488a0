"""Rows that could not be read. They are counted, named by row, field and rule, and kept whole; they are never lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

REJECTS = pa.schema(
    [
        ("row", pa.int64()),  # 1 is the first row after the header
        ("id", pa.string()),
        ("field", pa.string()),
        ("rule", pa.string()),
        ("raw", pa.string()),  # the row as JSON, or as its line where it has no columns
    ]
)


@dataclass(frozen=True, slots=True)
class Rejects:
    """Rejected rows in the order of the file; one line a row, naming the first rule that it broke."""

    table: pa.Table

    @classmethod
    def none(cls) -> Rejects:
        return cls(pa.Table.from_batches([], REJECTS))  # `empty_table` would load pandas

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __add__(self, other: Rejects) -> Rejects:
        return Rejects(pa.concat_tables([self.table, other.table]).sort_by("row"))

    def by_rule(self) -> dict[tuple[str, str], int]:
        """How many rows broke each (field, rule)."""
        pairs = zip(self.table["field"].to_pylist(), self.table["rule"].to_pylist(), strict=True)
        return dict(Counter(pairs).most_common())
