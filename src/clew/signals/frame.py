"""Detectors over a table of records: claims by record id instead of by row."""

from __future__ import annotations

import pyarrow as pa

from clew.signals import scan

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
    """One row a claim, in the order of the records, from columns `id` and `text`; failures are rows of kind `failed`."""
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
    named = rows.set_column(0, "id", ids.take(rows["row"].combine_chunks()))
    return named.cast(CLAIMS)
