"""Case files as columns of text under the names of their layout, for the commands that read a case's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clew.safeguards.errors import MissingColumn, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.records.raw import Format, Raw
    from clew.records.rejects import Rejects

ID = "(id)"
"""The column that names the cases, added in front of the file's own. No file calls a column so."""

CONTRIBUTOR = "(contributor)"
"""The column that says who recorded the case, added for reports by contributor."""


@dataclass(frozen=True, slots=True)
class CaseTable:
    """One file: its rows under the layout's names with `ID` first, what could not be read, and the layout."""

    table: pa.Table
    rejects: Rejects
    layout: str | None
    """htcds, ctdc, or None for a file of its own making."""


def read_case_table(path: Path, form: Format, given: Mapping[str, str], id_column: str | None) -> CaseTable:
    """The file's cases. `given` names columns that the file calls otherwise (the layout's name -> the file's).

    Rows of the form itself (labels, prepared rows that nobody filled) are no cases. A row whose id came before is
    rejected. Without a column that names the rows MissingColumn is raised, except in layouts that have none.
    """
    from clew.records.case_layouts import layout_of
    from clew.records.htcds import is_htcds, read_htcds
    from clew.records.raw import read_raw

    if path.suffix.lower() == ".json" or is_htcds(read_raw(path, form).table.column_names):
        arrival = read_htcds(path, form, given=given, id_column=None if id_column == "row" else id_column)
        raw, columns, id_column = arrival.raw, arrival.columns, id_column or arrival.id_column
        return _cases(raw, {theirs: ours for ours, theirs in columns.items()}, id_column or "row", "htcds")
    raw = read_raw(path, form)
    layout = layout_of(raw.table.column_names)
    names = raw.table.column_names
    missing = [theirs for theirs in given.values() if theirs not in names]
    if missing:
        raise MissingColumn(missing[0], present=tuple(names))
    found = id_column or next((name for name in names if name.casefold() in _IDS), "row" if layout else None)
    if found is None:
        raise MissingColumn(
            "id", present=tuple(names), hint="Name it with --id COLUMN, or number the rows with --id row."
        )
    return _cases(raw, {theirs: ours for ours, theirs in given.items()}, found, layout)


_IDS = ("id", "case_id", "caseid", "reference", "record_id")


def _cases(raw: Raw, renamed: Mapping[str, str], id_column: str, layout: str | None) -> CaseTable:
    import numpy as np
    import pyarrow as pa

    from clew.records.raw import rejects_of

    names = raw.table.column_names
    if id_column != "row" and id_column not in names:
        raise MissingColumn(id_column, present=tuple(names))
    ids = pa.array(raw.rows).cast(pa.string()) if id_column == "row" else raw.table[id_column].combine_chunks()
    codes = ids.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    repeated = np.ones(len(codes), dtype=bool)
    repeated[np.unique(codes, return_index=True)[1]] = False
    rejects = raw.rejects
    for rows, rule in ((codes < 0, "required and empty"), (repeated & (codes >= 0), "id given before")):
        if rows.any():
            gone = raw.table.filter(pa.array(rows))
            rejects += rejects_of(gone, raw.rows[rows], "id", rule, None if id_column == "row" else id_column)
    table = raw.table if id_column == "row" else raw.table.drop_columns([id_column])
    table = table.rename_columns([renamed.get(name, name) for name in table.column_names])
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise UsageError(f"--map: the file already has a column {', '.join(twice)}")
    table = table.add_column(0, ID, ids.cast(pa.string()))
    return CaseTable(table.filter(pa.array((codes >= 0) & ~repeated)), rejects, layout)
