"""Which columns may reject a row, and what of their names a message may show."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clew.records import KINDS, Format, Mapping, read_file, read_table
from clew.records.column_names import shown
from clew.safeguards.errors import MissingColumn, UnreadableInput

ADVERTS = KINDS["adverts"]
BAD = b"\xff\xd8"


def parquet(tmp_path, **columns):
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    return tmp_path / "a.parquet"


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(2)])
def test_a_column_that_nobody_asked_for_rejects_nothing_and_is_kept_with_what_is_rejected(tmp_path, kind):
    path = parquet(tmp_path, id=["1", "1"], text=["a", "b"], thumb=pa.array([BAD, BAD], kind))
    result = read_file(path, ADVERTS)
    assert result.table["id"].to_pylist() == ["1"]
    assert result.rejects.table["rule"].to_pylist() == ["id given before"]
    assert json.loads(result.rejects.table["raw"][0].as_py())["thumb"] == r"\xff\xd8"
    assert read_table(path).rejects.table["field"].to_pylist() == ["thumb", "thumb"]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.string(), pa.large_string()])
def test_a_used_column_with_bytes_that_are_no_text_rejects_their_rows(tmp_path, kind):
    given = pa.array([b"ok", BAD], pa.binary())
    text = given.cast(pa.large_binary()) if "large" in str(kind) else given
    text = text.view(kind) if kind in (pa.string(), pa.large_string()) else text
    result = read_file(parquet(tmp_path, id=["1", "2"], text=text), ADVERTS)
    assert result.table["text"].to_pylist() == ["ok"]
    assert result.rejects.table["field"].to_pylist() == ["text"]


def test_a_bad_cell_in_an_unused_column_of_a_csv_does_not_reject_its_row(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,text,note\n1,a,caf\xe9\n2,b,tea\n")
    assert read_file(tmp_path / "a.csv", ADVERTS, only=["id", "text"]).table["id"].to_pylist() == ["1", "2"]


def test_a_nested_column_is_named(tmp_path):
    path = parquet(tmp_path, id=["1"], text=[{"de": "x"}])
    with pytest.raises(UnreadableInput, match="text: its column holds nested values"):
        read_file(path, ADVERTS)


def test_names_are_shown_only_where_they_can_be_names():
    assert shown(["id", "words"]) == ("id", "words")
    assert shown(["Case ID", "Date of birth (as given)", "Text"])
    assert shown(["no", "says"])
    for row in (
        ["a1", "Maria Popescu +40712345678"],
        ["1", "x"],
        ["a", "m@x.example"],
        ["Maria Popescu", "Anna Ionescu"],
    ):
        assert shown(row) == ()


def test_a_first_row_of_data_does_not_come_into_a_message(tmp_path):
    (tmp_path / "a.csv").write_text("a1,Maria Popescu +40712345678\na2,b\n")
    with pytest.raises(MissingColumn, match=r"missing column: id\. The file has 2 columns.*--no-header") as error:
        read_file(tmp_path / "a.csv", ADVERTS)
    assert "Maria" not in str(error.value)
    mapping = Mapping(columns={"id": "nr", "text": "b"}, layout=Format())
    with pytest.raises(MissingColumn, match="missing column: nr") as error:
        read_file(tmp_path / "a.csv", ADVERTS, mapping)
    assert "Maria" not in str(error.value)
    (tmp_path / "a.csv").write_text("1,Maria Popescu,Maria Popescu\n")
    with pytest.raises(UnreadableInput, match=r"given twice: \(columns 2 and 3\)\..*--no-header") as error:
        read_table(tmp_path / "a.csv")
    assert "Maria" not in str(error.value)
