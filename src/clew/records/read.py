"""Reads files into typed columns of a kind, or into plain columns; rejects are kept beside."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.case_layouts import layout_of, unfold
from clew.records.column_names import counted, shown
from clew.records.kinds import Field, Kind
from clew.records.mapping import ROW_NUMBER, Mapping, guess
from clew.records.raw import Format, Raw, checked, read_columns, read_raw, rejects_of
from clew.records.rejects import Rejects
from clew.records.typing import fit
from clew.safeguards.errors import MissingColumn


@dataclass(frozen=True, slots=True)
class Read:
    """What a file held: the rows that could be read, in order, and the others, whole."""

    table: pa.Table
    rejects: Rejects

    @property
    def seen(self) -> int:
        return int(self.table.num_rows) + len(self.rejects)


def read_table(path: Path, layout: Format = Format()) -> Read:  # noqa: B008 (frozen)
    """All columns under their own names, as text (Parquet keeps its types)."""
    raw = read_raw(path, layout)
    return Read(raw.table, raw.rejects)


def read_file(path: Path, kind: Kind, mapping: Mapping | None = None, *, only: Sequence[str] | None = None) -> Read:
    """Rows of one kind with the kind's columns and types; `only` restricts the columns to these fields.

    Rejected are rows whose value does not fit its field, that lack a required value, or repeat an id. A required
    field without a column raises MissingColumn. Without a mapping the columns are guessed from their names.
    """
    raw = read_columns(path, mapping.layout if mapping else Format())
    if mapping is None:
        mapping = guess(kind, raw.table.column_names)
    return Read(*_typed(raw, kind, mapping, only))


def mapped(raw: Raw, kind: Kind, mapping: Mapping, only: Sequence[str] | None = None) -> Read:
    """The same for a file already in columns."""
    return Read(*_typed(raw, kind, mapping, only))


def _typed(raw: Raw, kind: Kind, mapping: Mapping, only: Sequence[str] | None) -> tuple[pa.Table, Rejects]:
    fields = [f for f in kind.fields if only is None or f.name in only]
    raw = checked(raw, _used(raw, kind, mapping, fields))
    if kind.name == "case":
        raw, mapping = unfold(raw, mapping)
    mapping = _with_row_numbers(raw, mapping)
    raw = _numbered(raw, mapping)
    _check_columns(raw, fields, mapping)
    columns, faults = {}, []
    for f in fields:
        columns[f.name], broken, rule = _column(raw, f, mapping)
        faults.append((f.name, broken, rule))
        if f.required:
            faults.append((f.name, _is_empty(columns[f.name]), "required and empty"))
    faults.append(("id", _repeated(columns["id"]), "id given before"))
    table = pa.table(columns, schema=pa.schema([(f.name, f.type) for f in fields]))
    return _divide(table, raw, faults, mapping.columns.get("id"))


def _is_empty(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """True where there is no value; a text without a sign is none, whichever way a format writes it."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return pc.is_null(column)
    return pc.fill_null(pc.equal(pc.binary_length(column), 0), True)


def _used(raw: Raw, kind: Kind, mapping: Mapping, fields: Sequence[Field]) -> set[str]:
    """The columns that are read; in a layout that is unfolded, all."""
    if kind.name == "case" and layout_of(raw.table.column_names):
        return set(raw.table.column_names)
    return {mapping.columns[f.name] for f in fields if f.name in mapping.columns}


def _with_row_numbers(raw: Raw, mapping: Mapping) -> Mapping:
    given = mapping.columns.get("id")
    if given == ROW_NUMBER and ROW_NUMBER not in raw.table.column_names:
        return replace(mapping, columns={**mapping.columns, "id": "(row number)"})
    return mapping


def _numbered(raw: Raw, mapping: Mapping) -> Raw:
    if mapping.columns.get("id") != "(row number)":
        return raw
    numbers = pa.array(raw.rows).cast(pa.string())
    return Raw(raw.table.append_column("(row number)", numbers), raw.rows, raw.rejects)


def _check_columns(raw: Raw, fields: Sequence[Field], mapping: Mapping) -> None:
    present = tuple(raw.table.column_names)
    for f in fields:
        given = mapping.columns.get(f.name)
        if given is not None and given not in present:
            raise _missing(given, present)
        if f.required and given is None and f.name not in mapping.constants:
            raise _missing(f.name, present, _hint(f))


def _missing(name: str, present: tuple[str, ...], hint: str = "") -> MissingColumn:
    if shown(present):
        return MissingColumn(name, present=present, hint=hint)
    return MissingColumn(name, hint=f"{counted(present)} {hint}".strip())


def _hint(f: Field) -> str:
    if f.name == "id":
        return "Name it with --id COLUMN, or number the rows with --id row."
    return f"Name it with --{f.name} COLUMN." if f.name == "text" else f"Name it with --map {f.name}=COLUMN."


def _column(raw: Raw, f: Field, mapping: Mapping) -> tuple[pa.Array, pa.Array, str]:
    name = mapping.columns.get(f.name)
    size = raw.table.num_rows
    if name is not None:
        column = raw.table[name]
    else:
        column = pa.chunked_array([pa.repeat(pa.scalar(mapping.constants.get(f.name), pa.string()), size)])
    if f.name in mapping.values:
        column = _translated(column, mapping.values[f.name])
    return fit(column, f, date_format=mapping.formats.get(f.name), empty_answer=mapping.empty_answer)


def _translated(column: pa.ChunkedArray, values: MappingOf[str, str]) -> pa.ChunkedArray:
    text = column.cast(pa.string())
    place = pc.index_in(text, pa.array(list(values), pa.string()))
    return pc.coalesce(pa.array(list(values.values()), pa.string()).take(place.combine_chunks()), text)


def _repeated(ids: pa.Array) -> pa.Array:
    """True where the same id came before."""
    encoded = ids.dictionary_encode()
    if len(encoded.dictionary) == len(ids):
        return pa.array(np.zeros(len(ids), dtype=bool))
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    repeated = np.ones(len(codes), dtype=bool)
    repeated[np.unique(codes, return_index=True)[1]] = False
    return pa.array(repeated & (codes >= 0))


def _divide(
    table: pa.Table, raw: Raw, faults: list[tuple[str, pa.Array, str]], id_column: str | None
) -> tuple[pa.Table, Rejects]:
    rejects, broken_yet = raw.rejects, np.zeros(table.num_rows, dtype=bool)
    for name, broken, rule in faults:
        fresh = np.asarray(broken) & ~broken_yet
        if fresh.any():
            gone = raw.table.filter(pa.array(fresh))
            rejects += rejects_of(gone, raw.rows[fresh], name, rule, id_column)
            broken_yet |= fresh
    if not broken_yet.any():
        return table, rejects
    return table.filter(pa.array(~broken_yet)), rejects
