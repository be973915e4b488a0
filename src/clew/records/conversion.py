"""Carries cases from one layout into another by way of HTCDS, with a report of what the target cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.conversion_ages import ages_at_registration
from clew.records.conversion_back import read_back
from clew.records.conversion_losses import losses
from clew.records.conversion_rules import with_industries, written
from clew.records.conversion_units import by_unit
from clew.records.htcds import is_htcds, read_htcds, resubmitted
from clew.records.htcds_validation import validate
from clew.records.json_array import as_raw
from clew.records.raw import Format, Raw, read_raw
from clew.records.rejects import Rejects
from clew.safeguards.errors import UnreadableInput, UsageError
from clew.standards.crosswalks import NAMES, Crosswalk, crosswalk, fitting
from clew.standards.htcds import EXTENSION_PREFIX, fields, standard_fields

PLAIN = "an extension of clew's; left out as asked"
NOT_A_FIELD = "no field of the layout that the file is in"
Codes = Mapping[tuple[str, str], str]
"""(variable, value in HTCDS) -> code of the target's own list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Cases in the target layout, the rows that could not be taken, and what was lost on the way."""

    table: pa.Table
    rejects: Rejects
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be converted into what."""

    target: str
    """htcds, or a layout of the crosswalks."""
    source: str | None = None
    """The layout of the file; None to know it by its columns."""
    plain: bool = False
    """HTCDS without clew's extensions."""
    given: Mapping[str, str] | None = None
    """HTCDS field -> column, for a file of its own making."""
    id_column: str | None = None
    date_order: str | None = None
    codes: Codes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cases:
    table: pa.Table
    rejects: Rejects
    source: str
    has_ids: bool
    unknown: Mapping[str, int]
    notes: tuple[str, ...]


def convert(path: Path, ask: Ask, form: Format | None = None, *, today: date) -> Conversion:
    """The file's cases in the target layout. Raises UsageError for a layout that the file is not in."""
    if ask.target != "htcds":
        crosswalk(ask.target)
    cases = _read(path, ask, form or Format(), today)
    if ask.target == "htcds":
        table, lost = _as_htcds(cases, plain=ask.plain)
        return _done(cases, ask, table, lost, [])
    layout = crosswalk(ask.target)
    ages = ages_at_registration(cases.table)
    lost = losses(cases.table, layout, ages, has_ids=cases.has_ids)
    if layout.units:
        table, uncoded = by_unit(cases.table, layout, ask.codes or {})
        return _done(cases, ask, table, [*lost, *uncoded], [])
    wide = with_industries(cases.table)
    columns = {rule.column: written(rule, wide, ages, layout) for rule in layout.rules}
    unfilled = [name for name, column in columns.items() if column.null_count == len(column)]
    if layout.empty:
        columns = {name: pc.fill_null(column, layout.empty) for name, column in columns.items()}
    return _done(cases, ask, pa.table(columns), lost, unfilled)


def _done(cases: _Cases, ask: Ask, table: pa.Table, lost: list[dict[str, Any]], unfilled: list[str]) -> Conversion:
    strange = [{"field": name, "rows": rows, "why": NOT_A_FIELD} for name, rows in cases.unknown.items()]
    report = {
        "from": cases.source,
        "to": ask.target,
        "rows": cases.table.num_rows + len(cases.rejects),
        "converted": cases.table.num_rows,
        "rejected": len(cases.rejects),
        "losses": sorted([*strange, *lost], key=lambda entry: (-entry["rows"], entry["field"])),
        "unfilled": unfilled,
        "notes": list(cases.notes),
    }
    return Conversion(table=table, rejects=cases.rejects, report=report)


def _read(path: Path, ask: Ask, form: Format, today: date) -> _Cases:
    raw = resubmitted(as_raw(path, form) if path.suffix.lower() == ".json" else read_raw(path, form))
    names = raw.table.column_names
    source = ask.source or ("htcds" if ask.given or is_htcds(names) else fitting(names))
    if source is None:
        raise UnreadableInput(
            f"{path.name}: in no layout that is known (htcds, {', '.join(NAMES)}); name columns with --map FIELD=COLUMN"
        )
    if source == "htcds":
        return _from_htcds(path, ask, form, today)
    return _from_layout(raw, crosswalk(source), path)


def _from_htcds(path: Path, ask: Ask, form: Format, today: date) -> _Cases:
    arrival = read_htcds(path, form, given=ask.given, id_column=ask.id_column)
    checked = validate(arrival, date_order=ask.date_order, today=today)
    unknown = {
        name: len(column) - column.null_count for name in arrival.unknown for column in [arrival.raw.table[name]]
    }
    return _Cases(
        table=checked.cases,
        rejects=checked.rejects,
        source="htcds",
        has_ids=arrival.id_column is not None,
        unknown={name: rows for name, rows in unknown.items() if rows},
        notes=arrival.notes,
    )


def _from_layout(raw: Raw, layout: Crosswalk, path: Path) -> _Cases:
    if layout.one_way:
        raise UsageError(f"--from: {layout.name} can be written, not read")
    table = raw.table
    for index, name in enumerate(table.column_names):
        text = pc.utf8_trim_whitespace(table.column(index).cast(pa.string()))
        table = table.set_column(index, name, pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))
    known = {name for rule in layout.rules for name in (rule.column, *rule.names)}
    if len(known & set(table.column_names)) < 2:
        fits = fitting(table.column_names) or ("htcds" if is_htcds(table.column_names) else "none that is known")
        raise UsageError(f"--from: {path.name} is not in the layout {layout.name}; its columns are those of {fits}")
    kept, cases, names = read_back(Raw(table, raw.rows, raw.rejects), layout)
    unknown = {
        name: kept.table.num_rows - kept.table[name].null_count for name in table.column_names if name not in names
    }
    return _Cases(
        table=cases,
        rejects=kept.rejects,
        source=layout.name,
        has_ids=False,
        unknown={name: rows for name, rows in unknown.items() if rows},
        notes=(),
    )


def _as_htcds(cases: _Cases, *, plain: bool) -> tuple[pa.Table, list[dict[str, Any]]]:
    """The standard's fields in its order, then clew's extensions, without columns that say nothing."""
    order = [f.name for f in standard_fields() if f.name in cases.table.column_names]
    added = [name for name in cases.table.column_names if name.startswith(EXTENSION_PREFIX)]
    added = [name for name in added if cases.table[name].null_count < cases.table.num_rows or name in fields()]
    if not plain:
        return cases.table.select(["id", *order, *added]), []
    said = {name: cases.table[name] for name in added}
    lost = [{"field": name, "rows": len(column) - column.null_count, "why": PLAIN} for name, column in said.items()]
    return cases.table.select(["id", *order]), [entry for entry in lost if entry["rows"]]


def rows_lost(report: Mapping[str, Any]) -> int:
    """The most rows that any one field loses something in."""
    return int(np.max([0, *(entry["rows"] for entry in report["losses"])]))
