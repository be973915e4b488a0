"""How much was reported behind the counts: where nobody reports, nothing is counted."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

EFFORT = pa.schema(
    [("dimension", pa.string()), ("value", pa.string()), ("reporters", pa.int64()), ("years", pa.int64())]
)
"""`dimension` is destination or year. `reporters`: contributors, or reporting countries. Null where it is not recorded or would tell a small count."""


def case_effort(
    cases: pa.Table, pairs: pa.Table, flows: pa.Table, counts: pa.Table, contributor: str | None
) -> pa.Table:
    """Contributors and years of registration, by destination and by year.

    `pairs`: person (row of `cases`), origin, destination; `flows` and `counts` as they are shown. As many contributors
    there are, so many persons at least: a number above what the shown counts tell for sure is left out.
    """
    people = pa.table({"reporter": _words(cases, contributor), "year": _years(cases)})
    at = people.take(pairs["person"]).append_column("value", pairs["destination"])
    sure = flows.group_by("destination").aggregate([("count_low", "max")]).rename_columns(["value", "sure"])
    years = counts.filter(pc.equal(counts["dimension"], "year"))
    certain = pa.table({"value": years["value"], "sure": years["count_low"]})
    return pa.concat_tables(
        [
            _effort("destination", at, sure),
            _effort("year", people.append_column("value", people["year"]), certain),
        ]
    )


def beside(flows: pa.Table, effort: pa.Table) -> pa.Table:
    """Flows with the effort at their destination beside them: `reporters` and `years`."""
    of = effort.filter(pc.equal(effort["dimension"], "destination"))
    places = pc.index_in(flows["destination"], of["value"].combine_chunks())
    for name in ("reporters", "years"):
        flows = flows.append_column(name, of[name].combine_chunks().take(places.combine_chunks()))
    return flows


def _effort(dimension: str, rows: pa.Table, sure: pa.Table) -> pa.Table:
    """`rows`: value, reporter, year. `sure`: how many persons the reader knows of at least, by value."""
    rows = rows.filter(pc.is_valid(rows["value"]))
    found = rows.group_by("value").aggregate([("reporter", "count_distinct"), ("year", "count_distinct")])
    found = found.join(sure, "value", join_type="inner").sort_by("value").combine_chunks()
    told = [
        pc.if_else(
            pc.and_(pc.greater(found[name], 0), pc.less_equal(found[name], found["sure"])),
            found[name],
            pa.scalar(None, pa.int64()),
        )
        for name in ("reporter_count_distinct", "year_count_distinct")
    ]
    return pa.table([pa.array([dimension] * found.num_rows, pa.string()), found["value"], *told], schema=EFFORT)


def _words(cases: pa.Table, column: str | None) -> pa.ChunkedArray | pa.Array:
    if column is None:
        return pa.nulls(cases.num_rows, pa.string())
    words = pc.utf8_trim_whitespace(cases[column].cast(pa.string()))
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)


def _years(cases: pa.Table) -> pa.ChunkedArray | pa.Array:
    """The year of registration where it is one year."""
    if "registered" not in cases.column_names:
        return pa.nulls(cases.num_rows, pa.string())
    column = cases["registered"].combine_chunks()
    if not pa.types.is_struct(column.type):
        year = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(column.cast(pa.string())), 0, 4)
        return pc.if_else(pc.equal(year, ""), pa.scalar(None, pa.string()), year)
    first, last = (pc.year(pc.struct_field(column, end)).cast(pa.string()) for end in ("first", "last"))
    return pc.if_else(pc.equal(first, last), first, pa.scalar(None, pa.string()))
