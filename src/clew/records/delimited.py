"""Reads CSV and TSV: a row that is no row is rejected alone, never repaired and never lost."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from clew.records.contents import utf8
from clew.records.delimited_rows import Rows, numbers, orderly, rows_of
from clew.records.raw import Format, Raw, check_header
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import UnreadableInput

_SAMPLE = 1 << 18
_BLOCK = 1 << 24
_BINARY_HEAD = 1 << 16
_BINARY_NULS = 16
"""So many NUL bytes in the first 64 KiB are no broken rows but another kind of file."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The rows below the header as UTF-8 (or bytes that claim to be), and what the head of the file says of them."""

    file: str
    body: bytes
    delimiter: str
    names: list[str]


def read(path: Path, layout: Format) -> Raw:
    text = _text(path, layout)
    if text.delimiter != "\t":
        return _parse(text, quoted=True)
    plain = _parse(text, quoted=False)
    if len(plain.rejects):
        quoted = _parse(text, quoted=True)
        if len(quoted.rejects) < len(plain.rejects):
            return quoted
    return _unquoted(plain)


def _text(path: Path, layout: Format) -> _Text:
    data = utf8(path, layout.encoding)
    if data.count(b"\0", 0, _BINARY_HEAD) >= _BINARY_NULS:
        raise UnreadableInput(f"{path.name}: binary content where text was expected; check the file and its extension")
    sample = data[:_SAMPLE].decode("utf-8", "replace")
    if not sample.strip("\r\n\t ,;"):
        raise UnreadableInput(f"{path.name}: no header and no rows")
    delimiter = _delimiter(sample, path)
    lines = csv.reader(
        io.StringIO(sample, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL,
    )
    try:
        cells = next(cells for cells in lines if cells)
    except (csv.Error, StopIteration) as error:
        raise UnreadableInput(f"{path.name}: the header cannot be read") from error
    if delimiter == "\t":
        cells = [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells]
    if not layout.header:
        return _Text(path.name, data, delimiter, [f"c{number}" for number in range(1, len(cells) + 1)])
    return _Text(path.name, data[_end_of_line(data, lines.line_num) :], delimiter, check_header(cells, path.name))


def _delimiter(text: str, path: Path) -> str:
    if ".tsv" in [suffix.lower() for suffix in path.suffixes]:
        return "\t"
    header = text.lstrip("\r\n").splitlines()[0]
    return max(",;\t|", key=lambda mark: (header.count(mark), mark == ","))


def _end_of_line(data: bytes, lines: int) -> int:
    ends = re.finditer(rb"\r\n|\n|\r", data)
    return next((end.end() for number, end in enumerate(ends, 1) if number == lines), len(data))


def _parse(text: _Text, *, quoted: bool) -> Raw:
    separator = text.delimiter.encode()
    if orderly(text.body, separator, quoted=quoted):
        table = _arrow(text, text.body, quoted=quoted)
        if table is not None:
            return Raw(table, numbers(text.body, table.num_rows, quoted=quoted), Rejects.none())
    return _row_by_row(text, rows_of(text.body, separator, len(text.names), quoted=quoted), quoted=quoted)


def _row_by_row(text: _Text, rows: Rows, *, quoted: bool) -> Raw:
    """The rows without fault, read as they stand, and the others as rejects."""
    fits = (rows.rules == "") & ~rows.blank
    edges = np.flatnonzero(np.diff(np.concatenate([[False], fits, [False]])))
    runs = zip(rows.starts[edges[::2]].tolist(), rows.ends[edges[1::2] - 1].tolist(), strict=True)
    table = _arrow(text, b"".join(text.body[start:end] for start, end in runs), quoted=quoted)
    kept = np.flatnonzero(fits) + 1
    if table is None or table.num_rows != len(kept):
        raise UnreadableInput(f"{text.file}: cannot be read as delimited text")
    return Raw(table, kept, _rejects(text, rows))


def _arrow(text: _Text, body: bytes, *, quoted: bool, block: int = _BLOCK) -> pa.Table | None:
    """Columns of bytes; None where a row has not as many cells as the header."""
    if not re.search(rb"[^\r\n]", body):
        return pa.table({name: pa.array([], pa.string()) for name in text.names})
    reading = pacsv.ReadOptions(column_names=text.names, use_threads=block == _BLOCK, block_size=block)
    parsing = pacsv.ParseOptions(
        delimiter=text.delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted
    )
    converting = pacsv.ConvertOptions(
        column_types=dict.fromkeys(text.names, pa.binary()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    try:
        return pacsv.read_csv(pa.BufferReader(body), reading, parsing, converting)
    except pa.ArrowInvalid as error:
        if "straddling" in str(error) and block < 1 << 30:
            return _arrow(text, body, quoted=quoted, block=1 << 30)
        return None


def _rejects(text: _Text, rows: Rows) -> Rejects:
    places = np.flatnonzero(rows.rules != "")
    if not len(places):
        return Rejects.none()
    bounds = zip(rows.starts[places].tolist(), rows.ends[places].tolist(), strict=True)
    lines = [_line(text.body[start:end]) for start, end in bounds]
    count = len(lines)
    columns = [(places + 1).tolist(), [None] * count, ["(row)"] * count, rows.rules[places].tolist(), lines]
    return Rejects(pa.table(columns, schema=REJECTS))


def _line(row: bytes) -> str:
    """The row as it stood; bytes that are no text are kept as backslash escapes."""
    return row.rstrip(b"\r\n").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _unquoted(raw: Raw) -> Raw:
    """Takes the quotes off cells of a TSV, where every cell that opens with one also closes with one."""
    table = raw.table
    for index, name in enumerate(table.column_names):
        column = table[name]
        opens = pc.fill_null(pc.starts_with(column, '"'), False)
        closes = pc.and_(pc.ends_with(column, '"'), pc.greater(pc.binary_length(column), 1))
        if not pc.any(opens).as_py() or pc.any(pc.and_not(opens, pc.fill_null(closes, False))).as_py():
            continue
        inner = pc.binary_replace_slice(pc.binary_replace_slice(column, 0, 1, b""), -1, 2**31 - 1, b"")
        table = table.set_column(index, name, pc.if_else(opens, pc.replace_substring(inner, '""', '"'), column))
    return Raw(table, raw.rows, raw.rejects)
