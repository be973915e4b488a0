"""Counts by two or three things at once: form by sex, sector by age, and which way persons were taken (origin, transit, destination).

All crossings of one request are one system of sums (`linked_tables`): no small cell follows from the others. They are made beside, not on top of,
the flows and counts of `case_flows`: who has both can set one against the other, so give out one of the two. A person of
several forms (sectors, countries) is counted once, under all of them together, so that every line adds up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.insight.flows import COUNTED, FORMS, UNKNOWN
from clew.insight.linked_tables import ALL, Key, System, keys_of, system
from clew.insight.suppression import Pattern, pattern
from clew.records.imprecise import Answer
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError

TOTAL = "total"
OTHER = "other"
HIDDEN = "hidden"
COUNTRIES = {"origin": "citizenship", "transit": "transit", "destination": "exploited_in"}
DIMENSIONS = ("origin", "transit", "destination", "year", "form", "sex", "age", "age_when_trafficked", "sector")
USUAL = (("form", "sex"), ("sector", "age"), ("form", "year"), ("origin", "transit", "destination"))
"""What is crossed where nobody asks for anything else, as far as the cases say it."""
MOST_CELLS = 1_500
"""Of one crossing, totals included; beyond it the rarest values are taken together as `other`."""


def crossings(cases: pa.Table, by: Sequence[Sequence[str]] = (), *, below: int = 5) -> pa.Table:
    """One row a cell: the dimensions of all crossings (`total` where a cell does not ask for one), then the count.

    Count columns: count_low, count_high, suppressed, text. A cell from 1 to `below` - 1 is `<5`; one that would tell it is `hidden`: not
    below 5, and no more is said (count_high is null). Empty cells are left out where all of them are known to be empty. Values are
    those of `case_flows`. Raises UsageError for unknown dimensions, MissingColumn for those the cases do not have.
    """
    wanted = [tuple(each) for each in by] or [each for each in USUAL if all(_has(cases, name) for name in each)]
    _check(cases, wanted, below)
    names = list(dict.fromkeys(name for each in wanted for name in each))
    values = {name: _values(cases, name) for name in names}
    words, codes = _coded(values, wanted)
    tables = [tuple(names.index(name) for name in each) for each in wanted]
    sizes = [len(words[name]) for name in names]
    linked = system(codes, sizes, tables, zeros_known=True)
    listed = list(dict.fromkeys(key for each in tables for key, _ in keys_of(each, sizes, len(names))))
    cost = np.sqrt(linked.values) + 1.0
    for key, place in linked.places.items():
        cost[place] *= 4.0 ** min(3, sum(code == ALL for code in key))
    found = pattern(linked.values, linked.relations, below, marked=True, unseen=linked.unseen, cost=cost)
    return _written(names, words, listed, linked, found, below)


def _has(cases: pa.Table, dimension: str) -> bool:
    column = _column_of(dimension)
    if column is None:
        return any(name in cases.column_names for name in FORMS)
    return column in cases.column_names and cases[column].null_count < cases.num_rows


def _column_of(dimension: str) -> str | None:
    """The column that a dimension is read from; None for the forms, which are three."""
    plain = {name: column for name, column, _ in COUNTED} | COUNTRIES | {"sector": "sector"}
    return plain.get(dimension)


def _check(cases: pa.Table, wanted: Sequence[tuple[str, ...]], below: int) -> None:
    if below < 2:
        raise UsageError("suppression: the smallest count shown must be 2 or more")
    if not cases.num_rows:
        raise UnreadableInput("crossings: there is no case")
    if not wanted:
        raise UnreadableInput(f"crossings: no two of {', '.join(DIMENSIONS)} are recorded in the cases")
    for each in wanted:
        unknown = [name for name in each if name not in DIMENSIONS]
        if unknown or not 2 <= len(each) <= 3 or len(set(each)) != len(each):
            raise UsageError(f"--by: two or three of {', '.join(DIMENSIONS)}, each once")
        for name in each:
            column = _column_of(name) or next((c for c in FORMS if c in cases.column_names), "forced_labour")
            if column not in cases.column_names:
                raise MissingColumn(column, present=tuple(cases.column_names))


def _values(cases: pa.Table, dimension: str) -> pa.Array:
    """One word a person, `unknown` where nothing is recorded, several joined by `; `."""
    if dimension == "form":
        return _forms(cases)
    for name, column, reader in COUNTED:
        if name == dimension:
            return pc.fill_null(reader(cases[column].combine_chunks()), UNKNOWN)
    column = cases[COUNTRIES.get(dimension, dimension)].combine_chunks().cast(pa.string())
    coded = column.dictionary_encode()
    upper = dimension in COUNTRIES
    lists = [_joined(word.upper() if upper else word) for word in coded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(lists, pa.string()).take(coded.indices), UNKNOWN)


def _joined(word: str) -> str:
    return "; ".join(sorted({part.strip() for part in word.split(";")} - {""})) or UNKNOWN


def _forms(cases: pa.Table) -> pa.Array:
    parts = [
        pc.if_else(pc.fill_null(pc.equal(cases[name].combine_chunks(), Answer.YES.value), False), label, None)
        for name, label in FORMS.items()
        if name in cases.column_names
    ]
    joined = pc.binary_join_element_wise(*parts, "; ", null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), UNKNOWN, joined)


def _coded(values: dict[str, pa.Array], wanted: Sequence[tuple[str, ...]]) -> tuple[dict[str, list[str]], np.ndarray]:
    """Values in order and persons in codes; where a crossing would be too large, its longest dimension loses its rarest values to `other`."""
    counted = {
        name: sorted(
            zip(*(column.to_pylist() for column in array.value_counts().flatten()), strict=True),
            key=lambda pair: (-pair[1], pair[0]),
        )
        for name, array in values.items()
    }
    keep = {name: len(pairs) for name, pairs in counted.items()}
    for each in wanted:
        while np.prod([float(keep[name] + 2) for name in each]) > MOST_CELLS:
            longest = max(each, key=lambda name: keep[name])
            keep[longest] -= 1
    words, columns = {}, []
    for name, array in values.items():
        kept = [word for word, _ in counted[name][: keep[name]]]
        rest = len(counted[name]) > len(kept)
        words[name] = [*sorted(set(kept) - {OTHER}), *([OTHER] if rest or OTHER in kept else [])]
        places = pc.index_in(array, pa.array(words[name], pa.string()))
        columns.append(np.asarray(pc.fill_null(places, len(words[name]) - 1), dtype=np.int64))
    return words, np.column_stack(columns)


def _written(
    names: Sequence[str], words: dict[str, list[str]], listed: Sequence[Key], linked: System, found: Pattern, below: int
) -> pa.Table:
    at = np.array([linked.places[key] for key in listed])
    marks, hidden = found.marks[at], found.hidden[at]
    told = found.told[at]
    values = linked.values[at].astype(np.int64)
    low = np.where(marks, 1, np.where(hidden, np.where(told, below, 0), values))
    high = pa.array(np.where(marks, below - 1, values), mask=hidden & ~marks)
    text = np.where(marks, f"<{below}", np.where(hidden, HIDDEN, values.astype(str)))
    labels = [
        pa.array([TOTAL if key[place] == ALL else words[name][key[place]] for key in listed], pa.string())
        for place, name in enumerate(names)
    ]
    table = pa.table(
        [
            *labels,
            pa.array(low, pa.int64()),
            high.cast(pa.int64()),
            pa.array(hidden),
            pa.array(text.tolist(), pa.string()),
        ],
        names=[*names, "count_low", "count_high", "suppressed", "text"],
    )
    return table if (~told).any() else table.filter(pc.not_equal(table["text"], "0"))
