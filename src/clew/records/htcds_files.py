"""Several case files checked together: each by itself, and what two of them share: an id, or one person's whole row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clew.records.htcds import Arrival
from clew.records.htcds_validation import LISTED, Validation
from clew.standards.htcds import rules

ID_ELSEWHERE = "id that another of the files uses: one case twice, or two that are numbered alike"
ROW_ELSEWHERE = "row of a named person that stands in another of the files"
ADDED = ("rows", "valid", "rejected", "incomplete", "form_rows", "problems_left_out")


def together(names: Sequence[str], arrivals: Sequence[Arrival], checked: Sequence[Validation]) -> dict[str, Any]:
    """One report of all: the keys of a single one added up, each problem with its file, and `files` one by one.

    What files share only warns: two organisations may number alike. Nothing of it is rejected.
    """
    shared = list(_shared(names, arrivals))
    reports = [each.report for each in checked]
    problems = [
        {"file": name, **item} for name, report in zip(names, reports, strict=True) for item in report["problems"]
    ]
    by_field, by_rule = _added(reports, "by_field"), _added(reports, "by_rule")
    for item in shared:
        rules_of = by_field.setdefault(item["field"], {})
        rules_of[item["rule"]] = rules_of.get(item["rule"], 0) + 1
        by_rule[item["rule"]] = by_rule.get(item["rule"], 0) + 1
    listed = sorted([*problems, *shared], key=lambda item: not item["rejects"])[: max(LISTED, len(problems))]
    summed = {key: sum(report[key] for report in reports) for key in ADDED}
    return {
        **{key: reports[0][key] for key in ("standard", "version")},
        **summed,
        "problems_left_out": summed["problems_left_out"] + len(problems) + len(shared) - len(listed),
        "by_field": by_field,
        "by_rule": by_rule,
        "core_empty": _added(reports, "core_empty"),
        "problems": listed,
        "notes": [f"{name}: {note}" for name, report in zip(names, reports, strict=True) for note in report["notes"]]
        + _notes(names, arrivals, shared),
        "files": [{"file": name, **report} for name, report in zip(names, reports, strict=True)],
    }


def _added(reports: Sequence[Mapping[str, Any]], key: str) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for report in reports:
        for name, found in report[key].items():
            if isinstance(found, Mapping):
                inner = total.setdefault(name, {})
                for rule, count in found.items():
                    inner[rule] = inner.get(rule, 0) + count
            else:
                total[name] = total.get(name, 0) + found
    return total


def _shared(names: Sequence[str], arrivals: Sequence[Arrival]) -> Iterator[dict[str, Any]]:
    """Each row of a later file whose id or whole content a file before it has."""
    ids: dict[str, str] = {}
    rows: dict[tuple[tuple[str, str], ...], str] = {}
    for name, arrival in zip(names, arrivals, strict=True):
        mine, content = arrival.ids, list(_contents(arrival))
        for place, (number, row) in enumerate(zip(mine, content, strict=True)):
            where = {"file": name, "row": int(arrival.raw.rows[place]), "id": number}
            if number in ids:
                yield where | {"field": "id", "rule": ID_ELSEWHERE, "rejects": False, "also_in": ids[number]}
            if row and row in rows:
                yield where | {"field": "(row)", "rule": ROW_ELSEWHERE, "rejects": False, "also_in": rows[row]}
        ids = {number: name for number in mine if number} | ids
        rows = {row: name for row in content if row} | rows


def _contents(arrival: Arrival) -> Iterator[tuple[tuple[str, str], ...]]:
    """What a row says in the standard's fields, whatever its columns are called; empty where it names nobody."""
    naming = set(rules()["names_a_person"])
    columns = sorted(arrival.columns.items())
    values = [arrival.raw.table[column].to_pylist() for _, column in columns]
    for row in zip(*values, strict=True):
        said = tuple((field, value.strip()) for (field, _), value in zip(columns, row, strict=True) if value)
        yield said if any(field in naming for field, _ in said) else ()


def _notes(names: Sequence[str], arrivals: Sequence[Arrival], shared: Sequence[Mapping[str, Any]]) -> list[str]:
    """Files of which every row stands in another one: a contributor given twice."""
    twice = []
    for name, arrival in zip(names, arrivals, strict=True):
        again = {item["row"] for item in shared if item["file"] == name}
        if len(again) == arrival.raw.table.num_rows > 0:
            twice.append(f"{name}: every row stands in another of the files; was one contributor given twice?")
    return twice
