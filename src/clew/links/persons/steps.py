"""The columns of a waterfall: one row a step of a pair. Here so that what only reads them loads no linkage."""

from __future__ import annotations

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("left", pa.string()),
        ("right", pa.string()),
        ("step", pa.int16()),
        ("field", pa.string()),
        ("agreement", pa.string()),
        ("bits", pa.float64()),
        ("total", pa.float64()),
    ]
)
