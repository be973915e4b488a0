"""Reads case files in HTCDS 2.0: which column is which field, which rows are the form and not its answers.

The official templates' traps are known: a row of labels under the names, a name with a letter missing, a column without a
name, a thousand numbered rows that nobody filled, and labels of the address that disagree with the names above them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.htcds_sheets import MERGED, merged_names, merged_rows
from clew.records.json_array import as_raw
from clew.records.mapping import plain
from clew.records.raw import Format, Raw, read_raw, rejects_of
from clew.records.rejects import REJECTS
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError
from clew.standards.htcds import content, fields, rules

NUMBERED = "column_1"
"""The template's first column: numbers of its prepared rows, without a name."""
IDS = ("id", "caseid", "casenumber", "caseno", "recordid", "casid")
"""Names of columns that number the cases, without case and punctuation. HTCDS itself has no id."""

_AS_IT_SHOWS = Format()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file of cases in HTCDS columns, as it came."""

    raw: Raw
    """All columns under the file's own names, all of them text, without the rows of the form."""
    columns: Mapping[str, str]
    """Field of HTCDS or of an extension -> column of the file."""
    id_column: str | None
    unknown: tuple[str, ...]
    """Columns that are no field."""
    notes: tuple[str, ...]
    """What a person must know of the file before trusting it."""
    form_rows: int
    """Rows of the form that are no cases: labels, and prepared rows that nobody filled."""

    @property
    def ids(self) -> list[str | None]:
        if self.id_column is None:
            return [None] * int(self.raw.table.num_rows)
        return [value and str(value) for value in self.raw.table[self.id_column].to_pylist()]


def read_htcds(
    path: Path,
    form: Format = _AS_IT_SHOWS,
    *,
    given: Mapping[str, str] | None = None,
    id_column: str | None = None,
) -> Arrival:
    """The file's cases. `given` names columns that the file calls otherwise (field -> column).

    Raises UsageError for a column that the file has not (a mapping for another layout), UnreadableInput for a file
    in which no column is a field of the standard.
    """
    raw = resubmitted(as_raw(path, form) if path.suffix.lower() == ".json" else read_raw(path, form))
    raw = _as_text(raw)
    present = raw.table.column_names
    _check_given(given or {}, present, id_column)
    columns, notes = _columns(raw, given or {})
    if not columns:
        if merged_rows(path, form.sheet, title=True):
            raise UnreadableInput(
                f"{path.name}: no column is a field of HTCDS 2.0; merged cells stand above the header: delete the rows above the names of the columns"
            )
        raise UnreadableInput(f"{path.name}: no column is a field of HTCDS 2.0; name columns with --map FIELD=COLUMN")
    if (lost := merged_names(path, form.sheet)) is not None:
        raise UnreadableInput(
            f"{path.name}: merged cells in the header, from column {lost + 1} on: columns have lost their names; unmerge them and name each column"
        )
    chosen = id_column or _id_column(raw, columns)
    kept = _without_form(raw, [name for name in present if name != NUMBERED])
    kept = _without_merged(path, form, kept, columns, chosen)
    return Arrival(
        raw=kept,
        columns=columns,
        id_column=chosen,
        unknown=tuple(name for name in present if name not in columns.values() and name not in (chosen, NUMBERED)),
        notes=tuple(notes),
        form_rows=raw.table.num_rows - kept.table.num_rows - (len(kept.rejects) - len(raw.rejects)),
    )


def is_htcds(names: Sequence[str]) -> bool:
    """Whether the columns are HTCDS's: at least two of its field names, or one that is all the file has."""
    named = sum(_named(name) in fields() for name in names)
    return named >= 2 or (named >= 1 and len(names) <= 2)


def resubmitted(raw: Raw) -> Raw:
    """The original rows of a rejects file, with their old row numbers; any other file as it is."""
    import json

    if raw.table.column_names != REJECTS.names:
        return raw
    rows, items, lost = [], [], []
    for place, (number, text) in enumerate(
        zip(raw.table["row"].to_pylist(), raw.table["raw"].to_pylist(), strict=True)
    ):
        try:
            item = json.loads(text or "")
        except json.JSONDecodeError:
            item = None
        if isinstance(item, dict):
            items.append(item)
            rows.append(int(number) if str(number).isdecimal() else place + 1)
        else:
            lost.append(place)
    if not items:
        raise UnreadableInput("no rejected row in the file holds columns; nothing can be resubmitted")
    names = list(dict.fromkeys(name for item in items for name in item))
    table = pa.table({name: pa.array([_cell(item.get(name)) for item in items], pa.string()) for name in names})
    broken = rejects_of(
        raw.table.take(pa.array(lost, pa.int64())),
        np.array(lost, dtype=np.int64) + 1,
        "(row)",
        "row without columns cannot be resubmitted",
    )
    return Raw(table, np.array(rows, dtype=np.int64), raw.rejects + broken)


def _cell(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _as_text(raw: Raw) -> Raw:
    """Every column as trimmed text; what holds only spaces is empty."""
    table = raw.table
    for index, name in enumerate(table.column_names):
        column = table.column(index)
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
            column = pc.strftime(column, "%Y-%m-%d")
        if pa.types.is_list(column.type):
            column = pc.binary_join(column.cast(pa.list_(pa.string())), ";")
        text = pc.utf8_trim_whitespace(column.cast(pa.string()))
        table = table.set_column(index, name, pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))
    return replace(raw, table=table)


def _check_given(given: Mapping[str, str], present: Sequence[str], id_column: str | None) -> None:
    unknown = [name for name in given if name not in fields()]
    if unknown:
        raise UsageError(f"mapping: not fields of HTCDS 2.0: {', '.join(unknown)}")
    missing = [column for column in (*given.values(), *([id_column] if id_column else [])) if column not in present]
    if missing:
        raise MissingColumn(missing[0], present=tuple(present), hint="Is the mapping for another layout?")


def _named(name: str) -> str:
    """The field that a column name means, in any case, with the known misspellings; the name itself if none."""
    trimmed = name.strip()
    found: str = rules()["aliases"].get(trimmed, trimmed)
    return _by_plain_name().get(plain(found), found)


@cache
def _by_plain_name() -> Mapping[str, str]:
    return {plain(name): name for name in fields()}


@cache
def _by_label() -> Mapping[str, str]:
    """Labels that one field alone has; `Status` and `Type` are names of several."""
    labels = [f.label.casefold() for f in fields().values()]
    return {f.label.casefold(): f.name for f in fields().values() if labels.count(f.label.casefold()) == 1}


def _columns(raw: Raw, given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    labels = _label_row(raw)
    columns, notes = dict(given), []
    taken = set(given.values())
    answers = {name for name in raw.table.column_names if name.startswith("clew_")}
    for place, name in enumerate(raw.table.column_names):
        if name in taken:
            continue
        field = _named(name)
        if field not in fields() and name not in answers:
            field = _template_name(raw.table.column_names, place) or _by_label().get(name.strip().casefold(), name)
        if (field in fields() or name in answers) and field not in columns:
            columns[field] = name
    disagreeing = _disagreeing(columns, labels)
    if disagreeing:
        notes.append(
            f"the labels under the names say otherwise for {', '.join(disagreeing)}: the names were followed; "
            "look at these columns (the official template has this fault)"
        )
    return columns, notes


def _template_name(names: Sequence[str], place: int) -> str | None:
    """The field of the template's column without a name, known by its two neighbours."""
    own, labels = content()["template"]["names"], content()["template"]["labels"]
    if not 0 < place < min(len(names), len(own)) - 1 or names[place] != f"column_{place + 1}" or own[place]:
        return None
    neighbours = (names[place - 1], names[place + 1]) == (own[place - 1], own[place + 1])
    return _by_label().get(labels[place].casefold()) if neighbours else None


def _label_row(raw: Raw) -> dict[str, str]:
    """Column -> label, where the first row is the official template's second header row."""
    if not raw.table.num_rows:
        return {}
    first = {name: value for name, value in raw.table.slice(0, 1).to_pylist()[0].items() if value}
    labels = {f.label.casefold() for f in fields().values()}
    hits = sum(value.casefold() in labels for value in first.values())
    return first if hits >= 3 and hits >= 0.8 * len(first) else {}


def _disagreeing(columns: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    given = {name: labels.get(column, "").casefold() for name, column in columns.items()}
    known = {f.label.casefold() for f in fields().values()}
    return [name for name, label in given.items() if label in known and label != fields()[name].label.casefold()]


def _id_column(raw: Raw, columns: Mapping[str, str]) -> str | None:
    for name in raw.table.column_names:
        if plain(name) in IDS and name not in columns.values():
            return str(name)
    numbered = NUMBERED in raw.table.column_names and raw.table.num_rows > 0
    return NUMBERED if numbered and NUMBERED not in columns.values() else None


def _without_form(raw: Raw, named: Sequence[str]) -> Raw:
    filled = np.zeros(raw.table.num_rows, dtype=bool)
    for name in named:
        filled |= np.asarray(pc.is_valid(raw.table[name]))
    if _label_row(raw):
        filled[0] = False
    return Raw(raw.table.filter(pa.array(filled)), raw.rows[filled], raw.rejects)


def _without_merged(path: Path, form: Format, raw: Raw, columns: Mapping[str, str], id_column: str | None) -> Raw:
    """Rows under a merged cell: its value belongs to several rows or columns, and nobody knows which."""
    merged = merged_rows(path, form.sheet)
    if not merged or not raw.table.num_rows:
        return raw
    names = raw.table.column_names
    by_column = {column: name for name, column in columns.items()}
    for place in dict.fromkeys(merged.values()):
        hit = np.isin(raw.rows, [row for row, column in merged.items() if column == place])
        column = names[place] if place < len(names) else f"column_{place + 1}"
        if hit.any():
            ids = id_column if id_column in names and id_column != column else None
            field = by_column.get(column, column)
            gone = rejects_of(raw.table.filter(pa.array(hit)), raw.rows[hit], field, MERGED, ids)
            raw = Raw(raw.table.filter(pa.array(~hit)), raw.rows[~hit], raw.rejects + gone)
    return raw
