"""The world as files. Each file appears whole or not at all, and the same world is the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from clew.world.adverts import Progress, silent
from clew.world.build import World

TABLES = ("adverts", "postings", "images", "tips", "calls", "cases_ctdc", "conversations", "payments", "areas")


def write(world: World, out: Path, *, progress: Progress = silent) -> list[Path]:
    """Writes every file of the world under `out`, its truth under `out/truth`; answers the paths written, in order."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    total = len(TABLES) + 2 + len(world.truth) + len(world.pictures)
    for done, (name, content) in enumerate(_files(world), 1):
        written.append(_place(out / name, content))
        progress("files", done, total)
    return written


def _files(world: World) -> Iterator[tuple[str, bytes]]:
    for name in TABLES:
        yield f"{name}.csv", csv_bytes(getattr(world, name))
    yield "pages.jsonl", jsonl_bytes(world.pages)
    yield "cases_htcds.xlsx", xlsx_bytes(world.cases_htcds, "cases")
    for name, table in sorted(world.truth.items()):
        yield f"truth/{name}.csv", csv_bytes(table)
    for picture in world.pictures:
        yield f"images/{picture.id}.png", picture.png()


def _place(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)
    return path


def _plain(table: pa.Table) -> pa.Table:
    """Times as ISO 8601 in UTC, truth values as 1 and 0."""
    for at, field in enumerate(table.schema):
        column = table.column(at)
        if pa.types.is_timestamp(field.type):
            local = column.cast(pa.timestamp("us")).cast(pa.timestamp("s"))
            table = table.set_column(at, field.name, pc.strftime(local, "%Y-%m-%dT%H:%M:%SZ"))
        elif pa.types.is_boolean(field.type):
            table = table.set_column(at, field.name, column.cast(pa.int8()))
    return table


def csv_bytes(table: pa.Table) -> bytes:
    """UTF-8 with a header line; quotes only where needed; unknown is empty."""
    buffer = io.BytesIO()
    plain = _plain(table)
    buffer.write((",".join(plain.column_names) + "\n").encode())
    pyarrow.csv.write_csv(plain, buffer, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed"))
    return buffer.getvalue()


def jsonl_bytes(table: pa.Table) -> bytes:
    rows = _plain(table).to_pylist()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


_XLSX_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
}
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def xlsx_bytes(table: pa.Table, sheet: str) -> bytes:
    """A spreadsheet of one sheet, all cells text (ECMA-376). Written by hand: libraries put the time of day into it."""
    rows = [table.column_names, *(list(row.values()) for row in table.to_pylist())]
    body = "".join(f'<row r="{number}">{_cells(row, number)}</row>' for number, row in enumerate(rows, 1))
    sheets = f'<sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets>'
    parts = {
        **_XLSX_PARTS,
        "xl/workbook.xml": f"<workbook {_MAIN} {_RELATIONS}>{sheets}</workbook>",
        "xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData>{body}</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0)), _HEAD + text)
    return buffer.getvalue()


def _cells(row: list[str | None], number: int) -> str:
    return "".join(
        f'<c r="{_letters(at)}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
        for at, text in enumerate(row)
        if text
    )


def _letters(at: int) -> str:
    """Column names of a spreadsheet: A to Z, then AA and on."""
    return (chr(64 + at // 26) if at >= 26 else "") + chr(65 + at % 26)
