"""Reads CSV and TSV: rows of another length are rejected one by one, never repaired and never lost."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from clew.records.raw import Format, Raw, check_header
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import UnreadableInput, UsageError

_SAMPLE = 1 << 18
_BLOCK = 1 << 24
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the head of the file says of the rest."""

    encoding: str
    delimiter: str
    names: list[str]
    skip_lines: int


@dataclass(slots=True)
class _Misfits:
    """Collects rows with too many or too few cells, as pyarrow meets them."""

    columns: int
    found: list[tuple[int, str]] = field(default_factory=list)

    def __call__(self, row: pacsv.InvalidRow) -> str:
        self.found.append((row.number or 0, row.text))
        return "skip"


def read(path: Path, layout: Format) -> Raw:
    head = _head(path)
    shape = _shape(head, path, layout)
    if shape.delimiter != "\t":
        return _parse(path, shape, quoted=True)
    plain = _parse(path, shape, quoted=False)
    if len(plain.rejects):
        quoted = _parse(path, shape, quoted=True)
        if len(quoted.rejects) < len(plain.rejects):
            return quoted
    return _unquoted(plain)


def _open(path: Path) -> pa.NativeFile:
    try:
        return pa.input_stream(str(path), compression="gzip" if path.suffix.lower() == ".gz" else None)
    except OSError as error:
        raise UnreadableInput(f"{path.name}: cannot be opened") from error


def _head(path: Path) -> bytes:
    try:
        with _open(path) as stream:
            return bytes(stream.read(_SAMPLE))
    except OSError as error:
        raise UnreadableInput(f"{path.name}: not a readable gzip file") from error


def _shape(head: bytes, path: Path, layout: Format) -> _Shape:
    encoding = layout.encoding or next((name for bom, name in _BOMS.items() if head.startswith(bom)), "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise UsageError(f"encoding: {encoding} is not known") from error
    if encoding == "utf-8" and b"\0" in head:
        raise UnreadableInput(f"{path.name}: binary content where text was expected; check the file and its extension")
    text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    if not text.strip("\r\n\t ,;"):
        raise UnreadableInput(f"{path.name}: no header and no rows")
    delimiter = _delimiter(text, path)
    lines = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL,
    )
    try:
        cells = next(lines)
    except (csv.Error, StopIteration) as error:
        raise UnreadableInput(f"{path.name}: the header cannot be read") from error
    if delimiter == "\t":
        cells = [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells]
    if not layout.header:
        return _Shape(encoding, delimiter, [f"c{number}" for number in range(1, len(cells) + 1)], 0)
    return _Shape(encoding, delimiter, check_header(cells, path.name), lines.line_num)


def _delimiter(text: str, path: Path) -> str:
    if ".tsv" in [suffix.lower() for suffix in path.suffixes]:
        return "\t"
    header = text.splitlines()[0]
    return max(",;\t|", key=lambda mark: (header.count(mark), mark == ","))


def _parse(path: Path, shape: _Shape, *, quoted: bool) -> Raw:
    table, misfits = _arrow(path, shape, quoted=quoted, threads=True, block=_BLOCK)
    if misfits.found:  # once more in one thread: only then does pyarrow number the rows
        table, misfits = _arrow(path, shape, quoted=quoted, threads=False, block=_BLOCK)
    before = shape.skip_lines
    numbers = np.array([number for number, _ in misfits.found], dtype=np.int64) - before
    total = table.num_rows + len(numbers)
    kept = np.setdiff1d(np.arange(1, total + 1), numbers)
    if len(kept) != table.num_rows:  # numbers that cannot be trusted are not shown as if they could
        kept = np.arange(1, table.num_rows + 1)
    return Raw(table, kept, _rejects(misfits, numbers, shape))


def _arrow(path: Path, shape: _Shape, *, quoted: bool, threads: bool, block: int) -> tuple[pa.Table, _Misfits]:
    misfits = _Misfits(len(shape.names))
    text = pa.binary() if shape.encoding == "utf-8" else pa.string()
    options = {
        "read_options": pacsv.ReadOptions(
            column_names=shape.names,
            skip_rows=shape.skip_lines,
            encoding="utf8" if shape.encoding == "utf-8" else shape.encoding,
            use_threads=threads,
            block_size=block,
        ),
        "parse_options": pacsv.ParseOptions(
            delimiter=shape.delimiter,
            quote_char='"' if quoted else False,
            newlines_in_values=quoted,
            invalid_row_handler=misfits,
        ),
        "convert_options": pacsv.ConvertOptions(
            column_types=dict.fromkeys(shape.names, text),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    }
    try:
        with _open(path) as stream:
            return pacsv.read_csv(stream, **options), misfits
    except pa.ArrowInvalid as error:
        if "straddling" in str(error) and block < 1 << 30:
            return _arrow(path, shape, quoted=quoted, threads=False, block=1 << 30)
        if "Empty CSV" in str(error):
            return pa.table({name: pa.array([], pa.string()) for name in shape.names}), misfits
        raise UnreadableInput(f"{path.name}: cannot be read as delimited text in {shape.encoding}") from error
    except (OSError, UnicodeError) as error:
        raise UnreadableInput(f"{path.name}: is not text in {shape.encoding}") from error


def _rejects(misfits: _Misfits, numbers: np.ndarray, shape: _Shape) -> Rejects:
    if not misfits.found:
        return Rejects.none()
    rule = f"row has more or fewer cells than the {len(shape.names)} of the header"
    lines = [line for _, line in misfits.found]
    count = len(lines)
    columns = [numbers.tolist(), [None] * count, ["(row)"] * count, [rule] * count, lines]
    return Rejects(pa.table(columns, schema=REJECTS))


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
