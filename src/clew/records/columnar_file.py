"""Reads Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clew.records.raw import Format, Raw
from clew.records.rejects import Rejects
from clew.safeguards.errors import UnreadableInput

_UNCHECKED = {
    pa.string(): pa.binary(),
    pa.large_string(): pa.large_binary(),
    pa.string_view(): pa.binary(),
    pa.binary_view(): pa.binary(),
}


def read(path: Path, layout: Format) -> Raw:  # noqa: ARG001 (one signature for all readers)
    """All columns with their own types; dictionaries are unfolded, and text is bytes until it is checked."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableInput(f"{path.name}: not a readable Parquet file") from error
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(field.type.value_type))
    for index, field in enumerate(table.schema):
        if field.type in _UNCHECKED:  # Parquet does not promise that its text is UTF-8
            table = table.set_column(index, field.name, table.column(index).cast(_UNCHECKED[field.type]))
    return Raw(table, np.arange(1, table.num_rows + 1), Rejects.none())
