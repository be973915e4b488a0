"""Reads XLSX. What a formula would show depends on who opens it, so a row with a formula is rejected, not evaluated."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import pyarrow as pa

from clew.records.raw import Format, Raw, as_json, check_header
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import UnreadableInput, UsageError

_LARGEST_UNPACKED = 1 << 30
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What `zipfile` raises at a member that is damaged, of an unknown method, or under a password."""
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read(path: Path, layout: Format) -> Raw:
    """The first sheet that holds anything, or the sheet that `layout` names; the first filled row is the header."""
    from python_calamine import CalamineError, CalamineWorkbook

    _refuse_bombs(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableInput(f"{path.name}: not a readable XLSX file") from error
    name = _choose(sheets, layout, path)
    cells = sheets[name]
    start = next((number for number, row in enumerate(cells) if any(cell != "" for cell in row)), None)
    if start is None:
        raise UnreadableInput(f"{path.name}: sheet {name} is empty")
    width = (
        max(number for number, cell in enumerate(cells[start], 1) if cell != "") if layout.header else len(cells[start])
    )
    names = (
        check_header([str(cell) for cell in cells[start][:width]], path.name)
        if layout.header
        else [f"c{n}" for n in range(1, width + 1)]
    )
    return _table(names, cells, start + int(layout.header), _formulas(path, name))


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as pack:
            size = sum(item.file_size for item in pack.infolist())
    except _DAMAGED as error:
        raise UnreadableInput(f"{path.name}: not a readable XLSX file") from error
    if size > _LARGEST_UNPACKED:
        raise UnreadableInput(f"{path.name}: unpacks to more than {_LARGEST_UNPACKED >> 30} GiB")


def _choose(sheets: dict[str, list[list[Any]]], layout: Format, path: Path) -> str:
    if layout.sheet is not None:
        if layout.sheet not in sheets:
            raise UsageError(f"sheet: {path.name} has no sheet of that name; it has {', '.join(sheets)}")
        return layout.sheet
    for name, cells in sheets.items():
        if any(cell != "" for row in cells for cell in row):
            return name
    raise UnreadableInput(f"{path.name}: every sheet is empty")


def _table(names: list[str], cells: list[list[Any]], first: int, formulas: dict[int, dict[int, str]]) -> Raw:
    kept: list[list[str | None]] = []
    rows: list[int] = []
    bad: list[tuple[int, str | None, str, str, str]] = []
    for number, row in enumerate(cells[first:], 1):
        texts = [_text(cell) for cell in row[: len(names)]]
        texts += [None] * (len(names) - len(texts))
        formula = formulas.get(first + number)
        surplus = [cell for cell in row[len(names) :] if cell != ""]
        if formula or surplus:
            whole = dict(zip(names, texts, strict=True)) | {
                _name(names, c): f"={f}" for c, f in (formula or {}).items()
            }
            whole |= {f"column_{len(names) + 1 + index}": _text(cell) for index, cell in enumerate(surplus)}
            field = _name(names, min(formula)) if formula else "(row)"
            rule = "formula in a cell" if formula else f"row has more cells than the {len(names)} of the header"
            bad.append((number, None, field, rule, as_json(whole)))
        elif any(text is not None for text in texts):
            kept.append(texts)
            rows.append(number)
    columns = list(zip(*kept, strict=True)) if kept else [()] * len(names)
    table = pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
    rejects = Rejects(pa.table(list(zip(*bad, strict=True)), schema=REJECTS)) if bad else Rejects.none()
    return Raw(table, np.array(rows, dtype=np.int64), rejects)


def _name(names: list[str], column: int) -> str:
    return names[column] if column < len(names) else f"column_{column + 1}"


def _text(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def _formulas(path: Path, sheet: str) -> dict[int, dict[int, str]]:
    """1-based row -> 0-based column -> formula, read from the sheet's own XML.

    A formula of many cells (array or shared) stands in one of them and counts in all that its range names.
    """
    from xml.etree import ElementTree

    found: dict[int, dict[int, str]] = defaultdict(dict)
    filled: set[tuple[int, int]] = set()
    ranges: list[tuple[str, str]] = []
    try:
        with zipfile.ZipFile(path) as pack, pack.open(_member(pack, sheet)) as xml:
            for _, cell in ElementTree.iterparse(xml):  # noqa: S314 (expat of CPython >= 3.11 refuses entity bombs)
                if cell.tag == f"{_MAIN}c":
                    place = _place(cell.get("r", ""))
                    filled.add(place)
                    formula = cell.find(f"{_MAIN}f")
                    if formula is not None:
                        found[place[0]][place[1]] = formula.text or ""
                        ranges.append((formula.get("ref", ""), formula.text or ""))
                    cell.clear()
        _spread(found, sorted({item for item in ranges if item[0]}), filled)
    except (KeyError, StopIteration, AttributeError, ParseError, *_DAMAGED) as error:
        raise UnreadableInput(f"{path.name}: sheet {sheet} cannot be read") from error
    return dict(found)


def _spread(
    found: dict[int, dict[int, str]], ranges: list[tuple[str, str]], filled: Collection[tuple[int, int]]
) -> None:
    """Puts the formula of each range into those of its cells that the sheet holds and that have none of their own."""
    for reference, formula in ranges:
        first, _, last = reference.replace("$", "").partition(":")
        if not last:
            continue
        (top, left), (bottom, right) = _place(first), _place(last)
        covered = (bottom - top + 1) * (right - left + 1)
        cells = (
            filled
            if covered > len(filled)
            else ((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
        )
        for row, column in cells:
            if top <= row <= bottom and left <= column <= right and (row, column) in filled:
                found[row].setdefault(column, formula)


def _member(pack: zipfile.ZipFile, sheet: str) -> str:
    from xml.etree import ElementTree

    book = ElementTree.fromstring(pack.read("xl/workbook.xml"))  # noqa: S314
    links = ElementTree.fromstring(pack.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    wanted = next(item.get(_LINK) for item in book.iter(f"{_MAIN}sheet") if item.get("name") == sheet)
    target = next(item.get("Target", "") for item in links if item.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _place(reference: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"([A-Z]*)(\d*)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits or 0), column - 1
