"""`clew adverts cluster`: templates beside the clusters, sets that grow, engines."""

from __future__ import annotations

import sys

import pyarrow as pa
import pytest

from clew.records import read_table, write_table


@pytest.fixture
def adverts(tmp_path):
    texts = [
        f"Quiet room with {name} near the station, {60 + n} an hour" for n, name in enumerate(["Ana", "Bea", "Eva"])
    ]
    path = tmp_path / "ads.csv"
    write_table(pa.table({"id": ["1", "2", "3", "4"], "text": [*texts, "Cleaners wanted for hotels by the sea"]}), path)
    return path


def rows(path):
    return read_table(path).table.to_pylist()


def test_templates_go_to_their_file_and_slots_beside_it(clew, adverts, tmp_path):
    ended = clew("adverts", "cluster", adverts, "--out", tmp_path / "c.csv", "--templates", tmp_path / "t.jsonl")
    assert (ended.code, ended.err) == (0, "")
    (template,) = rows(tmp_path / "t.jsonl")
    assert template["template"] == "Quiet room with {1} near the station, {2} an hour"
    slots = {(row["id"], str(row["slot"])): row["value"] for row in rows(tmp_path / "t.slots.jsonl")}
    assert (slots["2", "1"], slots["3", "2"]) == ("Bea", "62")
    assert [row["cluster"] for row in rows(tmp_path / "c.csv")] == ["0", "0", "0", "1"]


def test_a_second_day_joins_the_set_and_says_so(clew, adverts, tmp_path):
    index = tmp_path / "set"
    assert clew("adverts", "cluster", adverts, "--out", tmp_path / "a.csv", "--index", index).code == 0
    write_table(
        pa.table({"id": ["5"], "text": ["Quiet room with Ida near the station, 90 an hour"]}), tmp_path / "n.csv"
    )
    ended = clew("adverts", "cluster", tmp_path / "n.csv", "--out", tmp_path / "b.csv", "--index", index)
    assert ended.code == 0
    assert "1 adverts added" in ended.err
    assert "5 in all" in ended.err
    assert rows(tmp_path / "b.csv") == [{"id": "5", "cluster": "0"}]
    assert not (tmp_path / "b.merges.csv").exists()


def test_options_that_do_not_go_together_are_refused(clew, adverts, tmp_path, monkeypatch):
    out = ("--out", tmp_path / "o.csv")
    for more in (
        ("--engine", "abacus"),
        ("--index", tmp_path / "s", "--engine", "spark"),
        ("--index", tmp_path / "s", "--templates", tmp_path / "t.csv"),
        ("--templates", adverts),
        ("--index", adverts),
    ):
        assert clew("adverts", "cluster", adverts, *out, *more).code == 2, more
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    ended = clew("adverts", "cluster", adverts, *out, "--engine", "spark")
    assert ended.code == 2
    assert "clew[spark]" in ended.err
    assert not (tmp_path / "o.csv").exists()
