"""Finds merged cells in spreadsheets of cases. All but the first cell of a merge are empty in the file, so a value is lost."""

from __future__ import annotations

from pathlib import Path

MERGED = "merged cell"


def merged_rows(path: Path, sheet: str | None = None, *, title: bool = False) -> dict[int, int]:
    """Row (1 is the first after the header) -> first merged column (0-based). With `title`, those at or above the header.

    Empty for a file that is no spreadsheet.
    """
    if path.suffix.lower() != ".xlsx":
        return {}
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    for name in [sheet] if sheet else book.sheet_names:
        cells = book.get_sheet_by_name(name)
        header = next(
            (n for n, row in enumerate(cells.to_python(skip_empty_area=False)) if any(c != "" for c in row)), None
        )
        if header is not None:
            return _rows(cells.merged_cell_ranges or [], header, title=title)
    return {}


def _rows(ranges: list[tuple[tuple[int, int], tuple[int, int]]], header: int, *, title: bool) -> dict[int, int]:
    found: dict[int, int] = {}
    for (top, left), (bottom, _) in ranges:
        for row in range(top, bottom + 1):
            if (row <= header) is title:
                found[row - header] = min(left, found.get(row - header, left))
    return found
