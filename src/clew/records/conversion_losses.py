"""What a layout cannot hold of cases in HTCDS: by field, with how many rows it concerns and why. Nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.conversion_ages import Ages
from clew.records.conversion_rules import answers, has_code
from clew.standards.crosswalks import NAMES, Crosswalk, Rule, crosswalk
from clew.standards.htcds import EXTENSION_PREFIX, fields, sublevels

NO_PLACE = "the layout has no place for it"
IDENTITY = "names or finds a person: left out by design"
NO_ID = "numbers of cases are left out by design: they lead back to a person"
NO_SAYING = "the layout cannot say a stated no"
SAME = "the layout writes unknown and not asked alike"
COARSER = "several codes become one"
WIDER = "a yes to a wider question does not say which narrower one"
NO_CODE = "the layout has no word for these codes"
YEAR_ONLY = "only the year is kept"
ONE_COUNTRY = "the layout holds fewer countries"
NO_BAND = "the age lies in no one band"
NO_OTHER_AGE = "the layout holds the age at registration, and nobody gave that"
FINER_INDUSTRY = "a finer level of industry becomes the industry"
UNDER_ONLY = "only whether it is under 18 is kept"
INEXACT = "the layout takes exact dates only"


def losses(cases: pa.Table, layout: Crosswalk, ages: Ages, *, has_ids: bool) -> list[dict[str, Any]]:
    """Every loss of writing these cases in this layout. `cases` hold finer industries still."""
    found = [*_unplaced(cases, layout, has_ids=has_ids), *_uncovered_codes(cases, layout), *_industries(cases, layout)]
    for rule in layout.rules:
        found += [entry for entry in _of_rule(rule, cases, layout, ages) if entry["rows"]]
    for column, why in layout.assumes.items():
        rule = next(rule for rule in layout.rules if rule.column == column)
        said = [_valid(cases, name) for name in rule.fields if name in cases.column_names]
        rows = int(np.any(said, axis=0).sum()) if said else 0
        found += [_entry(column, rows, f"assumed: {why}")] if rows else []
    return found


def _entry(field: str, rows: int, why: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "rows": rows, "why": why, **more}


def _valid(cases: pa.Table, name: str) -> np.ndarray:
    return np.asarray(pc.is_valid(cases[name].combine_chunks()))


def _unplaced(cases: pa.Table, layout: Crosswalk, *, has_ids: bool) -> Iterator[dict[str, Any]]:
    used = {name for rule in layout.rules for name in rule.holds} | {"id"}
    used |= {name for unit in layout.units.values() for name in unit.values()}
    wholes = {f"clew_{rule.spec['whole']}" for rule in layout.rules if "whole" in rule.spec}
    for name in cases.column_names:
        if name in used | wholes:
            continue
        rows = _said(cases, name)
        if rows:
            secret = layout.identity_refused and name in fields() and fields()[name].identity
            yield _entry(name, rows, IDENTITY if secret else NO_PLACE)
    if has_ids and layout.identity_refused and not layout.units:
        yield _entry("id", cases.num_rows, NO_ID)


def _said(cases: pa.Table, name: str) -> int:
    """Rows in which a column says something. An answer that was carried says a no, or a yes that no list holds."""
    column = cases[name].combine_chunks()
    if name in fields() or not name.startswith(EXTENSION_PREFIX):
        return int(len(column) - column.null_count)
    words = {word for word in pc.unique(column).to_pylist() if word}
    if not words <= {"yes", "no", "unknown", "not_asked"}:
        return int(len(column) - column.null_count)
    return _equal(column, "no") + (0 if name in _ticked_elsewhere() else _equal(column, "yes"))


@cache
def _ticked_elsewhere() -> frozenset[str]:
    """Extension fields whose yes stands in a list of HTCDS as well."""
    rules = [rule for name in NAMES for rule in crosswalk(name).rules]
    return frozenset(rule.carrier for rule in rules if rule.spec.get("says"))


def _uncovered_codes(cases: pa.Table, layout: Crosswalk) -> Iterator[dict[str, Any]]:
    covered: dict[str, set[str]] = {}
    for rule in layout.rules:
        for name, codes in _codes_of(rule).items():
            covered.setdefault(name, set()).update(codes)
    for name, codes in covered.items():
        if name not in cases.column_names or "*" in codes or name not in fields():
            continue
        missing = [code.name for code in fields()[name].codes if code.name not in codes]
        without = {code: has_code(cases, name, [code]) & ~_said_by(cases, layout, name, code) for code in missing}
        counts = {code: int(rows.sum()) for code, rows in without.items() if rows.any()}
        if counts:
            yield _entry(name, int(np.any(list(without.values()), axis=0).sum()), NO_CODE, codes=counts)


def _said_by(cases: pa.Table, layout: Crosswalk, name: str, code: str) -> np.ndarray:
    """Where a column that is read back as this code says yes of itself."""
    said = np.zeros(cases.num_rows, dtype=bool)
    for rule in layout.rules:
        if rule.spec.get("says", {}).get(name) == code:
            said |= np.asarray(pc.equal(answers(rule, cases), "yes"))
    return said


def _codes_of(rule: Rule) -> dict[str, set[str]]:
    """Field -> the codes that the rule reads of it; `*` for all."""
    value = rule.spec[rule.form]
    if rule.form == "codes":
        return {value: {*rule.spec["map"], *rule.spec.get("unknown", ())}}
    if rule.form in ("ticks", "labels", "list"):
        return {name: {"*"} if isinstance(codes, str) else set(codes) for name, codes in value.items()}
    return {}


def _industries(cases: pa.Table, layout: Crosswalk) -> Iterator[dict[str, Any]]:
    name = "vic_ForcedLabourIndustry"
    if name in cases.column_names and not layout.units:
        finer = pc.is_in(cases[name].combine_chunks(), pa.array([level.label for level in sublevels().values()]))
        rows = int(pc.sum(finer).as_py() or 0)
        if rows:
            yield _entry(name, rows, FINER_INDUSTRY)


def _of_rule(rule: Rule, cases: pa.Table, layout: Crosswalk, ages: Ages) -> list[dict[str, Any]]:
    if rule.form == "ticks":
        return _flags(rule, cases, layout)
    if rule.form == "codes":
        return _merges(rule, cases)
    if rule.form == "year":
        return [_entry(rule.spec["year"], _rows(cases, rule.spec["year"], "-"), YEAR_ONLY, column=rule.column)]
    if rule.form == "country":
        several = _rows(cases, rule.spec["country"], ";")
        places = sum(r.form == "country" and r.spec["country"] == rule.spec["country"] for r in layout.rules)
        return [_entry(rule.spec["country"], several, ONE_COUNTRY, column=rule.column)] if places == 1 else []
    if rule.spec.get("age") == "band":
        banded = np.zeros(cases.num_rows, dtype=bool)
        for band in rule.spec["bands"]:
            low, _, high = band.rstrip("+").partition("--")
            banded |= (ages.low >= float(low)) & (ages.high <= (float(high) if high else np.inf))
        return [
            _entry(rule.column, int((ages.known & ~banded & ~ages.only_earlier).sum()), NO_BAND),
            _entry("vic_AgeWhenTrafficked", int(ages.only_earlier.sum()), NO_OTHER_AGE, column=rule.column),
        ]
    if rule.spec.get("age") == "under" and "of" in rule.spec:
        return [_entry(rule.spec["of"], _count(cases, rule.spec["of"], pc.is_valid), UNDER_ONLY, column=rule.column)]
    if rule.spec.get("exact_date"):
        name = rule.spec["copy"][0]
        return [
            _entry(
                name,
                _count(cases, name, lambda c: pc.invert(pc.match_substring_regex(c, r"^\d{4}-\d\d-\d\d$"))),
                INEXACT,
            )
        ]
    return []


def _flags(rule: Rule, cases: pa.Table, layout: Crosswalk) -> list[dict[str, Any]]:
    given = answers(rule, cases)
    found = []
    if not layout.flags["no"]:
        found.append(_entry(rule.column, _equal(given, "no"), NO_SAYING))
    if layout.flags["unknown"] == layout.flags["not_asked"]:
        found.append(_entry(rule.column, _equal(given, "not_asked"), SAME))
    wide = f"clew_{rule.spec.get('whole')}"
    if wide in cases.column_names:
        vague = np.asarray(pc.fill_null(pc.equal(cases[wide].combine_chunks(), "yes"), False)) & ~np.asarray(
            pc.equal(given, "yes")
        )
        found.append(_entry(wide, int(vague.sum()), WIDER, column=rule.column))
    for name, codes in rule.spec["ticks"].items():
        if len(codes) > 1 and codes != "any":
            found.append(_entry(name, int(has_code(cases, name, codes).sum()), COARSER, column=rule.column))
    return found


def _merges(rule: Rule, cases: pa.Table) -> list[dict[str, Any]]:
    into: dict[str, list[str]] = {}
    for code, word in rule.spec["map"].items():
        into.setdefault(word, []).append(code)
    name = rule.spec["codes"]
    merged = [code for codes in into.values() if len(codes) > 1 for code in codes]
    unknown = rule.spec.get("unknown", [])
    return [
        _entry(name, int(has_code(cases, name, merged).sum()), COARSER, column=rule.column),
        _entry(name, int(has_code(cases, name, unknown).sum()), "an unknown is written as nothing", column=rule.column),
    ]


def _equal(column: pa.Array, word: str) -> int:
    return int(pc.sum(pc.equal(column, word)).as_py() or 0)


def _rows(cases: pa.Table, name: str, mark: str) -> int:
    return _count(cases, name, lambda column: pc.match_substring(column, mark))


def _count(cases: pa.Table, name: str, test: Any) -> int:
    if name not in cases.column_names:
        return 0
    return int(pc.sum(test(cases[name].combine_chunks())).as_py() or 0)
