"""`clew adverts evaluate` on files: what is measured, what is rejected, and where it stops."""

from __future__ import annotations

import json
import random

from clew.records import read_table


def rows(count=60):
    """No two alike but for the words that the label goes with."""
    rng = random.Random(5)
    words = ("a quiet flat with garden", "easy money abroad send the fee first")
    other = [" ".join("".join(rng.choices("abcdefghij", k=7)) for _ in range(14)) for _ in range(count)]
    lines = [f'{n},"{words[n % 2]}, {other[n]}",{5 * (n % 2)}' for n in range(count)]
    return "Ad No,Body,Rating\n" + "\n".join(lines) + "\n"


def test_a_labelled_file_is_measured_and_says_what_its_label_is_not(clew, tmp_path):
    (tmp_path / "a.csv").write_text(rows() + '60,"",3\n61,"no label",maybe\n')
    ended = clew("adverts", "evaluate", tmp_path / "a.csv", "--out", tmp_path / "o.csv")
    assert ended.code == 0
    assert "It does not mean: It is suspicion" in ended.out
    figures = {row["metric"]: row["value"] for row in read_table(tmp_path / "o.csv").table.to_pylist()}
    assert float(figures["learnt text model: AUC"]) > 0.95
    rejected = read_table(tmp_path / "o.rejects.csv").table.to_pylist()
    assert [(row["row"], row["field"]) for row in rejected] == [("61", "text"), ("62", "label")]
    assert "maybe" not in ended.err


def test_the_report_is_json_where_asked(clew, tmp_path):
    (tmp_path / "a.csv").write_text(rows())
    assert clew("adverts", "evaluate", tmp_path / "a.csv", "--out", tmp_path / "o.json").code == 0
    (report,) = json.loads((tmp_path / "o.json").read_text())
    assert report["label_does_not_mean"]
    assert {"metric", "value", "low", "high", "count", "note"} == set(report["figures"][0])


def test_what_cannot_be_measured_is_refused_in_words(clew, tmp_path):
    (tmp_path / "a.csv").write_text(rows())
    (tmp_path / "b.csv").write_text("x,y\n1,2\n")
    out = tmp_path / "o.csv"
    for arguments, words in (
        ((tmp_path / "b.csv",), "the columns fit none"),
        ((tmp_path / "a.csv", "--layout", "other"), "choose one of"),
        ((tmp_path / "a.csv", "--map", "place=Body"), "only id, text and label"),
        ((tmp_path / "a.csv", "--model", tmp_path / "m.json"), "only worlds"),
        (("--seeds", "1", "--train-seeds", "1,2"), "learnt from cannot be measured"),
        (("--seeds", "one"), "whole numbers"),
    ):
        ended = clew("adverts", "evaluate", *arguments, "--out", out)
        assert ended.code == 2, ended.err
        assert words in ended.err
        assert not out.exists()


def test_a_report_in_json_beside_its_file_with_a_bad_row(clew, tmp_path):
    (tmp_path / "a.csv").write_text(rows() + '61,"no label",maybe\n')
    ended = clew("adverts", "evaluate", tmp_path / "a.csv", "--out", tmp_path / "a.json")
    assert ended.code == 0, ended.err
    assert json.loads((tmp_path / "a.json").read_text())
    assert [row["row"] for row in read_table(tmp_path / "a.rejects.csv").table.to_pylist()] == ["61"]
