"""Finds merged cells in spreadsheets of cases. All but the first cell of a merge are empty in the file, so a value is lost."""

from __future__ import annotations

from pathlib import Path

MERGED = "merged cell"
Range = tuple[tuple[int, int], tuple[int, int]]
"""Top and left, bottom and right, all 0-based."""


def merged_rows(path: Path, sheet: str | None = None, *, title: bool = False) -> dict[int, int]:
    """Row (1 is the first after the header) -> first merged column (0-based). With `title`, those at or above the header.

    Empty for a file that is no spreadsheet.
    """
    ranges, header = _merges(path, sheet)
    return _rows(ranges, header, title=title)


def merged_names(path: Path, sheet: str | None = None) -> int | None:
    """First column (0-based) of a merge over several columns of the header: the other columns have lost their names."""
    ranges, header = _merges(path, sheet)
    lost = [left for (top, left), (bottom, right) in ranges if top <= header <= bottom and right > left]
    return min(lost, default=None)


def _merges(path: Path, sheet: str | None) -> tuple[list[Range], int]:
    """The merged ranges of the sheet that is read, and where its header stands."""
    if path.suffix.lower() != ".xlsx":
        return [], 0
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    for name in [sheet] if sheet else book.sheet_names:
        cells = book.get_sheet_by_name(name)
        header = next(
            (n for n, row in enumerate(cells.to_python(skip_empty_area=False)) if any(c != "" for c in row)), None
        )
        if header is not None:
            return cells.merged_cell_ranges or [], header
    return [], 0


def _rows(ranges: list[Range], header: int, *, title: bool) -> dict[int, int]:
    found: dict[int, int] = {}
    for (top, left), (bottom, _) in ranges:
        for row in range(top, bottom + 1):
            if (row <= header) is title:
                found[row - header] = min(left, found.get(row - header, left))
    return found
