"""Counts that a figure shows, worked out from a release alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.publish.stories.citing import TABLE_TOTAL, Cited, column
from clew.publish.tables import UNKNOWN
from clew.publish.types import Method
from clew.safeguards.errors import UsageError

OPEN = ""
"""The value of a cell that is empty: not stated, or suppressed."""
MOST_ACROSS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One value and its count, as shown; `size` is what is drawn, 0 for a count that is hidden."""

    value: str
    shown: str
    size: int
    hidden: bool = False
    gathered: int = 0
    """How many values it stands for, where it is the rest."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines of one column, the empty cells, and what is hidden, in words."""

    lines: tuple[Line, ...]
    open: str
    """How many say nothing; empty where none do or where nobody can tell."""
    suppression: str


@dataclass(frozen=True, slots=True)
class Cross:
    """Counts of two columns against each other: rows by columns, as shown."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], str]
    suppression: str


def counts_of(cited: Cited, of: str, most: int) -> Counts:
    """Lines in their own order where they are years, ages or numbers, else the largest first; the rest in one."""
    found = _from_table(cited, of) if cited.is_counts else _from_rows(cited, of)
    empty = next((line for line in found if line.value == OPEN), None)
    lines = [line for line in found if line.value != OPEN]
    if not lines:
        raise UsageError(f"story: {of} of {cited.entry.id} holds no value")
    ordered = _in_order(lines)
    shown = ordered if len(ordered) <= most else _gathered(lines, most)
    return Counts(tuple(shown), empty.shown if empty else "", _suppression(cited, lines, empty))


def cross_of(cited: Cited, of: str, across: str) -> Cross:
    """Every value of one column against every value of the other."""
    if of == across:
        raise UsageError(f"story: {of} is set against itself")
    cells = _cells(cited, of, across)
    rows, columns = (_in_words({pair[side] for pair in cells}) for side in (0, 1))
    if len(columns) > MOST_ACROSS or len(rows) > 100:
        raise UsageError(
            f"story: {across} has more than {MOST_ACROSS} values, or {of} more than 100; turn them or count one"
        )
    lines = [Line(pair[0], shown, 0, hidden=not shown.isdigit()) for pair, shown in cells.items()]
    return Cross(rows, columns, cells, _suppression(cited, lines, None))


def _from_rows(cited: Cited, of: str) -> list[Line]:
    counted = Counter(value or OPEN for value in column(cited, of).to_pylist())
    return [Line(value, str(count), count) for value, count in counted.items()]


def _from_table(cited: Cited, of: str) -> list[Line]:
    column(cited, of)
    others = [name for name in cited.table.column_names if name not in (of, "count")]
    rows = [r for r in cited.table.to_pylist() if r[of] != TABLE_TOTAL and all(r[o] == TABLE_TOTAL for o in others)]
    if not rows:
        raise UsageError(f"story: {cited.entry.id} does not count {of} alone")
    return [_counted(_open(r[of]), r["count"]) for r in rows]


def _counted(value: str, count: str) -> Line:
    number = count.isdigit()
    return Line(value, count, int(count) if number else 0, hidden=not number)


def _cells(cited: Cited, of: str, across: str) -> Mapping[tuple[str, str], str]:
    one, two = column(cited, of), column(cited, across)
    if not cited.is_counts:
        pairs = Counter(zip(one.to_pylist(), two.to_pylist(), strict=True))
        return {(a or OPEN, b or OPEN): str(n) for (a, b), n in pairs.items()}
    others = [name for name in cited.table.column_names if name not in (of, across, "count")]
    rows = [
        r
        for r in cited.table.to_pylist()
        if TABLE_TOTAL not in (r[of], r[across]) and all(r[o] == TABLE_TOTAL for o in others)
    ]
    if not rows:
        raise UsageError(f"story: {cited.entry.id} does not count {of} by {across}")
    return {(_open(r[of]), _open(r[across])): r["count"] for r in rows}


def _open(value: str | None) -> str:
    return OPEN if value is None or value == UNKNOWN else value


def _in_order(lines: Sequence[Line]) -> list[Line]:
    if all(re.match(r"\d", line.value) for line in lines):
        return sorted(lines, key=lambda line: (int(re.match(r"\d+", line.value)[0]), line.value))  # type: ignore[index]
    return sorted(lines, key=lambda line: (-line.size, line.value))


def _in_words(values: set[str]) -> tuple[str, ...]:
    lines = [Line(value, "", 0) for value in values if value != OPEN]
    return (*(line.value for line in _in_order(lines)), *([OPEN] if OPEN in values else []))


def _gathered(lines: Sequence[Line], most: int) -> list[Line]:
    largest = sorted(lines, key=lambda line: (-line.size, line.value))
    kept, rest = largest[: most - 1], largest[most - 1 :]
    hidden = any(line.hidden for line in rest)
    total = sum(line.size for line in rest)
    return [*kept, Line("", f"{total} or more" if hidden else str(total), total, gathered=len(rest))]


def _suppression(cited: Cited, lines: Sequence[Line], empty: Line | None) -> str:
    hidden = sum(line.hidden for line in lines)
    if cited.is_counts:
        return (
            f"{hidden} of {len(lines)} counts are too small to show, or would give a small one away."
            if hidden
            else "No count here is hidden."
        )
    if cited.entry.method == Method.SYNTHESISE:
        said = "The rows are invented: counts are near the true ones, small ones may be wrong, missing or made up."
    else:
        said = "Every combination of values is shared by the number of persons that the guarantee names; rarer values are coarser or empty."
    return f"{said} {empty.shown} rows say nothing here: not recorded, or suppressed." if empty else said
