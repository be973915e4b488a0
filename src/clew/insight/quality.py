"""How good a case file is, by field and by contributor, so that a contributor can act on it.

Six measures, each defined in `DEFINITIONS`: valid, accurate, complete, timely, consistent between contributors,
impartial. Small cells are hidden. A measure that the file does not allow is named, never taken as good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from clew.insight.quality_checks import ENTRY, EVENT, REGISTERED, Contradiction, contradictions
from clew.insight.quality_columns import INVALID, UNKNOWN, Judged, dates, judged
from clew.insight.quality_compare import GROUPS, Contributors, consistency, groups_of, impartiality, judged_differences
from clew.insight.quality_hiding import cases_shown
from clew.insight.quality_shares import SHARES, shares_of_field
from clew.safeguards.errors import MissingColumn, UsageError
from clew.standards.htcds import rules

DEFINITIONS = {
    "valid": "Of the values recorded in a field, the share that its rule allows (a code of its list, a date that can be, a country). A word for unknown is not counted: it is no value.",
    "accurate": "Of the cases in which all fields of a check are recorded, the share that does not contradict itself. A case that passes may still be wrong.",
    "complete": "Of the cases, the share in which the field says something. Empty and unknown do not; `unknown` counts those where somebody wrote that it is not known. Fields asked only of some (as the industry of forced labour) count among those.",
    "timely": "Days from the event to registration and from registration to entry, where both are exact dates: median and the day by which nine in ten were done.",
    "consistent": "For each code of a list, the share of cases with it among those where the field is recorded, one contributor against all others, with an interval at 95 % for all comparisons together. A difference may be in the persons, not in the recording.",
    "impartial": "How much is recorded of persons by gender, age, nationality and form of exploitation: the share of fields filled, each group against all others, and the fields in which it differs. A group that is under-recorded is less seen in every count.",
}
MEASURES = pa.schema(
    [("measure", pa.string()), ("contributor", pa.string()), ("field", pa.string()), ("rule", pa.string()), *SHARES]
)
"""`contributor` is empty for all of them together. The share of accurate is of cases without the contradiction."""
TIMES = pa.schema(
    [
        ("span", pa.string()),
        ("contributor", pa.string()),
        ("from", pa.string()),
        ("to", pa.string()),
        ("cases", pa.int64()),  # null where fewer than the threshold
        ("median_days", pa.float64()),
        ("ninety_percent_days", pa.float64()),
    ]
)
FAULTS = pa.schema([("id", pa.string()), ("contributor", pa.string()), ("field", pa.string()), ("rule", pa.string())])
DETAIL_OF = {
    "typeOfLabour": "isForcedLabour",
    "sectorOfLabour": "isForcedLabour",
    "typeOfSex": "isSexualExploit",
    "sectorOfSex": "isSexualExploit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """What `quality` found. `faults` names single cases and stays with the contributor; the rest hides small cells."""

    rows: int
    contributors: tuple[str, ...]
    as_of: date
    below: int
    measures: pa.Table
    times: pa.Table
    differences: pa.Table
    faults: pa.Table
    not_measured: tuple[str, ...]
    rows_shown: int | str
    """As the report says it: an interval where the exact number would tell how many cases of a contributor there are."""
    definitions: Mapping[str, str] = field(default_factory=lambda: DEFINITIONS)

    def as_dict(self) -> dict[str, Any]:
        """As the JSON report has it: of differences only those that differ."""
        differing = [row for row in self.differences.to_pylist() if row["differs"]]
        return {
            "rows": self.rows_shown,
            "contributors": list(self.contributors),
            "as_of": self.as_of.isoformat(),
            "definitions": dict(self.definitions),
            "suppression": f"Counts of 1 to {self.below - 1}, those that leave so few over, and those that would give one of these away are shown as intervals; groups of fewer are left out.",
            "measures": self.measures.to_pylist(),
            "times": self.times.to_pylist(),
            "differences": differing,
            "compared": self.differences.num_rows,
            "not_measured": list(self.not_measured),
        }


def quality(
    cases: pa.Table, *, today: date, id: str = "id", contributor: str | None = None, below: int = 5
) -> QualityReport:
    """The report of a table of cases, one row a case, columns of text under the names of HTCDS, CTDC or others.

    `contributor` names the column that says who recorded it; without it all rows are one contributor's. `today` is the
    day from which the future is counted. Raises MissingColumn, or UsageError for a threshold under 2.
    """
    for name in (id, *([contributor] if contributor else [])):
        if name not in cases.column_names:
            raise MissingColumn(name, present=tuple(cases.column_names))
    if below < 2:
        raise UsageError("suppression: the smallest count shown must be 2 or more")
    columns = {name: judged(cases, name, today) for name in cases.column_names if name not in (id, contributor)}
    by = Contributors.of(cases, contributor)
    checks = contradictions(columns, today)
    complete, untold = _completeness(columns)
    times = _times(columns, by, today, below)
    counted = [*_validity(columns, by), *_accuracy(checks, by), *_fillings(columns, complete, by)]
    measures = _measures(counted, by, below)
    closed = _given_away(measures)
    compared = [*consistency(columns, by, below, closed), *impartiality(columns, complete, below, closed)]
    return QualityReport(
        rows=cases.num_rows,
        contributors=by.names,
        as_of=today,
        below=below,
        measures=measures,
        times=times,
        differences=judged_differences(compared),
        faults=_faults(cases[id], columns, checks, by),
        rows_shown=_rows(by, below),
        not_measured=(*untold, *_not_measured(checks, times, by, columns)),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """One measure of a field, line by line."""

    name: str
    field: str
    rule: str
    count: np.ndarray
    of: np.ndarray


def _measures(counted: Sequence[_Counted], by: Contributors, below: int) -> pa.Table:
    """All measures, small counts hidden field by field, with whatever gives them away."""
    cases = cases_shown(by.counts(np.ones(len(by.codes), dtype=bool)), below)
    by_field: dict[str, list[int]] = {}
    for place, one in enumerate(counted):
        by_field.setdefault(one.field, []).append(place)
    made: dict[int, pa.Table] = {}
    for places in by_field.values():
        shown = shares_of_field([(counted[place].count, counted[place].of) for place in places], below, cases)
        for place, columns in zip(places, shown, strict=True):
            one = counted[place]
            same = [[one.name] * len(by.lines), by.lines, [one.field] * len(by.lines), [one.rule] * len(by.lines)]
            made[place] = pa.table([*same, *columns.values()], schema=MEASURES)
    return pa.concat_tables(made[place] for place in sorted(made)) if made else MEASURES.empty_table()


def _rows(by: Contributors, below: int) -> int | str:
    cases = cases_shown(by.counts(np.ones(len(by.codes), dtype=bool)), below)
    low, high = float(cases.low[0]), float(cases.high[0])
    if not cases.hidden[0]:
        return int(low)
    if cases.mark[0]:
        return f"<{below}"
    return f"{low:.0f} or more" if np.isinf(high) else f"{low:.0f} to {high:.0f}"


def _given_away(measures: pa.Table) -> frozenset[str]:
    """Fields of which a count is hidden: a comparison of exact shares could tell it."""
    return frozenset(row["field"] for row in measures.select(["field", "suppressed"]).to_pylist() if row["suppressed"])


def _counted(name: str, field_: str, rule: str, by: Contributors, count: np.ndarray, of: np.ndarray) -> _Counted:
    return _Counted(name, field_, rule, by.counts(count & of), by.counts(of))


def _validity(columns: Mapping[str, Judged], by: Contributors) -> Iterator[_Counted]:
    for name, column in columns.items():
        if column.rule is not None:
            yield _counted("valid", name, column.rule.words, by, column.state != INVALID, column.recorded)


def _accuracy(checks: Sequence[Contradiction], by: Contributors) -> Iterator[_Counted]:
    for check in checks:
        yield _counted("accurate", " ".join(check.fields[:3]), check.rule, by, ~check.broken, check.checked)


def _completeness(columns: Mapping[str, Judged]) -> tuple[dict[str, np.ndarray], list[str]]:
    """By field the rows that are asked it; and why a field's completeness cannot be told."""
    asked, untold = {}, []
    for name, column in columns.items():
        values = {value for value in column.values if value is not None}
        if column.rule is not None and column.rule.words.startswith("1, 0") and values <= {"1", "1.0"}:
            untold.append(f"complete: {name} is 1 or empty, so empty may mean no")
            continue
        asked[name] = _asked(name, columns)
    return asked, untold


def _asked(name: str, columns: Mapping[str, Judged]) -> np.ndarray:
    """The rows in which a field is to be filled: all, or those that its condition names."""
    condition = rules()["core_only_when"].get(name)
    if condition and condition["field"] in columns:
        other = columns[condition["field"]]
        return other.having(lambda parts: bool(set(parts) & set(condition["any"])))
    for prefix, flag in DETAIL_OF.items():
        if name.startswith(prefix) and flag in columns:
            return columns[flag].having(lambda parts: parts == ("1",))
    return np.ones(len(columns[name].codes), dtype=bool)


def _fillings(columns: Mapping[str, Judged], asked: Mapping[str, np.ndarray], by: Contributors) -> Iterator[_Counted]:
    for name, rows in asked.items():
        column = columns[name]
        yield _counted("complete", name, "says something", by, column.recorded, rows)
        if (column.states == UNKNOWN).any():
            yield _counted("unknown", name, "says that it is not known", by, column.state == UNKNOWN, rows)


def _times(columns: Mapping[str, Judged], by: Contributors, today: date, below: int) -> pa.Table:
    rows = []
    for span, starts, ends in (
        ("event to registration", EVENT, REGISTERED),
        ("registration to entry", REGISTERED, ENTRY),
    ):
        pair = next(((a, b) for a in starts for b in ends if a in columns and b in columns), None)
        if pair is None:
            continue
        (first, last), (entered, until) = (dates(columns[name], today) for name in pair)
        days = np.where((first == last) & (entered == until), entered - first, np.nan)
        for place, line in enumerate(by.lines):
            mine = days[(days >= 0) & ((by.codes == place - 1) | (place == 0))]
            shown = len(mine) >= below
            figures = np.percentile(mine, [50, 90]).tolist() if shown else [None, None]
            rows.append([span, line, *pair, len(mine) if shown else None, *figures])
    columns_ = zip(*rows, strict=True) if rows else [() for _ in TIMES]
    filled = [pa.array(list(values), kind.type) for values, kind in zip(columns_, TIMES, strict=True)]
    return pa.table(filled, schema=TIMES)


def _faults(
    ids: pa.ChunkedArray, columns: Mapping[str, Judged], checks: Sequence[Contradiction], by: Contributors
) -> pa.Table:
    """Each invalid value and each contradiction by case, field and rule. Never the value."""
    found = [(np.flatnonzero(c.state == INVALID), name, f"not {c.rule.words}") for name, c in columns.items() if c.rule]
    found += [(np.flatnonzero(check.broken), " ".join(check.fields[:3]), check.rule) for check in checks]
    rows = np.concatenate([rows for rows, _, _ in found]) if found else np.array([], dtype=np.int64)
    names = [name for rows_, name, _ in found for _ in rows_]
    broken = [rule for rows_, _, rule in found for _ in rows_]
    who = [by.names[by.codes[row]] if by.names else "" for row in rows]
    return pa.table([ids.combine_chunks().cast(pa.string()).take(pa.array(rows)), who, names, broken], schema=FAULTS)


def _not_measured(
    checks: Sequence[Contradiction], times: pa.Table, by: Contributors, columns: Mapping[str, Judged]
) -> Iterator[str]:
    unknown = sum(column.rule is None for column in columns.values())
    if unknown:
        yield f"valid: of {unknown} columns no rule is known"
    if not checks:
        yield "accurate: the file has no two fields that could contradict each other"
    measured = set(times["span"].to_pylist())
    for span, needs in (
        ("event to registration", f"{EVENT[0]} and {REGISTERED[0]}"),
        ("registration to entry", f"{REGISTERED[0]} and {ENTRY[0]}"),
    ):
        if span not in measured:
            yield f"timely: {span} needs {needs} or their like"
    if len(by.names) < 2:
        yield "consistent: there is one contributor"
    present = {dimension for dimension, _, _ in groups_of(columns)}
    yield from (f"impartial: no column tells the {dimension}" for dimension in GROUPS if dimension not in present)
