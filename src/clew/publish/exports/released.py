"""A released table of cases in a layout of the field: HTCDS, CTDC or CSV. Another layout of the same rows; the guarantee stays."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from clew.publish.exports.leaving import Exported
from clew.publish.types import Guarantee, Method, Raw, _releasable
from clew.records.conversion import Ask, Conversion, convert
from clew.records.kinds import KINDS, answer_fields
from clew.safeguards.acts import Release
from clew.safeguards.errors import Blocked, UsageError
from clew.standards.crosswalks import crosswalk
from clew.standards.htcds import EXTENSION_PREFIX, HtcdsField, fields

TARGETS = {"htcds": "htcds", "ctdc": "ctdc-2024", "csv": "csv"}
WORDS = {"yes": "1", "no": "0", "unknown": "", "not_asked": "", "Feminine": "Woman", "Masculine": "Man"}
UNSAID = ("unknown", "not_asked")
TICKS = {"yes": "true", "no": "false"}
FORMULA = r"^[\s\x{00a0}\x{feff}]*[=+\-@\t\r＝＋－＠]"
NUMBER = r"^[+-]?[0-9]+([.,][0-9]+)?$"
_ASIDE = ("consent", "transit")
_ALIKE = "(CTDC writes unknown and not asked alike)"
WHOLE = re.compile(r"[0-9]{1,3}")
PLAIN_KINDS = frozenset({"picklist", "multiselect", "number"})
"""Kinds of fields of the standard that a column of cases without a place in CTDC is written into."""
PUBLIC = frozenset({"the public", "public"})
"""How a release names that it is for anybody."""


def export_released(content: Raw[bytes], release: Release, to: str, recipient: str, *, today: date) -> Exported:
    """A released table in another layout, for whom it was released to.

    Raises Blocked where the bytes are not those signed, where it was no anonymous release, or for another recipient.
    """
    if to not in TARGETS:
        raise UsageError(f"format: a release leaves as {', '.join(TARGETS)}")
    if release.method not in (Method.ANONYMISE, Method.SYNTHESISE):
        raise Blocked("export: only anonymised and synthetic tables leave in another layout")
    if release.recipient.strip().casefold() not in {recipient.strip().casefold(), *PUBLIC}:
        raise Blocked("export: this was released to another recipient; a release for a new one is signed anew")
    if hashlib.sha256(content.value).hexdigest() != release.sha256:
        raise Blocked("export: the file is not the one that was signed")
    made, report = _laid_out(content.value, TARGETS[to], today)
    told = {"notice": f"The same rows as release {release.id}: {release.guarantee}.", "format": to, **report}
    words = f"{release.guarantee}; release {release.id} as {to}"
    guarantee = Guarantee(method=Method(release.method), words=words, epsilon=release.epsilon)
    return Exported(release=_releasable(made, guarantee), suffix=".csv", records=release.rows, report=told)


def _laid_out(content: bytes, target: str, today: date) -> tuple[bytes, Mapping[str, Any]]:
    options = csv.ConvertOptions(strings_can_be_null=False)
    given = csv.read_csv(io.BytesIO(content), convert_options=options)
    if target == "csv":
        return _as_csv(given), {"rows": given.num_rows, "format_cannot_hold": []}
    texts = {name: column.cast(pa.string()) for name, column in zip(given.column_names, given.columns, strict=True)}
    if target == "htcds":
        table, losses = _as_htcds(texts, today)
    else:
        table, losses = _as_ctdc(texts)
    return _as_csv(table), {"rows": given.num_rows, "format_cannot_hold": losses}


def _as_ctdc(given: Mapping[str, pa.ChunkedArray]) -> tuple[pa.Table, list[str]]:
    """Columns under CTDC's names with its values, all of the layout's columns in its order; and what has no place there."""
    layout = crosswalk(TARGETS["ctdc"]).columns
    names = {f.name: next((a for a in (f.name, *f.aliases) if a in layout), "") for f in KINDS["cases"].fields}
    placed = {names[name]: _ctdc_values(name, column) for name, column in given.items() if names.get(name)}
    rows = len(next(iter(given.values()), pa.chunked_array([[]], pa.string())))
    blank = pa.array([""] * rows, pa.string())
    lost = [
        f"{name}: {_filled(column)} rows (CTDC has no column for it)"
        for name, column in given.items()
        if not names.get(name)
    ]
    unsaid = [(name, int(pc.sum(pc.is_in(column, pa.array(UNSAID))).as_py() or 0)) for name, column in given.items()]
    lost += [f"{name}: {count} rows {_ALIKE}" for name, count in unsaid if count]
    return pa.table({name: placed.get(name, blank) for name in layout}), lost


def _ctdc_values(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    if name == "registered":
        return pc.utf8_slice_codeunits(column, 0, 4)
    words = pa.array(list(WORDS))
    place = pc.index_in(column, words)
    return pc.coalesce(pa.array(list(WORDS.values())).take(place.combine_chunks()), column.combine_chunks())


def _filled(column: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.not_equal(column, "")).as_py() or 0)


def _as_htcds(given: Mapping[str, pa.ChunkedArray], today: date) -> tuple[pa.Table, list[str]]:
    """Columns under the standard's names: by way of CTDC those that CTDC has, the others as they are where its codes fit.

    What was not released is not said to be unknown. Raises Blocked where a row would be left out.
    """
    ways = {name: field for name in given if (field := _own_field(name))}
    aside = {name: column for name, column in given.items() if name in _ASIDE}
    table, losses = _as_ctdc({name: column for name, column in given.items() if name not in ways and name not in aside})
    losses = [line for line in losses if not line.endswith(_ALIKE)]
    made = _converted(table, today)
    losses += [f"{loss['field']}: {loss['rows']} rows ({loss['why']})" for loss in made.report["losses"]]
    if made.table.num_rows != table.num_rows:
        raise Blocked("export: HTCDS cannot hold every row of this release; it leaves as CTDC or CSV")
    said = {name for name in table.column_names if _filled(table[name])}
    unsaid = [name for name in made.table.column_names if name.startswith(EXTENSION_PREFIX) and name[5:] not in said]
    out = made.table.drop_columns([*unsaid, *(["id"] if "id" in made.table.column_names else [])])
    for name, field in ways.items():
        column, lost = _in_codes(given[name], fields()[field])
        place = out.column_names.index(field) if field in out.column_names else None
        out = out.append_column(field, column) if place is None else out.set_column(place, field, column)
        losses += [f"{name}: {lost} rows (HTCDS has no word for them in {field})"] if lost else []
    if "consent" in aside:
        out = out.append_column("con_Consent", _ticked(aside["consent"]))
    for name, column in _beside(given).items():
        out = out.drop_columns([name]) if name in out.column_names else out
        out = out.append_column(name, column)
    return out, losses


def _beside(given: Mapping[str, pa.ChunkedArray]) -> Mapping[str, pa.ChunkedArray]:
    """Columns of clew's own, marked as such, for what the standard cannot hold: answers in their four words, and transit.

    An answer that was not released stays empty there: it is not said to be unknown.
    """
    layout = crosswalk(TARGETS["ctdc"]).columns
    own = {name: name for name in _ASIDE}
    for field in KINDS["cases"].fields:
        if field.name in answer_fields() and (place := next((each for each in field.aliases if each in layout), "")):
            own[field.name] = place
    return {EXTENSION_PREFIX + own[name]: column for name, column in given.items() if name in own and _filled(column)}


def _ticked(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A box of the standard: ticked for yes, not ticked for no, empty for what was not said."""
    place = pc.index_in(column, pa.array(list(TICKS)))
    return pc.fill_null(pa.array(list(TICKS.values())).take(place.combine_chunks()), "")


def _own_field(name: str) -> str:
    """The field of the standard that a column without a place in CTDC has, or nothing."""
    known = next((f for f in KINDS["cases"].fields if f.name == name), None)
    layout = crosswalk(TARGETS["ctdc"]).columns
    if known is None or any(each in layout for each in (name, *known.aliases)):
        return ""
    return next((each for each in known.aliases if each in fields() and fields()[each].kind in PLAIN_KINDS), "")


def _in_codes(column: pa.ChunkedArray, field: HtcdsField) -> tuple[pa.ChunkedArray, int]:
    """What the field can hold, by the names of its codes (several with semicolons), and in how many rows something is lost."""
    words = {word.casefold(): code.name for code in field.codes for word in (code.name, code.label)}

    def held(value: str) -> str:
        if not field.codes:
            return value if WHOLE.fullmatch(value) else ""
        parts = [words.get(part.strip().casefold(), "") for part in value.split(";")]
        return ";".join(parts) if all(parts) else ""

    values = pc.unique(column).to_pylist()
    into = {value: held(value or "") for value in values}
    lost = [value for value in values if value and not into[value]]
    placed = pc.index_in(column, pa.array(values, pa.string()))
    out = pa.chunked_array([pa.array(list(into.values()), pa.string()).take(placed.combine_chunks())])
    return out, int(pc.sum(pc.is_in(column, pa.array(lost, pa.string()))).as_py() or 0)


def _converted(table: pa.Table, today: date) -> Conversion:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.csv"
        csv.write_csv(table, path)
        return convert(path, Ask(target="htcds", source=TARGETS["ctdc"]), today=today)


def _as_csv(table: pa.Table) -> bytes:
    """As CSV in which no text is a formula."""
    out = io.BytesIO()
    texts = [pc.cast(column, pa.string()) for column in table.columns]
    guarded = [_guarded(pc.fill_null(text, "")) for text in texts]
    csv.write_csv(pa.table(guarded, names=table.column_names), out)
    return out.getvalue()


def _guarded(text: pa.ChunkedArray) -> pa.ChunkedArray:
    runs = pc.and_not(pc.match_substring_regex(text, FORMULA), pc.match_substring_regex(text, NUMBER))
    return pc.if_else(runs, pc.binary_join_element_wise("'", text, ""), text)
