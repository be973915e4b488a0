"""Reads a file of any supported format into columns of text, without judging what the columns mean.

Formats go by extension: csv, tsv, jsonl (each also .gz), parquet, xlsx. A file that cannot be read at all raises
`UnreadableInput`; a row that cannot be read becomes a reject and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.column_names import HINT, shown, twice
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import UnreadableInput, UsageError

LARGEST_CELL = 1 << 20
"""Bytes. A longer cell is nearly always a broken quote or an attack; its row is rejected and kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How to read a file whose own signs do not suffice. All optional."""

    encoding: str | None = None
    """Python's name of the character encoding; default UTF-8, or UTF-16 or UTF-32 by its byte order mark."""
    header: bool = True
    """False: the columns are called c1, c2, ..."""
    sheet: str | None = None
    """Name of the spreadsheet's sheet; default the first one with a header."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Columns as they stand in the file. `rows[i]` is the 1-based row in the file of row i of the table."""

    table: pa.Table
    rows: np.ndarray
    rejects: Rejects


def read_raw(path: Path, layout: Format = Format()) -> Raw:
    """What `read_columns` finds, `checked` in all its columns."""
    return checked(read_columns(path, layout))


def read_columns(path: Path, layout: Format = Format()) -> Raw:
    """The file's columns as they stand: text may still be bytes, and Parquet keeps its types.

    Raises UsageError for a path or extension that cannot be, UnreadableInput for a file that cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file" if not path.exists() else f"{path}: not a file")
    if path.stat().st_size == 0:
        raise UnreadableInput(f"{path.name}: the file is empty (0 bytes)")
    return _reader(path)(path, layout)


def _reader(path: Path) -> Callable[[Path, Format], Raw]:
    from clew.records import columnar_file, delimited, json_lines, spreadsheet

    readers: Mapping[str, Callable[[Path, Format], Raw]] = {
        ".csv": delimited.read,
        ".tsv": delimited.read,
        ".txt": delimited.read,
        ".jsonl": json_lines.read,
        ".ndjson": json_lines.read,
        ".parquet": columnar_file.read,
        ".xlsx": spreadsheet.read,
    }
    packed = path.suffix.lower() == ".gz"
    suffix = path.with_suffix("").suffix.lower() if packed else path.suffix.lower()
    reader = readers.get(suffix)
    if reader is None or (packed and suffix in {".parquet", ".xlsx"}):
        raise UsageError(f"{path.name}: format not known; use .csv, .tsv, .jsonl, .parquet or .xlsx")
    return reader


def reject_rows(raw: Raw, broken: pa.Array, field: str, rule: str) -> Raw:
    """Moves the rows where `broken` is true to the rejects, kept whole."""
    mask = np.asarray(broken.fill_null(False) if broken.null_count else broken)
    if not mask.any():
        return raw
    gone = raw.table.filter(pa.array(mask))
    rejects = rejects_of(gone, raw.rows[mask], field, rule)
    return Raw(raw.table.filter(pa.array(~mask)), raw.rows[~mask], raw.rejects + rejects)


def rejects_of(table: pa.Table, rows: np.ndarray, field: str, rule: str, id_column: str | None = None) -> Rejects:
    ids = (
        [None if value is None else str(value) for value in table[id_column].to_pylist()]
        if id_column
        else [None] * table.num_rows
    )
    raw = [as_json(row) for row in table.to_pylist()]
    columns = [rows.tolist(), ids, [field] * len(raw), [rule] * len(raw), raw]
    return Rejects(pa.table(columns, schema=REJECTS))


def as_json(row: Mapping[str, object]) -> str:
    import json

    return json.dumps(row, ensure_ascii=False, default=_printable)


def _printable(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def checked(raw: Raw, names: Collection[str] | None = None) -> Raw:
    """Rejects rows with a cell over the limit or with bytes that are not UTF-8, and turns the rest into text.

    Only in the columns named, where any are: what nobody asked for rejects nothing and stays as it is.
    """
    names = [name for name in raw.table.column_names if names is None or name in names]
    for name in names:
        if _is_bytes(raw.table.schema.field(name).type) or _is_text(raw.table.schema.field(name).type):
            too_long = pc.greater(pc.binary_length(raw.table[name]), LARGEST_CELL)
            if pc.any(too_long).as_py():
                raw = reject_rows(raw, too_long.combine_chunks(), name, f"cell larger than {LARGEST_CELL >> 20} MiB")
    for name in names:
        if _is_bytes(raw.table.schema.field(name).type):
            raw = _decoded(raw, raw.table.column_names.index(name), name)
    return raw


def _is_bytes(kind: pa.DataType) -> bool:
    return any((pa.types.is_binary(kind), pa.types.is_large_binary(kind), pa.types.is_fixed_size_binary(kind)))


def _is_text(kind: pa.DataType) -> bool:
    return any((pa.types.is_string(kind), pa.types.is_large_string(kind)))


def _decoded(raw: Raw, index: int, name: str) -> Raw:
    column = raw.table[name]
    if not pa.types.is_binary(column.type):
        column = column.cast(pa.binary())
    try:
        text = column.cast(pa.string())
    except pa.ArrowInvalid:
        rule = "not UTF-8 text (or not of the encoding that --encoding names)"
        raw = reject_rows(raw, pa.array([not _is_utf8(cell) for cell in column.to_pylist()]), name, rule)
        text = raw.table[name].cast(pa.binary()).cast(pa.string())
    return Raw(raw.table.set_column(index, name, text), raw.rows, raw.rejects)


def _is_utf8(cell: bytes | None) -> bool:
    try:
        (cell or b"").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def check_header(names: list[str], file: str) -> list[str]:
    """Column names, trimmed; an unnamed column is called by its number. A name given twice is refused."""
    named = [name.strip() or f"column_{number}" for number, name in enumerate(names, 1)]
    repeats = twice(named)
    if repeats:
        hint = "" if shown(named) else f". {HINT}"
        raise UnreadableInput(f"{file}: column name given twice: {repeats}{hint}")
    return named
