"""Checks cases against HTCDS 2.0 and says what is wrong by field and rule, with row and id, never with the value.

A row with a value that cannot be read for certain is rejected and kept whole. A row that is readable but lacks core
fields, or is written in another form than the standard's, only warns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.htcds import Arrival
from clew.records.htcds_values import NOT_COUNTRY, Verdict, judge_all
from clew.records.raw import rejects_of
from clew.records.rejects import Rejects
from clew.standards.htcds import EXTENSION_PREFIX, VERSION, HtcdsField, fields, rules, standard_fields

LISTED = 10_000
"""Problems that a report names one by one; all of them are counted."""
CORE_EMPTY = "core field empty"
ID_AGAIN = "id given before"
ROW_AGAIN = "row given before"

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule broken by some rows of one field."""

    field: str
    rule: str
    hint: str | None
    rejects: bool
    rows: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What a file of cases is worth under the standard."""

    cases: pa.Table
    """`id` and every known field in the standard's form, of the rows that were taken."""
    rows: npt.NDArray[np.int64]
    """Their 1-based rows in the file."""
    rejects: Rejects
    report: Mapping[str, Any]


def validate(arrival: Arrival, *, date_order: str | None = None, today: date) -> Validation:
    """Checks every value, row by row where rows are compared. Promises a report even when every row is rejected."""
    size = arrival.raw.table.num_rows
    judged = {name: _judged(arrival, name, column, date_order, today) for name, column in arrival.columns.items()}
    problems = [problem for _, found in judged.values() for problem in found] + _repeats(arrival)
    rejected = np.zeros(size, dtype=bool)
    for problem in problems:
        rejected |= problem.rows if problem.rejects else False
    table = pa.table({"id": _ids(arrival), **{name: column for name, (column, _) in judged.items()}})
    incomplete = _incomplete(table, arrival)
    kept = pa.array(~rejected)
    return Validation(
        cases=table.filter(kept),
        rows=arrival.raw.rows[~rejected],
        rejects=_rejects(arrival, problems),
        report=_report(arrival, problems, rejected, incomplete),
    )


def _ids(arrival: Arrival) -> pa.Array:
    numbers = pa.array(arrival.raw.rows).cast(pa.string())
    if arrival.id_column is None:
        return numbers
    return pc.coalesce(arrival.raw.table[arrival.id_column].combine_chunks(), numbers)


def _judged(
    arrival: Arrival, name: str, column: str, date_order: str | None, today: date
) -> tuple[pa.Array, list[Problem]]:
    """The column in the standard's form, empty where it cannot be read; each different value is judged once."""
    coded = arrival.raw.table[column].combine_chunks().dictionary_encode()
    field = fields().get(name)
    if field is None:  # an answer of an extension: kept as it is
        return coded.cast(pa.string()), []
    verdicts = judge_all(field, coded.dictionary.to_pylist(), date_order=date_order, today=today)
    values = pa.array([verdict.value for verdict in verdicts], pa.string()).take(coded.indices)
    places = np.asarray(coded.indices.fill_null(-1))
    return values, _problems(field, verdicts, places)


def _problems(field: HtcdsField, verdicts: list[Verdict], places: npt.NDArray[np.int64]) -> list[Problem]:
    groups: dict[tuple[str, str | None, bool], list[int]] = {}
    for place, verdict in enumerate(verdicts):
        if verdict.rule:
            free_text = verdict.rule == NOT_COUNTRY and field.name in rules()["countries"]
            key = (verdict.rule, verdict.hint, verdict.rejects and not free_text)
            groups.setdefault(key, []).append(place)
    return [
        Problem(field.name, rule, hint, rejects, np.isin(places, found))
        for (rule, hint, rejects), found in groups.items()
    ]


def _repeats(arrival: Arrival) -> list[Problem]:
    """Ids and whole rows that came before. A row that names nobody may be alike by chance: it only warns."""
    found = []
    table = arrival.raw.table
    if arrival.id_column is not None:
        found.append(Problem("id", ID_AGAIN, None, True, _again(table[arrival.id_column])))
    named = np.zeros(table.num_rows, dtype=bool)
    for name in rules()["names_a_person"]:
        if name in arrival.columns:
            named |= np.asarray(pc.is_valid(table[arrival.columns[name]]))
    parts = [pc.fill_null(table[column], "") for column in arrival.columns.values()]
    again = _again(pc.binary_join_element_wise(*parts, "\x1f"))
    found += [
        Problem("(row)", ROW_AGAIN, None, True, again & named),
        Problem("(row)", ROW_AGAIN, None, False, again & ~named),
    ]
    return [problem for problem in found if problem.rows.any()]


def _again(column: pa.ChunkedArray) -> Mask:
    codes = np.asarray(column.combine_chunks().dictionary_encode().indices.fill_null(-1))
    again = np.ones(len(codes), dtype=bool)
    again[np.unique(codes, return_index=True)[1]] = False
    return again & (codes >= 0)


def _incomplete(table: pa.Table, arrival: Arrival) -> dict[str, Mask]:
    """Core field -> the rows in which it is asked and empty. What is written and cannot be read is not empty."""
    known, size = rules(), table.num_rows
    found = {}
    for field in standard_fields():
        if not field.core or field.deprecated or field.name in known["core_never"]:
            continue
        column = arrival.columns.get(field.name)
        empty = np.ones(size, dtype=bool) if column is None else np.asarray(pc.is_null(arrival.raw.table[column]))
        condition = known["core_only_when"].get(field.name)
        found[field.name] = empty & _ticked(table, condition) if condition else empty
    return found


def _ticked(table: pa.Table, condition: Mapping[str, Any]) -> Mask:
    if condition["field"] not in table.column_names:
        return np.zeros(table.num_rows, dtype=bool)
    pattern = f"(?:^|;)(?:{'|'.join(condition['any'])})(?:;|$)"
    return np.asarray(pc.fill_null(pc.match_substring_regex(table[condition["field"]], pattern), False))


def _rejects(arrival: Arrival, problems: list[Problem]) -> Rejects:
    rejects, taken = arrival.raw.rejects, np.zeros(arrival.raw.table.num_rows, dtype=bool)
    for problem in problems:
        fresh = problem.rows & ~taken if problem.rejects else np.zeros(0, dtype=bool)
        if fresh.any():
            gone = arrival.raw.table.filter(pa.array(fresh))
            rejects += rejects_of(gone, arrival.raw.rows[fresh], problem.field, problem.rule, arrival.id_column)
            taken |= fresh
    return rejects


def _report(
    arrival: Arrival, problems: list[Problem], rejected: Mask, incomplete: Mapping[str, Mask]
) -> dict[str, Any]:
    by_field: dict[str, dict[str, int]] = {}
    by_rule: dict[str, int] = {}
    unread = [(field, rule, count) for (field, rule), count in arrival.raw.rejects.by_rule().items()]
    counted = [(p.field, p.rule, int(p.rows.sum())) for p in problems] + unread
    for name, rule, count in counted:
        by_field.setdefault(name, {})
        by_field[name][rule] = by_field[name].get(rule, 0) + count
        by_rule[rule] = by_rule.get(rule, 0) + count
    lacking = np.any(list(incomplete.values()), axis=0) if incomplete and len(rejected) else np.zeros(0, dtype=bool)
    listed, left_out = _listed(arrival, problems)
    unreadable = len(arrival.raw.rejects)
    return {
        "standard": "htcds",
        "version": VERSION,
        "rows": len(rejected) + unreadable,
        "valid": int((~rejected).sum()),
        "rejected": int(rejected.sum()) + unreadable,
        "incomplete": int((lacking & ~rejected).sum()) if len(rejected) else 0,
        "form_rows": arrival.form_rows,
        "by_field": by_field,
        "by_rule": by_rule,
        "core_empty": {name: int(rows.sum()) for name, rows in incomplete.items() if rows.any()},
        "problems": listed,
        "problems_left_out": left_out,
        "columns": _column_report(arrival),
        "notes": list(arrival.notes),
    }


def _column_report(arrival: Arrival) -> dict[str, Any]:
    known = fields()
    core = [f.name for f in standard_fields() if f.core and not f.deprecated]
    return {
        "known": [name for name in arrival.columns if not name.startswith(EXTENSION_PREFIX)],
        "extensions": [name for name in arrival.columns if name.startswith(EXTENSION_PREFIX)],
        "deprecated": [name for name in arrival.columns if name in known and known[name].deprecated],
        "unknown": list(arrival.unknown),
        "core_missing": [name for name in core if name not in arrival.columns],
        "id": arrival.id_column,
    }


def _listed(arrival: Arrival, problems: list[Problem]) -> tuple[list[dict[str, Any]], int]:
    """Rejections first, each with row, id, field, rule, and the code that the value is near where there is one."""
    ids, total = arrival.ids, 0
    listed: list[dict[str, Any]] = []
    keys = ("row", "id", "field", "rule")
    unread = arrival.raw.rejects.table.slice(0, LISTED).select(keys).to_pylist()
    listed += [row | {"rejects": True} for row in unread]
    total += len(arrival.raw.rejects)
    for problem in sorted(problems, key=lambda p: not p.rejects):
        places = np.flatnonzero(problem.rows)
        total += len(places)
        for place in places[: max(0, LISTED - len(listed))]:
            item = {"row": int(arrival.raw.rows[place]), "id": ids[place], "field": problem.field, "rule": problem.rule}
            listed.append(
                item | {"rejects": problem.rejects} | ({"did_you_mean": problem.hint} if problem.hint else {})
            )
    return sorted(listed, key=lambda item: (not item["rejects"], item["row"])), total - len(listed)
