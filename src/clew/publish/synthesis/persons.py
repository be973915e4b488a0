"""One row a person: what several rows of one person may move is bounded before anything is counted."""

from __future__ import annotations

import os

import numpy as np
import pyarrow as pa

from clew.publish.columns import coded


def one_row_each(table: pa.Table, person: str) -> pa.Table:
    """A row of chance for each person, without the column that names the person; a row that names none stands alone."""
    column = coded(table, [person])[0]
    rng = np.random.default_rng(int.from_bytes(os.urandom(32), "big"))
    order = rng.permutation(table.num_rows)
    codes = column.codes[order]
    first = np.unique(codes, return_index=True)[1]
    chosen = np.concatenate([order[first[codes[first] > 0]], np.flatnonzero(column.codes == 0)])
    return table.drop_columns([person]).take(pa.array(np.sort(chosen)))
