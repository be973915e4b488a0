"""Writes cases as IC-TIP's four units: one row a unit, each with the event that it belongs to.

No code of IC-TIP is made up here: values stay HTCDS's until a code file that the user loads names the target's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.raw import read_raw
from clew.safeguards.errors import MissingColumn, UsageError
from clew.standards.crosswalks import Crosswalk
from clew.standards.htcds import fields as htcds_fields

UNCODED = "no code of IC-TIP was loaded for these values; HTCDS's stand there"
_COLUMNS = ("variable", "value", "code")


def load_codes(path: Path, layout: Crosswalk) -> dict[tuple[str, str], str]:
    """A code file: columns `variable` (as in `victim.gender`), `value` (HTCDS's) and `code`. Raises UsageError for a variable that is none."""
    raw = read_raw(path).table
    for name in _COLUMNS:
        if name not in raw.column_names:
            raise MissingColumn(name, present=tuple(raw.column_names))
    known = {f"{unit}.{variable}" for unit, variables in layout.units.items() for variable in variables}
    columns = [raw[name].to_pylist() for name in _COLUMNS]
    unknown = sorted({str(variable) for variable in columns[0] if variable not in known})
    if unknown:
        raise UsageError(f"codes: no variable {', '.join(unknown[:5])}; they are {', '.join(sorted(known))}")
    found: dict[tuple[str, str], str] = {}
    for number, (variable, value, code) in enumerate(zip(*columns, strict=True), 1):
        if not value or not code:
            raise UsageError(f"codes: row {number} lacks a value or a code")
        if found.setdefault((variable, value), code) != code:
            raise UsageError(f"codes: row {number} gives a value of {variable} a second code")
    return found


def by_unit(
    cases: pa.Table, layout: Crosswalk, codes: Mapping[tuple[str, str], str]
) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Columns unit, id, event and every variable. A unit of which a case says nothing has no row; the event always has one."""
    variables = list(dict.fromkeys(name for unit in layout.units.values() for name in unit))
    tables, uncoded = [], []
    for unit, fields in layout.units.items():
        columns = {}
        for variable, field in fields.items():
            columns[variable], left = _coded(cases, field, f"{unit}.{variable}", codes)
            if left:
                uncoded.append({"field": field, "rows": left, "why": UNCODED, "column": f"{unit}.{variable}"})
        tables.append(_unit(cases, unit, columns, variables, always=unit == "event"))
    return pa.concat_tables(tables), uncoded


def _unit(
    cases: pa.Table, unit: str, columns: Mapping[str, pa.Array], variables: list[str], *, always: bool
) -> pa.Table:
    said = np.full(cases.num_rows, always)
    for column in columns.values():
        said |= np.asarray(pc.is_valid(column))
    event = pc.binary_join_element_wise(cases["id"].combine_chunks().cast(pa.string()), pa.scalar("event"), "-")
    own = pc.binary_join_element_wise(cases["id"].combine_chunks(), pa.scalar(unit.replace(" ", "-")), "-")
    nothing = pa.nulls(cases.num_rows, pa.string())
    table = pa.table(
        {
            "unit": pa.repeat(pa.scalar(unit), cases.num_rows),
            "id": own,
            "event": event,
            **{name: columns.get(name, nothing) for name in variables},
        }
    )
    return table.filter(pa.array(said))


def _coded(cases: pa.Table, field: str, variable: str, codes: Mapping[tuple[str, str], str]) -> tuple[pa.Array, int]:
    """The column with the target's codes where they were loaded, and how many rows hold a value without one."""
    if field not in cases.column_names:
        return pa.nulls(cases.num_rows, pa.string()), 0
    known = htcds_fields()
    coded = cases[field].combine_chunks().dictionary_encode()
    own = {value: code for (name, value), code in codes.items() if name == variable}
    words, bare = [], []
    for value in coded.dictionary.to_pylist():
        parts = value.split(";")
        words.append(";".join(own.get(part, part) for part in parts))
        bare.append(any(part not in own for part in parts))
    left = np.isin(np.asarray(coded.indices.fill_null(-1)), np.flatnonzero(bare))
    listed = field in known and bool(known[field].codes)
    return pa.array(words, pa.string()).take(coded.indices), int(left.sum()) if listed else 0
