"""A quality report as a page shows it: one line a field with its measures, what contradicts itself, who is under-recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clew.insight.quality import QualityReport
from clew.insight.quality_shares import NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldQuality:
    """One field of one contributor: shares as text, hidden where few, empty where they were not measured."""

    field: str
    complete: str
    valid: str
    unknown: str
    rule: str
    """What its values must be, empty where nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckQuality:
    """One cross-field check: how many cases pass it."""

    fields: str
    rule: str
    passes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """A difference whose interval excludes none: in percentage points, as -12 (-20 to -4)."""

    measure: str
    by: str
    group: str
    field: str
    code: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityView:
    """What the quality page shows. Small cells are hidden as in the report; single cases are not in it."""

    rows: str
    contributor: str
    """Empty for all together."""
    contributors: tuple[str, ...]
    fields: tuple[FieldQuality, ...]
    checks: tuple[CheckQuality, ...]
    times: tuple[Mapping[str, Any], ...]
    differences: tuple[DifferenceLine, ...]
    not_measured: tuple[str, ...]
    definitions: Mapping[str, str]


def quality_view(report: QualityReport, contributor: str = "") -> QualityView:
    """The view of one contributor, or of all together."""
    mine = [row for row in report.measures.to_pylist() if row["contributor"] == contributor]
    by_field: dict[str, dict[str, str]] = {}
    for row in mine:
        if row["measure"] in ("complete", "valid", "unknown"):
            by_field.setdefault(row["field"], {})[row["measure"]] = row["text"]
            if row["measure"] == "valid":
                by_field[row["field"]]["rule"] = row["rule"]
    return QualityView(
        rows=str(report.as_dict()["rows"]),
        contributor=contributor,
        contributors=report.contributors,
        fields=tuple(
            FieldQuality(field=name, **{part: found.get(part, "") for part in ("complete", "valid", "unknown", "rule")})
            for name, found in sorted(by_field.items())
        ),
        checks=tuple(
            CheckQuality(fields=row["field"], rule=row["rule"], passes=row["text"])
            for row in mine
            if row["measure"] == "accurate" and row["text"] != NONE
        ),
        times=tuple(row for row in report.times.to_pylist() if row["contributor"] == contributor),
        differences=tuple(
            _line(row) for row in report.differences.to_pylist() if row["differs"] and _concerns(row, contributor)
        ),
        not_measured=report.not_measured,
        definitions=report.definitions,
    )


def _concerns(row: Mapping[str, Any], contributor: str) -> bool:
    return not contributor or (row["by"] == "contributor" and row["group"] == contributor)


def _line(row: Mapping[str, Any]) -> DifferenceLine:
    points = f"{100 * row['difference']:.0f} ({100 * row['low']:.0f} to {100 * row['high']:.0f})"
    names = {name: row[name] or "" for name in ("measure", "by", "group", "field", "code")}
    return DifferenceLine(**names, points=points)
