"""What was asked of which data, as one hash: the same release cannot be made twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import UsageError

Setting = str | int | float | bool | None | tuple[str, ...]


def fingerprint(table: pa.Table, method: str, settings: Mapping[str, Setting]) -> str:
    """SHA-256 of a table's content, the method and its settings, in hex.

    The order of rows and of columns, chunks and file formats change nothing; any value, name or setting does.
    An empty text counts as missing, as files of text write both alike.
    """
    asked = json.dumps({"method": method, "settings": dict(settings)}, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256()
    for part in (asked.encode(), _content(table)):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _content(table: pa.Table) -> bytes:
    """A digest of the multiset of rows."""
    while any(pa.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    names = sorted(table.column_names)
    digest = hashlib.sha256(json.dumps(names, ensure_ascii=False).encode())
    if names and table.num_rows:
        rows = pc.binary_join_element_wise(*(_framed(table, name) for name in names), pa.scalar("", pa.large_string()))
        rows = rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows
        digest.update(pc.take(rows, pc.sort_indices(rows)).buffers()[2] or b"")
    return digest.digest()


def _framed(table: pa.Table, name: str) -> pa.Array:
    """Each value behind its length, so that no two rows can read alike; `~` where it is missing."""
    try:
        text = table[name].combine_chunks().cast(pa.large_string())
    except pa.ArrowNotImplementedError as error:
        raise UsageError(f"{name}: columns of this type cannot be released") from error
    size = pc.utf8_length(text).cast(pa.large_string())
    framed = pc.binary_join_element_wise(size, text, pa.scalar(":", pa.large_string()))
    return pc.if_else(pc.fill_null(pc.equal(text, ""), True), "~", framed)
