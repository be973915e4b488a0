from datetime import date

import pyarrow as pa
import pytest

from clew.insight import COUNTS, FLOWS, beside, case_flows
from clew.records.imprecise import Count
from clew.records.kinds import KINDS
from clew.safeguards.errors import MissingColumn


def cases(rows):
    """Rows of Case fields as a typed table; what is not given is null."""
    return pa.Table.from_pylist(rows, schema=KINDS["cases"].schema)


def person(origin="NGA", destination="ITA", year=2021, low=9, high=17, **more):
    registered = {"first": date(year, 1, 1), "last": date(year, 12, 31)}
    return {
        "id": "c", "citizenship": origin, "exploited_in": destination, "registered": registered,
        "gender": "Woman", "age": {"low": low, "high": high}, "forced_labour": "yes", **more,
    }  # fmt: skip


def said(table, *keys):
    return {tuple(row[k] for k in keys): row["text"] for row in table.to_pylist()}


def test_planted_flows_are_counted_and_small_ones_stay_suppressed():
    tables = case_flows(cases([person()] * 7 + [person("ROU", "GBR")] * 3 + [person("ITA", "ITA")] * 5))
    assert said(tables.flows, "origin", "destination") == {
        ("NGA", "ITA"): "7",
        ("ITA", "ITA"): "5",
        ("ROU", "GBR"): "<5",
    }
    assert tables.flows.schema == FLOWS
    assert tables.counts.schema == COUNTS
    assert tables.flow_total == Count(13, 16)
    assert tables.persons == Count(13, 16)  # the exact number less the other flows would be the small one
    assert said(tables.counts, "dimension", "value")["sex", "female"] == "13 to 16"


def test_order_of_hidden_flows_tells_nothing():
    rows = [person()] * 9 + [person("ROU", "GBR")] * 1 + [person("ALB", "GBR")] * 2 + [person("BGR", "GBR")] * 4
    assert case_flows(cases(rows)).flows["origin"].to_pylist() == ["NGA", "ALB", "BGR", "ROU"]


def test_sector_and_transit_are_counted_where_a_case_has_them():
    both = person(sector="hospitality; agriculture")
    table = cases([both | {"transit": "LBY;TUN"}] * 5 + [both] + [person()] * 5)
    counts = said(case_flows(table).counts, "dimension", "value")
    assert {key: count for key, count in counts.items() if key[0] in ("sector", "transit")} == {
        ("sector", "agriculture"): "6", ("sector", "hospitality"): "6", ("sector", "unknown"): "5",
        ("transit", "LBY"): "5", ("transit", "TUN"): "5", ("transit", "unknown"): "6",
    }  # fmt: skip


def test_effort_stands_beside_counts_and_is_not_told_where_it_would_tell_a_small_one():
    rows = [person(year=2020 + i % 2) for i in range(8)] + [person("ROU", "GBR", year=2019 + i) for i in range(4)]
    table = cases(rows).append_column("who", pa.array(["north", "south"] * 4 + list("abcd")))
    tables = case_flows(table, contributor="who")
    effort = {(r["dimension"], r["value"]): (r["reporters"], r["years"]) for r in tables.effort.to_pylist()}
    assert effort["destination", "ITA"] == (2, 2)
    assert effort["destination", "GBR"] == (None, None)  # four contributors: at least four persons
    assert [(r["origin"], r["reporters"]) for r in beside(tables.flows, tables.effort).to_pylist()] == [
        ("NGA", 2),
        ("ROU", None),
    ]
    with pytest.raises(MissingColumn, match="nobody"):
        case_flows(table, contributor="nobody")


def test_suppressed_cell_is_nowhere_a_number():
    row = case_flows(cases([person()] * 3)).flows.to_pylist()[0]
    assert (row["count_low"], row["count_high"], row["suppressed"], row["text"]) == (1, 4, True, "<5")
    assert 3 not in row.values()
    assert 2.5 not in row.values()


def test_unknown_origin_or_destination_is_counted_not_dropped():
    # real tables write unknown as null, as an empty cell or as blanks between separators
    unknown = [
        person(origin=None),
        person(destination=None),
        person(origin=""),
        person(origin=" ; "),
        person(None, None),
        person(" "),
    ]
    tables = case_flows(cases([person()] * 5 + unknown))
    assert said(tables.flows, "origin", "destination") == {("NGA", "ITA"): "5"}
    assert tables.unknown == Count(6, 6)
    assert tables.persons == Count(11, 11)


def test_several_citizenships_are_several_flows_and_one_written_twice_is_one():
    tables = case_flows(cases([person(origin="NGA; GHA;NGA")] * 6))
    assert said(tables.flows, "origin", "destination") == {("GHA", "ITA"): "6", ("NGA", "ITA"): "6"}
    assert tables.persons == Count(6, 6)


def test_counts_by_year_form_sex_and_age_band():
    table = cases(
        [person(low=16, high=16)] * 5
        + [person(year=2022, low=40, high=None, gender=None, sexual_exploitation="yes")] * 6
        + [person(forced_labour="no", low=30, high=38)] * 5
    )
    counts = said(case_flows(table).counts, "dimension", "value")
    assert counts == {
        ("year", "2021"): "10", ("year", "2022"): "6", ("sex", "female"): "10", ("sex", "unknown"): "6",
        ("age", "9--17"): "5", ("age", "40+"): "6", ("age", "30--38"): "5",
        ("form", "forced labour"): "11", ("form", "sexual exploitation"): "6", ("form", "unknown"): "5",
    }  # fmt: skip


def test_no_and_unknown_are_not_a_form():
    table = cases([person(forced_labour=answer) for answer in ("no", "unknown", "not_asked", None) for _ in range(5)])
    assert said(case_flows(table).counts, "dimension", "value")["form", "unknown"] == "20"


def test_a_year_that_spans_two_is_not_forced_into_one():
    spanning = {"first": date(2019, 11, 1), "last": date(2020, 2, 29)}
    counts = said(case_flows(cases([person(registered=spanning)] * 5)).counts, "dimension", "value")
    assert counts["year", "2019/2020"] == "5"


def test_no_cases_give_empty_tables_of_the_same_shape():
    tables = case_flows(cases([]))
    assert tables.flows.num_rows == 0
    assert tables.flows.schema == FLOWS
    assert tables.persons == tables.unknown == Count(0, 0)


def test_missing_column_is_named():
    with pytest.raises(MissingColumn, match="exploited_in"):
        case_flows(cases([]).select(["citizenship"]))
