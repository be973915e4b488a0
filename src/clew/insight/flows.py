"""Who was taken from where to where: flows between countries, and counts by year, form, sex and age.

Case tables and published aggregates give the same shape. A cell of fewer than five persons is the interval `<5`, every
sum that it enters is an interval, and so is what would tell it. Persons whose origin or destination is not recorded are in no flow: they are counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.insight.flow_effort import EFFORT, case_effort
from clew.insight.intervals import CELLS, cells, total
from clew.insight.shown_together import Ends, Line, shown_together
from clew.records.imprecise import AgeRange, Answer, Count
from clew.records.rejects import Rejects
from clew.safeguards.errors import MissingColumn

FLOWS = pa.schema([("origin", pa.string()), ("destination", pa.string()), *CELLS])
COUNTS = pa.schema([("dimension", pa.string()), ("value", pa.string()), *CELLS])
REPATRIATED = pa.schema([("reporter", pa.string()), ("named", pa.string()), *CELLS])
PLACES = pa.schema([("place", pa.string()), *CELLS])
UNKNOWN = "unknown"
FORMS = {
    "forced_labour": "forced labour",
    "sexual_exploitation": "sexual exploitation",
    "other_exploitation": "other exploitation",
}
AGE_BANDS = ((0, 8), (9, 17), (18, 20), (21, 23), (24, 26), (27, 29), (30, 38), (39, 47), (48, None))
"""The age bands of the CTDC releases of 2024 on, in years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTables:
    """Flows and counts with what they leave out."""

    flows: pa.Table
    """`FLOWS`: origin and destination as ISO 3166-1 alpha-3; largest first. The same country twice is within it."""
    counts: pa.Table
    """`COUNTS`: dimension is year, form, sex, age (at registration), age_when_trafficked, sector or transit; value `unknown` where it is not recorded."""
    persons: Count
    unknown: Count
    """Persons whose origin or destination is not recorded; they are in no flow."""
    effort: pa.Table = field(default_factory=EFFORT.empty_table)
    """`EFFORT`: by destination and by year, how many reported and for how many years: what is not reported is in no count."""
    elsewhere: pa.Table = field(default_factory=PLACES.empty_table)
    """`PLACES`: what was named as a country and is none (Abroad, a region), in no flow."""
    repatriated: pa.Table = field(default_factory=REPATRIATED.empty_table)
    """`REPATRIATED`: persons brought home, by reporting and named country. Another measure: never add it to `flows`."""
    conflicts: int = 0
    """Cells that the source gives more than once with different counts: shown as the interval between them."""
    rejects: Rejects = field(default_factory=Rejects.none)
    how: str
    """How this was counted."""

    @property
    def flow_total(self) -> Count:
        """The sum of the flows as an interval."""
        return total(self.flows)


def case_flows(cases: pa.Table, *, contributor: str | None = None, below: int = 5) -> FlowTables:
    """Flows and counts of a table of cases (`records.kinds.Case`), one row a person.

    Needs `citizenship` and `exploited_in`; counts are made of those of `registered`, `gender`, `age`,
    `age_when_trafficked`, the three exploitation answers, `sector` and `transit` that are there. A person of two
    citizenships is in two flows, of two forms in two counts. `contributor` names the column of who recorded the case.
    Small cells and what would tell them are intervals (`shown_together`).
    """
    for name in ("citizenship", "exploited_in", *([contributor] if contributor else [])):
        if name not in cases.column_names:
            raise MissingColumn(name, present=tuple(cases.column_names))
    pairs, without = _pairs(cases)
    counted = pairs.group_by(["origin", "destination"]).aggregate([([], "count_all")]).combine_chunks()
    dimensions = _dimensions(cases)
    lines = [_line(counted["count_all"], without), *(one.line for one in dimensions)]
    shown = shown_together(cases.num_rows, lines, below)
    flows, unknown = _shown_flows(counted, shown.lines[0])
    tables = [_shown(one, ends) for one, ends in zip(dimensions, shown.lines[1:], strict=True) if ends is not None]
    counts = pa.concat_tables(tables) if tables else COUNTS.empty_table()
    return FlowTables(
        flows=flows,
        counts=counts,
        persons=shown.persons,
        unknown=unknown or shown.persons,
        effort=case_effort(cases, pairs, flows, counts, contributor),
        how=_how(below, [one.name for one, ends in zip(dimensions, shown.lines[1:], strict=True) if ends is None]),
    )


def _how(below: int, left_out: Sequence[str]) -> str:
    few = f" Too few to be shown beside the others: {', '.join(left_out)}." if left_out else ""
    return (
        f"One row a person. Counts of 1 to {below - 1} are shown as <{below}; the number of persons and the largest counts "
        "beside them are intervals where they would tell a small one. "
        f"A person of several citizenships is in several flows, of several forms in several counts.{few}"
    )


@dataclass(frozen=True, slots=True)
class _Dimension:
    """The exact counts by one key. With `outside`, the last count is of persons without a value, and may be zero."""

    name: str
    values: list[str]
    line: Line


def _line(counts: pa.ChunkedArray, outside: int | None) -> Line:
    numbers = np.asarray(counts, dtype=np.int64)
    return Line(counts=numbers) if outside is None else Line(counts=np.append(numbers, outside), outside=True)


def _shown(one: _Dimension, ends: tuple[Ends, Ends]) -> pa.Table:
    seen = np.flatnonzero(one.line.counts)
    values = pa.array(one.values, pa.string()).take(pa.array(seen))
    shown = cells(ends[0][seen], ends[1][seen])
    return pa.table([pa.array([one.name] * len(seen), pa.string()), values, *shown.values()], schema=COUNTS)


def _shown_flows(counted: pa.Table, ends: tuple[Ends, Ends] | None) -> tuple[pa.Table, Count | None]:
    """The flows, largest first as far as is shown, and how many persons are in none."""
    if ends is None:
        return FLOWS.empty_table(), None
    shown = cells(ends[0][:-1], ends[1][:-1])
    flows = pa.table([counted["origin"], counted["destination"], *shown.values()], schema=FLOWS)
    order = [
        ("count_high", "descending"),
        ("count_low", "descending"),
        ("origin", "ascending"),
        ("destination", "ascending"),
    ]
    return flows.sort_by(order), Count(int(ends[0][-1]), int(ends[1][-1]))


def _pairs(cases: pa.Table) -> tuple[pa.Table, int]:
    """One row a person and pair of countries, without repeats, and how many persons have no pair."""
    origins, destinations = _countries(cases, "citizenship", "origin"), _countries(cases, "exploited_in", "destination")
    pairs = origins.join(destinations, "person", join_type="inner")
    return pairs, int(cases.num_rows - pc.count_distinct(pairs["person"]).as_py())


def _countries(cases: pa.Table, column: str, name: str) -> pa.Table:
    listed = _listed(cases[column], name)
    codes = listed.set_column(1, name, pc.utf8_upper(listed[name]))
    return codes.group_by(["person", name]).aggregate([])


def _listed(column: pa.ChunkedArray, name: str) -> pa.Table:
    """Values that `;` separates, one a row beside the row number they came from; no empty one, none twice."""
    lists = pc.split_pattern(column.combine_chunks().cast(pa.string()), ";")
    people = pa.array(np.arange(len(lists), dtype=np.int64)).take(pc.list_parent_indices(lists))
    values = pc.utf8_trim_whitespace(pc.list_flatten(lists))
    table = pa.table({"person": people, name: values})
    return table.filter(pc.not_equal(values, "")).group_by(["person", name]).aggregate([])


def _dimensions(cases: pa.Table) -> list[_Dimension]:
    found = []
    for dimension, name, reader in COUNTED:
        if name in cases.column_names and (name in ALWAYS or cases[name].null_count < cases.num_rows):
            found.append(_counted(dimension, reader(cases[name].combine_chunks())))
    if any(name in cases.column_names for name in FORMS):
        found.append(_forms(cases))
    return found + [
        _several(name, cases)
        for name in SEVERAL
        if name in cases.column_names and cases[name].null_count < cases.num_rows
    ]


def _counted(dimension: str, values: pa.Array) -> _Dimension:
    counted = pa.table({"value": pc.fill_null(values, UNKNOWN)}).group_by("value").aggregate([([], "count_all")])
    counted = counted.sort_by("value")
    return _Dimension(dimension, counted["value"].to_pylist(), _line(counted["count_all"], None))


def _several(name: str, cases: pa.Table) -> _Dimension:
    """Counts of what a person may have several of."""
    listed = _listed(cases[name], "value")
    counted = listed.group_by("value").aggregate([([], "count_all")]).sort_by("value")
    without = int(cases.num_rows - pc.count_distinct(listed["person"]).as_py())
    return _Dimension(name, [*counted["value"].to_pylist(), UNKNOWN], _line(counted["count_all"], without))


def _forms(cases: pa.Table) -> _Dimension:
    said = {
        label: pc.fill_null(pc.equal(cases[name], Answer.YES.value), False)
        for name, label in FORMS.items()
        if name in cases.column_names
    }
    ticked = np.array([answers.to_numpy() for answers in said.values()])
    counts = np.array([*ticked.sum(axis=1), int((~ticked.any(axis=0)).sum())])
    return _Dimension("form", [*said, UNKNOWN], Line(counts=counts, outside=True))


SEXES: Mapping[str, tuple[str, ...]] = {
    "female": ("feminine", "woman", "female", "women", "girl"),
    "male": ("masculine", "man", "male", "men", "boy"),
    "other": (
        "transgenderfeminine",
        "transgendermasculine",
        "nonconforming",
        "trans/transgender/nonconforming",
        "other",
    ),
}
"""What case layouts write for gender (HTCDS, CTDC) -> the three words of published counts; anything else is unknown."""


def _sex(column: pa.Array) -> pa.Array:
    words = {word: sex for sex, given in SEXES.items() for word in given}
    plain = pc.replace_substring(pc.utf8_lower(_word(column)), " ", "")
    found = pa.array(list(words.values()), pa.string()).take(pc.index_in(plain, pa.array(list(words), pa.string())))
    return pc.fill_null(found, UNKNOWN)


def _word(column: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _year(column: pa.Array) -> pa.Array:
    """The year of an interval that lies in one, `2019/2020` for one that spans two."""
    if not pa.types.is_struct(column.type):
        return pc.utf8_slice_codeunits(_word(column), 0, 4)
    first, last = (pc.year(pc.struct_field(column, end)).cast(pa.string()) for end in ("first", "last"))
    return pc.if_else(pc.equal(first, last), first, pc.binary_join_element_wise(first, last, "/"))


def _age(column: pa.Array) -> pa.Array:
    """The CTDC band that an age lies in, or its own range where it crosses bands."""
    if not pa.types.is_struct(column.type):
        return _word(column)
    low, high = pc.struct_field(column, "low"), pc.struct_field(column, "high")
    keys = pc.binary_join_element_wise(low.cast(pa.string()), pc.fill_null(high.cast(pa.string()), ""), "-")
    coded = keys.dictionary_encode()
    names = pa.array([_band(key) for key in coded.dictionary.to_pylist()], pa.string())
    return names.take(coded.indices)


def _band(key: str) -> str:
    low, _, high = key.partition("-")
    age = AgeRange(int(low), int(high) if high else None)
    for first, last in AGE_BANDS:
        if first <= age.low and (last is None or (age.high is not None and age.high <= last)):
            return str(AgeRange(first, last))
    return str(age)


ALWAYS = ("registered", "gender", "age")
"""Columns that are counted also where nobody recorded them."""
COUNTED = (
    ("year", "registered", _year),
    ("sex", "gender", _sex),
    ("age", "age", _age),
    ("age_when_trafficked", "age_when_trafficked", _age),
)
"""Dimension, column and how it is read. The two ages are two: years may lie between what happened and the file."""
SEVERAL = ("sector", "transit")
"""Columns of which a person may have several values, separated by `;`."""
