"""Sheets as people leave them: a blank first row, formulas that fill many cells."""

from __future__ import annotations

import re
import zipfile

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from clew.records import Format, read_table
from clew.safeguards.errors import UnreadableInput


def saved(tmp_path, *rows, change=None):
    book = openpyxl.Workbook()
    book.active.title = "notes"
    sheet = book.create_sheet("data")
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_data_below_a_blank_first_row_is_found(tmp_path):
    result = read_table(saved(tmp_path, [], [], ["id", "text"], ["1", "a"]))
    assert result.table.to_pylist() == [{"id": "1", "text": "a"}]
    with pytest.raises(UnreadableInput, match="every sheet is empty"):
        read_table(saved(tmp_path))
    with pytest.raises(UnreadableInput, match="sheet notes is empty"):
        read_table(saved(tmp_path, ["id"], ["1"]), Format(sheet="notes"))


def test_every_cell_of_an_array_formula_is_a_formula(tmp_path):
    def change(sheet):
        sheet["B2"] = ArrayFormula("B2:B3", "=A2:A3*2")

    path = saved(tmp_path, ["id", "n"], [1, 0], [2, 4], [3, 5], change=change)
    result = read_table(path)
    assert result.table["id"].to_pylist() == ["3"]
    assert [(r["row"], r["field"], r["rule"]) for r in result.rejects.table.to_pylist()] == [
        (1, "n", "formula in a cell"),
        (2, "n", "formula in a cell"),
    ]


def test_every_cell_of_a_shared_formula_is_a_formula(tmp_path):
    path = saved(tmp_path, ["id", "n"], [1, "=A2*2"], [2, 4], [3, 5])
    with zipfile.ZipFile(path) as pack:
        parts = {item: pack.read(item) for item in pack.namelist()}
    name = "xl/worksheets/sheet2.xml"
    parts[name] = re.sub(rb"<f>", b'<f t="shared" ref="B2:B3" si="0">', parts[name])
    with zipfile.ZipFile(path, "w") as pack:
        for item, content in parts.items():
            pack.writestr(item, content)
    result = read_table(path)
    assert result.table["id"].to_pylist() == ["3"]
    assert len(result.rejects) == 2
