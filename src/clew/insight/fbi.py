"""Reads the counts of trafficking offences that agencies of the United States report to the FBI (Uniform Crime Reporting).

One row an agency, year and kind of offence, often several with nothing to tell them apart (up to 15): they are added up. These are
offences, not persons, and only of agencies that report: how many do stands beside every count.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from clew.insight.flow_effort import EFFORT
from clew.insight.flows import COUNTS, FLOWS, FlowTables
from clew.insight.intervals import cells
from clew.records.imprecise import Count
from clew.records.raw import rejects_of
from clew.records.rejects import Rejects
from clew.safeguards.errors import MissingColumn

COLUMNS = ("DATA_YEAR", "ORI", "STATE_NAME", "OFFENSE_SUBCAT_NAME", "ACTUAL_COUNT")
FORMS = {"commercial sex acts": "sexual exploitation", "involuntary servitude": "forced labour"}
"""The two offences of the layout (34 USC 41309) as the forms of `case_flows`; another word stays as it is."""


def fbi_counts(table: pa.Table) -> FlowTables:
    """Counts of offences by year, form and state, with the agencies and years behind them; no flows: origins are not recorded.

    `table` holds the layout's columns as text. Rows without a year, an agency or a count from zero up come back as rejects (a count
    below zero takes an earlier report back; which one is not told).
    """
    for name in COLUMNS:
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    text = pa.table(
        {name: pc.fill_null(pc.utf8_trim_whitespace(table[name].cast(pa.string())), "") for name in COLUMNS}
    )
    good, rejects = pa.array([True] * text.num_rows), Rejects.none()
    for name, rule, pattern in (
        ("DATA_YEAR", "not a year", r"^(19|20)[0-9]{2}$"),
        ("ORI", "no agency", r"."),
        ("ACTUAL_COUNT", "not a count from zero up", r"^[0-9]{1,6}$"),
    ):
        passed = pc.match_substring_regex(text[name].combine_chunks(), pattern)
        rows = pc.indices_nonzero(pc.and_(good, pc.invert(passed)))
        if len(rows):
            rejects += rejects_of(table.take(rows), pc.add(rows.cast(pa.int64()), 1).to_numpy(), name, rule, "ORI")
        good = pc.and_(good, passed)
    kept = text.filter(good)
    kept = kept.append_column("n", kept["ACTUAL_COUNT"].cast(pa.int64())).append_column("form", _forms(kept))
    parts = [_by(kept, "year", "DATA_YEAR"), _by(kept, "form", "form"), _by(kept, "state", "STATE_NAME")]
    total = int(pc.sum(kept["n"]).as_py() or 0)
    return FlowTables(
        flows=FLOWS.empty_table(),
        counts=pa.concat_tables(parts),
        persons=Count(total, total),
        unknown=Count(total, total),
        effort=pa.concat_tables([_effort(kept, "year", "DATA_YEAR"), _effort(kept, "state", "STATE_NAME")]),
        rejects=rejects,
        how="Offences, not persons, as agencies reported them to the FBI; unfounded ones are not in it. Where no agency reports, nothing is "
        "counted: the number of reporting agencies is in the effort table. Origins are not recorded, so that no offence is in a flow.",
    )


def _forms(kept: pa.Table) -> pa.Array:
    words = pc.utf8_lower(kept["OFFENSE_SUBCAT_NAME"]).combine_chunks()
    known = pc.index_in(words, pa.array(list(FORMS)))
    found = pc.coalesce(pa.array(list(FORMS.values())).take(known), words)
    return pc.if_else(pc.equal(found, ""), "unknown", found)


def _by(kept: pa.Table, dimension: str, column: str) -> pa.Table:
    sums = kept.group_by(column).aggregate([("n", "sum")]).sort_by(column).combine_chunks()
    shown = cells(sums["n_sum"], sums["n_sum"])
    return pa.table([pa.array([dimension] * sums.num_rows, pa.string()), sums[column], *shown.values()], schema=COUNTS)


def _effort(kept: pa.Table, dimension: str, column: str) -> pa.Table:
    kept = kept.select([column]).append_column("agency", kept["ORI"]).append_column("in_year", kept["DATA_YEAR"])
    found = kept.group_by(column).aggregate([("agency", "count_distinct"), ("in_year", "count_distinct")])
    found = found.sort_by(column).combine_chunks()
    columns = (found[column], found["agency_count_distinct"], found["in_year_count_distinct"])
    return pa.table([pa.array([dimension] * found.num_rows, pa.string()), *columns], schema=EFFORT)
