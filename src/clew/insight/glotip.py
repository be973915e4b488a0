"""Reads the layout of the UNODC Global Report on Trafficking in Persons into flows and counts.

`by citizenship` of detected persons gives origin -> country of detection. `by country of repatriation` is kept apart
as pairs without a direction: the layout states none, and its rows read as *sent home to* up to 2016 (Germany names
Romania) and as *brought home from* after (Nigeria names Libya). The layout is read as it is published: the same cell
may come twice, `Other forms of exploitation` stands for several lines, and `<5` stays `<5`.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from clew.insight.flow_effort import EFFORT
from clew.insight.flows import COUNTS, FLOWS, PLACES, REPATRIATED, UNKNOWN, FlowTables
from clew.insight.intervals import cells, parse, total
from clew.records.imprecise import Count
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import MissingColumn
from clew.standards import country_names

COLUMNS = ("Iso3_code", "Country", "Indicator", "Dimension", "Category", "Sex", "Age", "Year", "txtVALUE")
DETECTED = "Detected trafficking victims"
OWN = "Own country nationals"
MOST = 1_000_000
"""A cell of one country and year above this many persons is not believed: such cells are rejected, not counted."""
_KEY = ["country", "year", "origin", "destination", "named", "place", "value"]


def glotip_flows(table: pa.Table) -> FlowTables:
    """Flows and counts of detected persons, all countries and years together.

    `table` holds the layout's columns as text. Rows whose year or count cannot be read, or whose count is
    impossible, come back as rejects with field and rule. `persons` is the sum of the published totals.
    """
    for name in COLUMNS:
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    table = table.select(COLUMNS).cast(pa.schema([(name, pa.string()) for name in COLUMNS])).combine_chunks()
    rows, rejects = _readable(table)
    known = dict(zip(table["Country"].to_pylist(), table["Iso3_code"].to_pylist(), strict=True))
    rows = _named(rows, {name: code for name, code in known.items() if name and code})
    return _assembled(rows, rejects)


def _readable(table: pa.Table) -> tuple[pa.Table, Rejects]:
    low, high = parse(table["txtVALUE"])
    year = pc.fill_null(pc.match_substring_regex(table["Year"].combine_chunks(), r"^(19|20)[0-9]{2}$"), False)
    code = pc.fill_null(pc.match_substring_regex(table["Iso3_code"].combine_chunks(), r"^[A-Z]{3}$"), False)
    counted = pc.is_valid(low)
    rules = (
        ("Iso3_code", "not an ISO 3166-1 alpha-3 code", code),
        ("Year", "not a year", year),
        ("txtVALUE", "not a count of the forms N or <N", counted),
        (
            "txtVALUE",
            f"more than {MOST} persons in one cell",
            pc.or_kleene(pc.invert(counted), pc.less_equal(high, MOST)),
        ),
    )
    good, rejects = pa.repeat(pa.scalar(True), table.num_rows), Rejects.none()
    for name, rule, passed in rules:
        broken = pc.and_(good, pc.invert(passed))
        rejects += _rejected(table, broken, name, rule)
        good = pc.and_(good, passed)
    kept = table.append_column("low", low).append_column("high", high).filter(good)
    return kept.filter(pc.equal(kept["Indicator"], DETECTED)), rejects


def _rejected(table: pa.Table, broken: pa.Array, name: str, rule: str) -> Rejects:
    rows = pc.indices_nonzero(broken)
    lines = pc.binary_join_element_wise(*(pc.fill_null(table[c].take(rows), "") for c in COLUMNS), "\t")
    size = len(rows)
    return Rejects(
        pa.table(
            [pc.add(rows.cast(pa.int64()), 1), pa.nulls(size, pa.string()), [name] * size, [rule] * size, lines],
            schema=REJECTS,
        )
    )


def _named(rows: pa.Table, known: dict[str, str]) -> pa.Table:
    own = pc.equal(rows["Category"], OWN)
    place = pc.if_else(own, rows["Iso3_code"], country_names.codes(rows["Category"], known))
    return rows.append_column("code", place).rename_columns({"Iso3_code": "country", "Year": "year"})


def _assembled(rows: pa.Table, rejects: Rejects) -> FlowTables:
    every = _where(rows, Sex="Total", Age="Total")
    citizens = _where(every, Dimension="by citizenship")
    citizens = citizens.append_column("place", citizens["Category"])
    named = citizens.filter(pc.is_valid(citizens["code"])).drop_columns(["place"])
    nameless = citizens.filter(pc.is_null(citizens["code"]))
    unknown = pc.equal(pc.utf8_lower(nameless["place"]), UNKNOWN)
    flows, conflicts = _once(
        named.append_column("origin", named["code"]).append_column("destination", named["country"])
    )
    missing, more = _once(nameless.filter(unknown))
    elsewhere, yet_more = _once(nameless.filter(pc.invert(unknown)))
    counts, persons, others = _counts(rows, every)
    return FlowTables(
        flows=_summed(flows, ["origin", "destination"], FLOWS),
        counts=counts,
        persons=persons,
        effort=_effort(citizens, _where(rows, Dimension="Total", Sex="Total", Age="Total")),
        unknown=total(missing.rename_columns({"low": "count_low", "high": "count_high"})),
        elsewhere=_summed(elsewhere, ["place"], PLACES),
        repatriated=_repatriated(every),
        conflicts=conflicts + more + yet_more + others,
        rejects=rejects,
        how="Persons detected, as states reported them to UNODC; all years added up. Cells published as <5 stay "
        "intervals, and so do their sums. States report some dimensions and not others, so that the dimensions "
        "do not add up to one total; a country that did not report a year has no count for it. A cell given twice with different counts is the interval between them.",
    )


def _effort(citizens: pa.Table, totals: pa.Table) -> pa.Table:
    """For how many years a country reported citizenships, and how many countries reported a total for a year."""
    years = citizens.group_by("country").aggregate([("year", "count_distinct")]).sort_by("country").combine_chunks()
    states = totals.group_by("year").aggregate([("country", "count_distinct")]).sort_by("year").combine_chunks()
    one = [pa.array([1] * table.num_rows, pa.int64()) for table in (years, states)]
    return pa.concat_tables(
        pa.table([pa.array([dimension] * table.num_rows, pa.string()), *columns], schema=EFFORT)
        for dimension, table, columns in (
            ("destination", years, (years["country"], one[0], years["year_count_distinct"])),
            ("year", states, (states["year"], states["country_count_distinct"], one[1])),
        )
    )


def _where(rows: pa.Table, **wanted: str) -> pa.Table:
    for name, value in wanted.items():
        rows = rows.filter(pc.equal(rows[name], value))
    return rows


def _once(rows: pa.Table) -> tuple[pa.Table, int]:
    """Each cell of a country and year once, and how many were given with different counts."""
    keys = [key for key in _KEY if key in rows.column_names]
    spread = rows.group_by(keys).aggregate([("low", "min"), ("low", "max"), ("high", "min"), ("high", "max")])
    differs = pc.or_(
        pc.not_equal(spread["low_min"], spread["low_max"]), pc.not_equal(spread["high_min"], spread["high_max"])
    )
    cells_once = spread.select([*keys, "low_min", "high_max"]).rename_columns([*keys, "low", "high"])
    return cells_once, int(pc.sum(differs).as_py() or 0)


def _summed(rows: pa.Table, keys: list[str], schema: pa.Schema) -> pa.Table:
    sums = rows.group_by(keys).aggregate([("low", "sum"), ("high", "sum")])
    sums = sums.filter(pc.greater(sums["high_sum"], 0))
    sums = sums.sort_by([("high_sum", "descending"), *((key, "ascending") for key in keys)]).combine_chunks()
    return pa.table([*(sums[key] for key in keys), *cells(sums["low_sum"], sums["high_sum"]).values()], schema=schema)


def _repatriated(every: pa.Table) -> pa.Table:
    rows = _where(every, Dimension="by country of repatriation")
    rows = rows.filter(pc.and_(pc.is_valid(rows["code"]), pc.not_equal(rows["code"], rows["country"])))
    once, _ = _once(rows.append_column("named", rows["code"]))
    return _summed(once, ["country", "named"], REPATRIATED)


def _counts(rows: pa.Table, every: pa.Table) -> tuple[pa.Table, Count, int]:
    totals = _where(rows, Dimension="Total")
    by_year, conflicts = _once(_where(totals, Sex="Total", Age="Total"))
    parts = [_dimension("year", by_year.append_column("value", by_year["year"]))]
    forms = _where(every, Dimension="by form of exploitation")
    parts.append(
        _dimension("form", forms.append_column("value", pc.utf8_lower(forms["Category"])))
    )  # lines of one form add up
    for dimension, kept in (("sex", pc.equal(totals["Age"], "Total")), ("age", pc.equal(totals["Sex"], "Total"))):
        part = totals.filter(kept)
        label = "Sex" if dimension == "sex" else "Age"
        part = part.filter(pc.not_equal(part[label], "Total"))
        once, more = _once(part.append_column("value", pc.utf8_lower(part[label])))
        parts.append(_dimension(dimension, once))
        conflicts += more
    return pa.concat_tables(parts), total(parts[0]), conflicts


def _dimension(name: str, rows: pa.Table) -> pa.Table:
    sums = rows.group_by("value").aggregate([("low", "sum"), ("high", "sum")]).sort_by("value").combine_chunks()
    shown = cells(sums["low_sum"], sums["high_sum"])
    return pa.table([[name] * sums.num_rows, sums["value"], *shown.values()], schema=COUNTS)
