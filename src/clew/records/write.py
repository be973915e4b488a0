"""Writes tables by extension. A file appears whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import UsageError

_XLSX_ROWS = 1_048_575


def write_table(table: pa.Table, path: Path) -> None:
    """Writes csv, tsv, jsonl, parquet or xlsx by extension; raises UsageError for another one.

    Text formats hold an instant as ISO 8601 in UTC, a date interval as EDTF, an age range as `9--17`, a list joined
    by `;`. In XLSX every cell is text or a number, never a formula.
    """
    writer = writer_for(path)
    with whole_file(path) as part:
        writer(table, part)


def writer_for(path: Path) -> Callable[[pa.Table, Path], None]:
    """The writer of this extension, so that a wrong one is refused before any work is done."""
    writers: Mapping[str, Callable[[pa.Table, Path], None]] = {
        ".csv": lambda table, part: _delimited(table, part, ","),
        ".tsv": lambda table, part: _delimited(table, part, "\t"),
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
        ".parquet": _parquet,
        ".xlsx": _spreadsheet,
    }
    try:
        return writers[path.suffix.lower()]
    except KeyError as error:
        raise UsageError(f"{path.name}: format not known; use .csv, .tsv, .jsonl, .parquet or .xlsx") from error


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and is gone when it does not."""
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no such folder to write to")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def textual(table: pa.Table) -> pa.Table:
    """The table with every imprecise, listed or timed column as text, the rest as it is."""
    for index, field in enumerate(table.schema):
        column = _column_text(table.column(index))
        if column is not None:
            table = table.set_column(index, field.name, column)
    return table


def _column_text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ") if kind.tz else pc.strftime(column, "%Y-%m-%dT%H:%M:%S")
    if pa.types.is_struct(kind):
        coded = column.combine_chunks()
        return pa.chunked_array([pa.array([_struct_text(value) for value in coded.to_pylist()], pa.string())])
    if pa.types.is_list(kind):
        return pc.binary_join(column.cast(pa.list_(pa.string())), ";")
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)
    return None


def _struct_text(value: dict[str, Any] | None) -> str | None:
    from clew.records.imprecise import AgeRange, DateInterval

    if value is None:
        return None
    if set(value) == {"first", "last"}:
        return str(DateInterval(value["first"], value["last"]))
    if set(value) == {"low", "high"}:
        return str(AgeRange(value["low"], value["high"]))
    return json.dumps(value, ensure_ascii=False, default=str)


def _delimited(table: pa.Table, part: Path, delimiter: str) -> None:
    from pyarrow import csv as pacsv

    pacsv.write_csv(textual(table), str(part), pacsv.WriteOptions(delimiter=delimiter, quoting_style="needed"))


def _parquet(table: pa.Table, part: Path) -> None:
    from pyarrow import parquet as pq

    pq.write_table(table, part, compression="zstd")


def _json_lines(table: pa.Table, part: Path) -> None:
    with part.open("w", encoding="utf-8") as file:
        for batch in textual(table).to_batches(max_chunksize=10_000):
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch.to_pylist())


def _spreadsheet(table: pa.Table, part: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    if table.num_rows > _XLSX_ROWS:
        raise UsageError(f"a spreadsheet holds at most {_XLSX_ROWS} rows; write .csv or .parquet")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("clew")
    sheet.append(table.column_names)
    for batch in textual(table).to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            cells = []
            for value in row.values():
                cell = WriteOnlyCell(sheet, value=_cell_text(value))
                if isinstance(value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    book.save(part)


def _cell_text(value: Any) -> Any:
    """Without the control characters that XML 1.0 cannot hold."""
    if not isinstance(value, str):
        return value
    return "".join(c for c in value if c >= " " or c in "\t\n\r")[:32_767]
