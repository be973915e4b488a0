"""`clew cases link` as a person runs it: columns, other outputs, several files, bad files."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from clew.records import read_table, write_table

pytest.importorskip("splink")

ROWS = {
    "rec_id": ["1", "2", "3", "4"],
    "first_name": ["Katarina", "Katya", "Boris", "Sami"],
    "surname": ["Orlova", "Orlova", "Novak", "Jensen"],
    "dob": ["1990-02-03", "1990-02-03", "1971-01-01", "1985-11-30"],
    "city": ["Lipa", "Lipa", "Tarn", "Venn"],
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "people.csv"
    write_table(pa.table(ROWS), path)
    return path


def test_link_writes_the_contract_columns(clew, file, tmp_path):
    out, report, why = tmp_path / "o.csv", tmp_path / "r.json", tmp_path / "why.csv"
    ended = clew("cases", "link", file, "--out", out, "--report", report, "--explain", why, "--threshold", "0")
    assert ended.code == 0, ended.err
    table = read_table(out).table
    assert table.column_names == ["id", "cluster", "probability", "review"]
    assert table["cluster"].to_pylist() == ["1", "1", "3", "4"]
    assert json.loads(report.read_text())["persons"] == 3
    assert set(read_table(why).table["left"].to_pylist()) == {"1"}
    assert "Orlova" not in ended.err + report.read_text() + why.read_text()


def test_link_prefixes_ids_that_two_files_use(clew, file, tmp_path):
    other = tmp_path / "others.csv"
    write_table(pa.table(ROWS), other)
    out = tmp_path / "o.csv"
    ended = clew("cases", "link", file, other, "--out", out)
    assert ended.code == 0
    assert "FILE:ID" in ended.err
    assert read_table(out).table["id"].to_pylist()[:2] == ["people:1", "people:2"]


def test_link_keeps_rows_whose_id_came_before(clew, tmp_path):
    path, out = tmp_path / "p.csv", tmp_path / "o.csv"
    write_table(pa.table({"id": ["1", "1", None], "surname": ["Orlova", "Novak", "Costa"]}), path)
    ended = clew("cases", "link", path, "--out", out)
    assert ended.code == 0
    assert "2 rows could not be read" in ended.err
    assert read_table(out).table["id"].to_pylist() == ["1"]
    assert read_table(tmp_path / "o.rejects.csv").table.num_rows == 2


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"id": ["1"], "colour": ["red"]}, 2),
        ({"surname": ["Orlova"]}, 2),
        ({"id": ["1", "2"], "surname": [None, None]}, 1),
    ],
)
def test_link_refuses_what_tells_nobody_apart(clew, tmp_path, table, code):
    path = tmp_path / "p.csv"
    write_table(pa.table(table), path)
    assert clew("cases", "link", path, "--out", tmp_path / "o.csv").code == code
    assert not (tmp_path / "o.csv").exists()


def test_link_names_columns_by_map_and_numbers_rows(clew, tmp_path):
    path, out = tmp_path / "p.csv", tmp_path / "o.csv"
    write_table(pa.table({"nom": ["Orlova", "Novak"], "ne_le": ["1990", "1970"]}), path)
    ended = clew(
        "cases", "link", path, "--id", "row", "--map", "family_name=nom", "--map", "birth_date=ne_le", "--out", out
    )
    assert ended.code == 0, ended.err
    assert read_table(out).table["id"].to_pylist() == ["1", "2"]
