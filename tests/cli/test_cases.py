"""`clew cases validate`, `convert` and `schema`: what they print, write and end with."""

from __future__ import annotations

import json

import pytest

from clew.records import read_table

HEADER = "case_id,prs_FirstName,prs_Gender,prs_Birthdate,vic_TypeOfExploitation,con_Consent"
ROWS = ["k1,Zoraxa,Feminine,2001-02-03,Forced labour,yes", "k2,Quillon,Femenine,2001-02-30,Servitude,no"]


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n")
    return path


def test_validate_prints_a_report_by_field_and_rule(clew, cases, tmp_path):
    ended = clew("cases", "validate", cases, "--standard", "htcds")
    report = json.loads(ended.out)
    assert ended.code == 0
    assert (report["rows"], report["valid"], report["rejected"]) == (2, 1, 1)
    assert report["by_field"]["prs_Gender"] == {"unknown code": 1}
    assert report["by_rule"]["impossible date"] == 1
    assert {(p["row"], p["id"]) for p in report["problems"]} == {(2, "k2")}
    for value in ("Quillon", "Zoraxa", "Femenine", "2001-02-30"):
        assert value not in ended.out + ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.csv"]


def test_validate_keeps_rejects_whole_and_reads_them_again(clew, cases, tmp_path):
    ended = clew("cases", "validate", cases, "--out", tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text()) == json.loads(ended.out)
    rejects = tmp_path / "report.rejects.csv"
    assert json.loads(read_table(rejects).table["raw"][0].as_py())["prs_FirstName"] == "Quillon"
    again = json.loads(clew("cases", "validate", rejects).out)
    assert (again["rows"], again["rejected"]) == (1, 1)
    rejects.write_text(rejects.read_text().replace("Femenine", "Feminine").replace("2001-02-30", "2001-02-28"))
    assert json.loads(clew("cases", "validate", rejects).out)["rejected"] == 0


def test_validate_ends_with_two_on_usage_and_one_when_nothing_can_be_read(clew, cases, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    for code, arguments in (
        (2, (cases, "--standard", "niem")),
        (2, (cases, "--date-order", "ymd")),
        (2, (cases, "--out", tmp_path / "r.csv")),
        (2, (cases, "--map", "prs_Email=mail")),
        (2, (cases, "--map", "email=prs_Gender")),
        (2, (cases, "--rejects", cases)),
        (2, (tmp_path / "none.csv",)),
        (1, (tmp_path / "empty.csv",)),
        (1, (tmp_path / "other.csv",)),
    ):
        ended = clew("cases", "validate", *arguments)
        assert ended.code == code, arguments
        assert ended.err
        assert "Reference" not in ended.err


def test_convert_writes_the_layout_and_its_losses(clew, cases, tmp_path):
    ended = clew("cases", "convert", cases, "--to", "ctdc", "--out", tmp_path / "c.csv")
    assert ended.code == 0
    table = read_table(tmp_path / "c.csv").table
    assert len(table.column_names) == 27
    assert table["isForcedLabour"].to_pylist() == ["1"]
    losses = json.loads((tmp_path / "c.csv.loss.json").read_text())
    assert {"field": "prs_FirstName", "rows": 1, "why": "names or finds a person: left out by design"} in losses[
        "losses"
    ]
    assert losses["rejected"] == 1
    assert (tmp_path / "c.rejects.csv").is_file()
    assert "Zoraxa" not in (tmp_path / "c.csv").read_text() + ended.err


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        (("--to", "ctdc", "--layout", "ctdc-2021"), 37),
        (("--to", "ctdc", "--layout", "ctdc-vp"), 16),
        (("--to", "ctdc-2026"), 27),
        (("--to", "htcds", "--plain"), 6),
        (("--to", "niem"), 6),
        (("--to", "ic-tip"), 23),
    ],
)
def test_convert_writes_each_layout(clew, cases, tmp_path, arguments, columns):
    assert clew("cases", "convert", cases, *arguments, "--out", tmp_path / "o.csv").code == 0
    assert len(read_table(tmp_path / "o.csv").table.column_names) == columns


def test_convert_writes_niem_as_xml(clew, cases, tmp_path):
    assert clew("cases", "convert", cases, "--to", "niem", "--out", tmp_path / "o.xml").code == 0
    assert (tmp_path / "o.xml").read_text().count("<hs:HumanTraffickingVictim>") == 1
    assert clew("cases", "convert", cases, "--to", "ctdc", "--out", tmp_path / "o2.xml").code == 2


def test_convert_refuses_what_cannot_be(clew, cases, tmp_path):
    out = ("--out", tmp_path / "o.csv")
    (tmp_path / "bad.csv").write_text(f"{HEADER}\n{ROWS[1]}\n")
    for code, arguments in (
        (2, (cases, "--to", "dublin-core", *out)),
        (2, (cases, "--to", "ctdc", "--layout", "ctdc-1999", *out)),
        (2, (cases, "--to", "nrm", "--layout", "ctdc-2021", *out)),
        (2, (cases, "--to", "htcds", "--codes", cases, *out)),
        (2, (cases, "--to", "htcds", "--from", "nrm", *out)),
        (2, (cases, "--to", "htcds", "--out", cases)),
        (1, (tmp_path / "bad.csv", "--to", "ctdc", *out)),
    ):
        ended = clew("cases", "convert", *arguments)
        assert ended.code == code, arguments
        assert "Reference" not in ended.err
        assert not (tmp_path / "o.csv").exists()


def test_schema_is_printed_whole(clew):
    made = json.loads(clew("cases", "schema").out)
    assert made["$schema"].endswith("2020-12/schema")
    assert "prs_Gender" in made["properties"]
    assert "clew_per_Gender" in made["properties"]
    assert "clew_per_Gender" not in json.loads(clew("cases", "schema", "--plain").out)["properties"]


def test_validate_takes_several_files_and_names_what_they_share(clew, tmp_path):
    """Two contributors who number alike, and one person who is in both files under other column names."""
    (tmp_path / "a.csv").write_text("id,prs_FirstName,prs_Gender\n1,Ada,Feminine\n2,Bo,nonsense\n")
    (tmp_path / "b.tsv").write_text("case id\tprs_FirstName\tprs_Gender\n1\tCy\tMasculine\n9\tAda\tFeminine\n")
    ended = clew("cases", "validate", tmp_path / "a.csv", tmp_path / "b.tsv", "--out", tmp_path / "r.json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert (found["rows"], found["valid"], found["rejected"]) == (4, 3, 1)
    shared = [(p["file"], p["row"], p["field"], p["also_in"]) for p in found["problems"] if "also_in" in p]
    assert shared == [("b.tsv", 1, "id", "a.csv"), ("b.tsv", 2, "(row)", "a.csv")]
    assert sum(found["by_field"]["prs_Gender"].values()) == 1
    assert [each["file"] for each in found["files"]] == ["a.csv", "b.tsv"]
    assert (tmp_path / "r.rejects.a.csv").exists()
    assert "Ada" not in ended.out + ended.err
    twice = clew("cases", "validate", tmp_path / "a.csv", tmp_path / "a.csv")
    assert (twice.code, "twice" in twice.err) == (2, True)


def test_convert_to_xml_replaces_no_input(clew, cases, tmp_path):
    codes, rejected = tmp_path / "codes.csv", tmp_path / "out.rejects.csv"
    codes.write_text("variable,value,code\n")
    rejected.write_bytes(cases.read_bytes())
    out = tmp_path / "out.xml"
    for arguments in (
        (cases, "--to", "niem", "--out", out, "--rejects", cases),
        (cases, "--to", "niem", "--out", out, "--rejects", out),
        (rejected, "--to", "niem", "--out", out),
        (cases, "--to", "ic-tip", "--out", codes, "--codes", codes),
    ):
        before = {path: path.read_bytes() for path in tmp_path.iterdir()}
        assert clew("cases", "convert", *arguments).code == 2
        assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
