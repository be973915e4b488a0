"""Reads case files in the layouts that the field agreed on: HTCDS 2.0 spreadsheets and the CTDC releases.

A ticked value of a list is yes; another value of an answered list is unknown, because nobody said no; a list that was
left empty was not asked. A CTDC flag of 0 is a stated no; an empty one is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.imprecise import Answer
from clew.records.kinds import KINDS
from clew.records.mapping import ROW_NUMBER
from clew.records.mapping import Mapping as ColumnMapping
from clew.records.raw import Raw
from clew.standards.listed import listed

_LABEL_ROW = {"Case Owner", "First Name", "Second Name"}
"""What the second header row of the official HTCDS template holds under the names of the first."""
EMPTY_WORDS = ("-99", "-99.0", "NULL", "null", "NA", "N/A")
"""What copies of the CTDC releases hold for an empty cell."""
_NUMBERED = "column_1"
"""The template's first column: the numbers of its prepared rows, without a name."""


def layout_of(columns: Sequence[str]) -> str | None:
    """htcds, ctdc, or None for a file of its own making."""
    if sum(name.startswith(("prs_", "vic_", "cas_")) for name in columns) >= 3:
        return "htcds"
    if {"isForcedLabour", "isSexualExploit"} <= set(columns):
        return "ctdc"
    return None


def unfold(raw: Raw, mapping: ColumnMapping) -> tuple[Raw, ColumnMapping]:
    """The file with one column a field of a case, where its layout is known; as it is where it is not.

    Columns that the mapping names stay in force; derived ones are added beside the file's own.
    """
    layout = layout_of(raw.table.column_names)
    if layout is None:
        return raw, mapping
    rules = _rules()[layout]
    raw = _prepared_rows_only(raw) if layout == "htcds" else raw
    columns = dict(mapping.columns)
    table = raw.table
    for place, name in enumerate(table.column_names if layout == "ctdc" else ()):
        table = table.set_column(place, name, without_empties(table[name], country=name in rules["country_columns"]))
    for name in rules["country_columns"]:
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, _alpha3(table[name]))
    for field, column in _derived(table, rules).items():
        if field not in columns or columns[field] == "hte_Country":
            table = table.append_column(f"({field})", column)
            columns[field] = f"({field})"
    if "id" not in columns:
        columns["id"] = _NUMBERED if _is_numbering(table) else ROW_NUMBER
    empty = Answer.UNKNOWN if layout == "ctdc" else mapping.empty_answer
    return Raw(table, raw.rows, raw.rejects), replace(mapping, columns=columns, empty_answer=empty)


def without_empties(column: pa.ChunkedArray, *, country: bool) -> pa.ChunkedArray:
    """A column of a CTDC release where -99 and its like are empty: an age of -99 is no fault. NA is Namibia's code."""
    words = column.cast(pa.string())
    empties = [word for word in EMPTY_WORDS if not (country and word == "NA")]
    found = pc.fill_null(pc.is_in(pc.utf8_trim_whitespace(words), pa.array(empties)), False)
    return pc.if_else(found, pa.scalar(None, pa.string()), words)


@cache
def _rules() -> Mapping[str, Any]:
    text = files("clew.standards").joinpath("case_layouts.yaml").read_text(encoding="utf-8")
    return dict(listed(text))


def _prepared_rows_only(raw: Raw) -> Raw:
    """Without the label row and the rows that hold nothing but their number: they are the form, not its answers."""
    named = [name for name in raw.table.column_names if name != _NUMBERED]
    filled = np.zeros(raw.table.num_rows, dtype=bool)
    for name in named:
        filled |= np.asarray(pc.is_valid(raw.table[name]))
    if raw.table.num_rows and filled[0]:
        first = {value for row in raw.table.slice(0, 1).to_pylist() for value in row.values()}
        filled[0] = not first >= _LABEL_ROW
    return Raw(raw.table.filter(pa.array(filled)), raw.rows[filled], raw.rejects)


def _is_numbering(table: pa.Table) -> bool:
    return _NUMBERED in table.column_names and table[_NUMBERED].null_count == 0


def _derived(table: pa.Table, rules: Mapping[str, Any]) -> dict[str, pa.Array]:
    found: dict[str, pa.Array] = {}
    for column, fields in rules.get("multiselect", {}).items():
        if column in table.column_names:
            found |= _answers(table[column], fields)
    found = _with_extensions(table, found) | _staged(table)
    for field, words in rules.get("joined", {}).items():
        joined = _joined(table, words)
        if joined is not None:
            found[field] = joined
    return found


def _staged(table: pa.Table) -> dict[str, pa.Array]:
    """Where an event has a stage (`hte_Type`), its country is that of the exploitation only where that is the stage."""
    if not {"hte_Type", "hte_Country"} <= set(table.column_names):
        return {}
    stage = pc.utf8_lower(pc.utf8_trim_whitespace(table["hte_Type"].cast(pa.string()))).combine_chunks()
    country, none = table["hte_Country"].cast(pa.string()).combine_chunks(), pa.scalar(None, pa.string())
    elsewhere = pc.fill_null(pc.is_in(stage, pa.array(["recruitment", "transit"])), False)
    return {
        "exploited_in": pc.if_else(elsewhere, none, country),
        "transit": pc.if_else(pc.fill_null(pc.equal(stage, "transit"), False), country, none),
    }


def _answers(column: pa.ChunkedArray, fields: Mapping[str, Sequence[str]]) -> dict[str, pa.Array]:
    """One answer a field from a list of ticked values, by code or by label, in any case."""
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    ticked = [{part.strip().casefold() for part in value.split(";")} for value in coded.dictionary.to_pylist()]
    found = {}
    for field, words in fields.items():
        wanted = {word.casefold() for word in words}
        answers = [str(Answer.YES if each & wanted else Answer.UNKNOWN) for each in ticked]
        taken = pa.array(answers, pa.string()).take(coded.indices)
        found[field] = pc.fill_null(taken, str(Answer.NOT_ASKED))
    return found


def _with_extensions(table: pa.Table, found: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """What clew's extension of HTCDS answers where the ticked values do not: a stated no, an age in a band."""
    for f in KINDS["cases"].fields:
        name = next((f"clew_{alias}" for alias in f.aliases if f"clew_{alias}" in table.column_names), None)
        if name is None:
            continue
        kept = table[name].cast(pa.string()).combine_chunks()
        ticked = found.get(f.name, pa.nulls(len(kept), pa.string()))
        given = pc.if_else(pc.fill_null(pc.equal(ticked, str(Answer.YES)), False), ticked, pc.coalesce(kept, ticked))
        found[f.name] = given
    return found


def _joined(table: pa.Table, words: Mapping[str, Sequence[str]]) -> pa.Array | None:
    """The words whose flag column is 1, joined by `;`."""
    parts = []
    for word, names in words.items():
        present = next((name for name in names if name in table.column_names), None)
        if present is not None:
            flag = pc.equal(pc.utf8_trim_whitespace(table[present].cast(pa.string())), "1").combine_chunks()
            parts.append(pc.if_else(pc.fill_null(flag, False), pa.scalar(f"{word};"), pa.scalar("")))
    if not parts:
        return None
    joined = pc.utf8_rtrim(pc.binary_join_element_wise(*parts, ""), ";")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def _alpha3(column: pa.ChunkedArray) -> pa.Array:
    """Country codes and English names as ISO 3166-1 alpha-3; what is no country stays as it was written."""
    from clew.standards.places import countries

    known: dict[str, str] = {}
    for country in countries():
        known |= {
            country.alpha2.casefold(): country.alpha3,
            country.alpha3.casefold(): country.alpha3,
            country.name.casefold(): country.alpha3,
        }
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    words = [
        ";".join(known.get(part.strip().casefold(), part.strip()) for part in value.split(";"))
        for value in coded.dictionary.to_pylist()
    ]
    return pa.array(words, pa.string()).take(coded.indices)
