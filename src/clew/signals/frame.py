"""Detectors over a table of records: claims by record id instead of by row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.signals import scan
from clew.signals.date.anchor import anchored

CLAIMS = pa.schema(
    [
        ("id", pa.string()),
        ("kind", pa.string()),
        ("value", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("confidence", pa.float32()),
        ("detector", pa.string()),
    ]
)
FAILED = "failed"
"""The kind of a row that says: this detector could not read this text. Its value is the reason."""


def scan_table(table: pa.Table, *, region: str | None = None, name_key: bytes | None = None) -> pa.Table:
    """One row a claim, in the order of the records, from columns `id` and `text`; failures are rows of kind `failed`.

    Where a column `posted` (dates or times) says when a record appeared, a date that needs it ("until Friday", "3-7 May") is
    worked out from that day; without one it stays as said (../weekday-5, --05-03/--05-07).
    """
    ids = table["id"].combine_chunks()
    detection = scan(table["text"], region=region, name_key=name_key)
    found = detection.signals
    failures = detection.failures
    empty = pa.nulls(failures.num_rows, pa.int32())
    rows = pa.concat_tables(
        [
            found.select(["row", "kind", "value", "start", "end", "confidence", "detector"]),
            pa.table(
                {
                    "row": failures["row"],
                    "kind": pa.repeat(pa.scalar(FAILED), failures.num_rows),
                    "value": failures["reason"],
                    "start": empty,
                    "end": empty,
                    "confidence": empty.cast(pa.float32()),
                    "detector": failures["detector"],
                }
            ),
        ]
    ).sort_by([("row", "ascending"), ("start", "ascending"), ("kind", "ascending")])
    if "posted" in table.column_names:
        rows = rows.set_column(2, "value", dated(rows, table["posted"]))
    named = rows.set_column(0, "id", ids.take(rows["row"].combine_chunks()))
    return named.cast(CLAIMS)


def dated(rows: pa.Table, posted: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The values of the claims, dates worked out from the day each record was posted; each pair of value and day once.

    `rows` are claims with their `row`, which counts in `posted` (dates or times, null where nobody knows).
    """
    values = rows["value"].combine_chunks()
    at = np.flatnonzero(pc.equal(rows["kind"], "date").to_numpy(zero_copy_only=False))
    days = posted.cast(pa.date32()).take(rows["row"].combine_chunks().take(pa.array(at)))
    said = pa.table({"value": values.take(pa.array(at)), "day": days})
    known = {
        (one["value"], one["day"]): anchored(one["value"], one["day"]) if one["day"] else one["value"]
        for one in said.group_by(["value", "day"]).aggregate([]).to_pylist()
    }
    made = [known[pair] for pair in zip(said["value"].to_pylist(), said["day"].to_pylist(), strict=True)]
    is_date = np.zeros(len(values), bool)
    is_date[at] = True
    return pc.replace_with_mask(values, pa.array(is_date), pa.array(made, values.type))
