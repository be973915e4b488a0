"""Texts that are there many times, read once: the same advert posted a thousand times says the same a thousand times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.signals.base import Detection

Column: TypeAlias = Any
"""A `pa.Array` or `pa.ChunkedArray` of large strings."""
_Rows: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Different:
    """The different texts of a column in the order they come, and for each row which of them it is (-1: none)."""

    texts: Column
    which: _Rows

    @classmethod
    def of(cls, column: Column) -> Different:
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        coded = whole.dictionary_encode()
        return cls(coded.dictionary, coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64))

    def spread(self, detection: Detection) -> Detection:
        """What was found in the different texts, for every row, in the order of the rows."""
        if len(self.texts) == len(self.which):
            return detection
        return Detection(self._for_rows(detection.signals), self._for_rows(detection.failures))

    def _for_rows(self, table: pa.Table) -> pa.Table:
        found = np.bincount(table["row"].to_numpy(), minlength=len(self.texts))
        first = np.concatenate([np.zeros(1, np.int64), np.cumsum(found)])
        counts = np.where(self.which >= 0, found[self.which], 0) if len(found) else np.zeros(len(self.which), np.int64)
        before = np.cumsum(counts) - counts
        picked = np.repeat(first[self.which] - before, counts) + np.arange(counts.sum())
        rows = pa.array(np.repeat(np.arange(len(self.which)), counts), pa.int64())
        return table.take(pa.array(picked, pa.int64())).set_column(0, table.schema.field("row"), rows)
