from pathlib import Path

import pyarrow as pa
import pytest

from clew.insight.fbi import COLUMNS, fbi_counts
from clew.records import read_table
from clew.records.imprecise import Count
from clew.safeguards.errors import MissingColumn

SHARED = Path(__file__).parents[3] / "shared" / "data" / "country" / "fbi_ucr_ht_2013_2020.csv.gz"


def rows(*given: tuple[str, ...]) -> pa.Table:
    return pa.table({name: [row[place] for row in given] for place, name in enumerate(COLUMNS)})


def test_reports_of_an_agency_add_up_and_agencies_are_counted_once():
    tables = fbi_counts(
        rows(
            ("2019", "NV1", "Nevada", "Commercial Sex Acts", "15"),
            ("2019", "NV1", "Nevada", "Commercial Sex Acts", "8"),
            ("2020", "TX1", "Texas", "Involuntary Servitude", "1"),
        )
    )
    counts = {(r["dimension"], r["value"]): r["text"] for r in tables.counts.to_pylist()}
    assert counts["form", "sexual exploitation"] == counts["state", "Nevada"] == counts["year", "2019"] == "23"
    assert counts["form", "forced labour"] == "1"  # as published: no small cell of persons
    effort = {(r["dimension"], r["value"]): (r["reporters"], r["years"]) for r in tables.effort.to_pylist()}
    assert effort["state", "Nevada"] == (1, 1)
    assert tables.flows.num_rows == 0
    assert "not persons" in tables.how


def test_rows_that_cannot_be_counted_are_rejects():
    good = ("2019", "NV1", "Nevada", "Commercial Sex Acts", "2")
    bad = [("19", *good[1:]), ("2019", "", *good[2:]), (*good[:4], "-1"), (*good[:4], "")]
    tables = fbi_counts(rows(good, *bad))
    assert tables.persons == Count(2, 2)
    assert len(tables.rejects) == 4
    with pytest.raises(MissingColumn, match="ORI"):
        fbi_counts(rows(good).drop_columns(["ORI"]))


@pytest.mark.skipif(not SHARED.exists(), reason="the FBI's file is not there")
def test_the_published_file_is_read_whole():
    table = read_table(SHARED).table
    tables = fbi_counts(table)
    assert len(tables.rejects) == 1  # one count of -1
    assert tables.persons == Count(9_600, 9_600)
    assert sum(r["count_low"] for r in tables.counts.to_pylist() if r["dimension"] == "state") == 9_600
