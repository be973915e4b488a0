"""Writes tables by extension. A file appears whole or not at all."""

from __future__ import annotations

import io
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
    """A temporary path beside `path` that takes its place when the block ends well, and is gone when it does not.

    Raises UsageError where the disk or the folder does not take it.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no such folder to write to")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder")
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        os.close(handle)
        part = Path(name)
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({_reason(error)})") from error
    finally:
        if part is not None:
            with suppress(OSError):
                part.unlink()


def _reason(error: OSError) -> str:
    """The system's words, which name no value; Arrow leaves them out and keeps the number."""
    number = error.errno or next((n for n in (28, 13, 30, 122, 27) if f"[errno {n}]" in str(error).lower()), None)
    return os.strerror(number).lower() if number else "the disk or folder does not take it"


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
    whole = io.BytesIO()  # a zip file that cannot be finished on a full disk would print a traceback of its own
    try:
        sheet.append(table.column_names)
        for batch in textual(table).to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                sheet.append([_cell(WriteOnlyCell(sheet, value=_cell_text(value))) for value in row.values()])
        book.save(whole)
    except OSError:
        _abandon(sheet)
        raise
    part.write_bytes(whole.getbuffer())


def _cell(cell: Any) -> Any:
    """The cell with text as text, never as a formula."""
    if isinstance(cell.value, str):
        cell.data_type = "s"
    return cell


def _abandon(sheet: Any) -> None:
    """Closes what openpyxl still holds open in the temporary folder, which is as full as it was."""
    for stream in (sheet._rows, getattr(sheet._writer, "xf", None)):  # noqa: SLF001 (it has no other handle)
        if stream is not None:
            with suppress(OSError, RuntimeError):
                stream.close()


def _cell_text(value: Any) -> Any:
    """Without the control characters that XML 1.0 cannot hold."""
    if not isinstance(value, str):
        return value
    return "".join(c for c in value if c >= " " or c in "\t\n\r")[:32_767]
