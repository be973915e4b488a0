import pyarrow as pa
import pyarrow.compute as pc
import pytest

from clew.insight import COUNTS, FLOWS, REPATRIATED, glotip_flows
from clew.insight.glotip import COLUMNS
from clew.records.imprecise import Count
from clew.safeguards.errors import MissingColumn

NAMES = {"ITA": "Italy", "NGA": "Nigeria", "GBR": "United Kingdom"}
CITIZENS, FORM = "by citizenship", "by form of exploitation"


def row(
    code="ITA",
    dimension="Total",
    category="Total",
    value="10",
    *,
    sex="Total",
    age="Total",
    year="2019",
    indicator="Detected trafficking victims",
):
    return dict(
        zip(COLUMNS, (code, NAMES.get(code, "?"), indicator, dimension, category, sex, age, year, value), strict=True)
    )


def flows(*rows):
    return glotip_flows(
        pa.Table.from_pylist([row("NGA"), *rows], schema=pa.schema([(c, pa.string()) for c in COLUMNS]))
    )


def said(table, *keys):
    return {tuple(r[k] for k in keys): r["text"] for r in table.to_pylist()}


def test_citizenship_is_origin_and_the_reporting_country_destination():
    tables = flows(row("ITA", CITIZENS, "Nigeria", "1,234"), row("ITA", CITIZENS, "Own country nationals", "8"))
    assert said(tables.flows, "origin", "destination") == {("NGA", "ITA"): "1234", ("ITA", "ITA"): "8"}
    assert tables.flows.schema == FLOWS


def test_below_five_stays_an_interval_through_every_sum():
    tables = flows(
        row("ITA", CITIZENS, "Nigeria", "<5"), row("ITA", CITIZENS, "Nigeria", "<5", year="2020"),
        row("GBR", CITIZENS, "Nigeria", "<5"), row("GBR", CITIZENS, "Nigeria", "20", year="2020"),
    )  # fmt: skip
    assert said(tables.flows, "origin", "destination") == {("NGA", "ITA"): "2 to 8", ("NGA", "GBR"): "21 to 24"}
    assert tables.flow_total == Count(23, 32)


def test_a_lone_suppressed_cell_reads_as_published():
    assert said(flows(row("ITA", CITIZENS, "Nigeria", "<5")).flows, "origin") == {("NGA",): "<5"}


def test_what_is_no_country_is_kept_and_said():
    tables = flows(
        row("ITA", CITIZENS, "Unknown", "7"), row("ITA", CITIZENS, "REG_AFR", "<5"), row("ITA", CITIZENS, "Abroad", "6")
    )
    assert tables.flows.num_rows == 0
    assert tables.unknown == Count(7, 7)
    assert said(tables.elsewhere, "place") == {("REG_AFR",): "<5", ("Abroad",): "6"}


def test_broken_letters_still_name_the_country():
    # as published: UTF-8 read as Windows-1252, and letters lost altogether
    names = ["C\u00c3\u00b4te d\u00e2\u20ac\u2122Ivoire", "C\ufffdTE D'IVOIRE", "T\u00c3\u00bcrkiye", "UAE"]
    tables = flows(*(row("ITA", CITIZENS, name, "9", year=str(2010 + i)) for i, name in enumerate(names)))
    assert said(tables.flows, "origin") == {("CIV",): "18", ("TUR",): "9", ("ARE",): "9"}


def test_the_same_cell_twice_counts_once_and_a_contradiction_is_an_interval():
    tables = flows(row("ITA", CITIZENS, "Nigeria", "9"), row("ITA", CITIZENS, "Nigeria", "9"))
    assert said(tables.flows, "origin") == {("NGA",): "9"}
    assert tables.conflicts == 0
    tables = flows(row("ITA", sex="Male", value="35"), row("ITA", sex="Male", value="<5"))
    assert said(tables.counts, "dimension", "value")["sex", "male"] == "<36"
    assert tables.conflicts == 1


def test_lines_of_other_forms_add_up():
    # forced begging, forced marriage and so on are published under one name
    tables = flows(*(row("ITA", FORM, "Other forms of exploitation", value) for value in ("27", "<5", "0")))
    assert said(tables.counts, "dimension", "value")["form", "other forms of exploitation"] == "28 to 31"


def test_repatriation_is_another_measure_and_enters_no_flow():
    tables = flows(row("ITA", "by country of repatriation", "Nigeria", "11"))
    assert tables.flows.num_rows == 0
    assert tables.repatriated.schema == REPATRIATED
    assert said(tables.repatriated, "reporter", "named") == {("ITA", "NGA"): "11"}


def test_how_many_countries_and_years_reported_stands_beside():
    tables = flows(
        row("ITA", CITIZENS, "Nigeria", "9"), row("ITA", CITIZENS, "Romania", "9", year="2020"), row("GBR", year="2020"),
        row("ITA", year="2020"),
    )  # fmt: skip
    effort = {(r["dimension"], r["value"]): (r["reporters"], r["years"]) for r in tables.effort.to_pylist()}
    assert effort == {("destination", "ITA"): (1, 2), ("year", "2019"): (1, 1), ("year", "2020"): (2, 1)}


def test_other_indicators_are_not_persons_detected():
    tables = flows(row("ITA", CITIZENS, "Nigeria", "11", indicator="Persons convicted"))
    assert tables.flows.num_rows == 0
    assert tables.persons == Count(10, 10)


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (row("ITA", CITIZENS, "Nigeria", "many"), "txtVALUE"),
        (row("ITA", CITIZENS, "Nigeria", ""), "txtVALUE"),
        (row("ITA", CITIZENS, "Nigeria", "-4"), "txtVALUE"),
        (row("ITA", CITIZENS, "Nigeria", "783,140,400"), "txtVALUE"),
        (row("ITA", CITIZENS, "Nigeria", "5", year="20x9"), "Year"),
        (row("Italy", CITIZENS, "Nigeria", "5"), "Iso3_code"),
    ],
)
def test_rows_that_cannot_be_read_come_back_with_field_and_rule(broken, field):
    tables = flows(broken)
    assert tables.flows.num_rows == 0
    assert tables.rejects.table["row"].to_pylist() == [2]
    assert tables.rejects.table["field"].to_pylist() == [field]


def test_missing_column_is_named():
    with pytest.raises(MissingColumn, match="txtVALUE"):
        glotip_flows(pa.table({name: ["x"] for name in COLUMNS if name != "txtVALUE"}))


def test_the_published_file(shared_data):
    from clew.records.read import read_table

    table = read_table(shared_data / "glotip" / "glotip_2025-10-28.csv.gz").table
    tables = glotip_flows(table)
    flows = said(tables.flows, "origin", "destination")
    assert tables.flows.num_rows > 2_000
    # by hand from the file: persons of Albanian citizenship detected in the United Kingdom, all years
    rows = [
        r
        for r in table.to_pylist()
        if r["Iso3_code"] == "GBR" and r["Category"] == "Albania" and r["Indicator"] == "Detected trafficking victims"
    ]
    rows = {(r["Year"], r["txtVALUE"]) for r in rows if r["Dimension"] == CITIZENS}
    summed = sum((Count.parse(value.replace(",", "")) for _, value in rows), Count(0, 0))
    assert flows["ALB", "GBR"] == str(summed)
    # 14 cells hold hundreds of millions of persons in one country and year
    assert len(tables.rejects) == 14
    assert set(tables.elsewhere["place"].to_pylist()) >= {"REG_AFR", "Stateless", "All"}
    assert pc.all(
        pc.equal(pc.not_equal(tables.flows["count_low"], tables.flows["count_high"]), tables.flows["suppressed"])
    ).as_py()
    assert tables.counts.schema == COUNTS
