from datetime import date

import pyarrow as pa
import pytest

from clew.insight import flow_crossings
from clew.insight.flow_crossings import crossings
from clew.records.kinds import KINDS
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError


def cases(rows):
    return pa.Table.from_pylist([{"id": "c", **row} for row in rows], schema=KINDS["cases"].schema)


WOMEN = {"gender": "Woman", "forced_labour": "yes", "citizenship": "NGA", "exploited_in": "ITA", "transit": "lby; TUN"}
MEN = {
    "gender": "Man",
    "sexual_exploitation": "yes",
    "forced_labour": "yes",
    "citizenship": "ROU",
    "exploited_in": "GBR",
}
BOTH = {"gender": "Man", "forced_labour": "yes", "citizenship": "NGA", "exploited_in": "ITA", "transit": "LBY;TUN"}


def said(table, *names):
    return {tuple(row[name] for name in names): row["text"] for row in table.to_pylist()}


def test_form_by_sex_counts_a_person_of_two_forms_once():
    found = said(crossings(cases([WOMEN] * 30 + [MEN] * 20 + [BOTH] * 10), [["form", "sex"]]), "form", "sex")
    assert found["forced labour", "female"] == "30"
    assert found["forced labour; sexual exploitation", "male"] == "20"
    assert found["forced labour", "total"] == "40"
    assert found["total", "total"] == "60"
    assert ("forced labour; sexual exploitation", "female") not in found  # nobody


def test_the_way_from_origin_through_transit_to_destination():
    table = crossings(cases([WOMEN] * 30 + [MEN] * 20), [["origin", "transit", "destination"]])
    found = said(table, "origin", "transit", "destination")
    assert found["NGA", "LBY; TUN", "ITA"] == "30"  # however it was written
    assert found["ROU", "unknown", "GBR"] == "20"


def test_a_small_cell_is_not_told_by_its_neighbours_or_by_another_crossing():
    rows = [WOMEN] * 30 + [BOTH] * 3 + [MEN] * 20
    rows = [
        row | {"registered": {"first": date(2020 + n % 2, 1, 1), "last": date(2020 + n % 2, 9, 1)}}
        for n, row in enumerate(rows)
    ]
    table = crossings(cases(rows), [["form", "sex"], ["sex", "year"]])
    found = said(table, "form", "sex", "year")
    assert found["forced labour", "male", "total"] == "<5"
    assert "hidden" in {found["forced labour", "female", "total"], found["forced labour", "total", "total"]}
    assert "hidden" in {found["forced labour; sexual exploitation", "male", "total"], found["total", "male", "total"]}
    row = next(row for row in table.to_pylist() if row["text"] == "hidden")
    assert (row["count_low"], row["count_high"], row["suppressed"]) == (5, None, True)


def test_rare_values_are_taken_together_where_a_crossing_would_be_too_large(monkeypatch):
    rows = [{"citizenship": f"A{n % 10:02d}", "exploited_in": f"B{n % 8:02d}", "gender": "Man"} for n in range(120)]
    assert (10 + 2) * (8 + 2) < flow_crossings.MOST_CELLS == 1_500
    assert "other" not in crossings(cases(rows), [["origin", "destination"]])["origin"].to_pylist()
    monkeypatch.setattr(flow_crossings, "MOST_CELLS", 60)
    table = crossings(cases(rows), [["origin", "destination"]])
    assert "other" in table["origin"].to_pylist()
    assert table.num_rows <= 60
    assert said(table, "origin", "destination")["total", "total"] == "120"


def test_refusals():
    with pytest.raises(UsageError, match="two or three"):
        crossings(cases([WOMEN]), [["form"]])
    with pytest.raises(UsageError, match="two or three"):
        crossings(cases([WOMEN]), [["form", "colour"]])
    with pytest.raises(UnreadableInput, match="no case"):
        crossings(cases([]))
    with pytest.raises(MissingColumn, match="transit"):
        crossings(cases([WOMEN]).drop_columns(["transit"]), [["origin", "transit"]])
    with pytest.raises(UnreadableInput, match="no two"):
        crossings(pa.table({"id": ["c"]}))
