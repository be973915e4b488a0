import csv
import json

import pytest
from typer.testing import CliRunner

from clew.cli.publish import app
from clew.safeguards.errors import UsageError


def run(*arguments):
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def file(tmp_path, people):
    path = tmp_path / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["case_id", *people.column_names])
        writer.writerows((i, *row.values()) for i, row in enumerate(people.to_pylist()))
    return path


def rows(path):
    with path.open(newline="", encoding="utf-8") as opened:
        return list(csv.reader(opened))


def test_anonymise_writes_the_same_columns_and_a_report(file, tmp_path, people):
    out = tmp_path / "out.csv"
    result = run("anonymise", file, "--k", 11, "--drop", "case_id", "--out", out)
    assert result.exit_code == 0
    written = rows(out)
    assert written[0] == people.column_names
    assert {row[4] for row in written[1:]} <= {"007", "0", "a;b", 'c,"d"', ""}
    assert json.loads((tmp_path / "out.report.json").read_text())["k_reached"] >= 11
    assert "gone" in result.output


def test_synthesise_writes_the_same_columns_a_report_and_aggregates(file, tmp_path, people):
    out, counts = tmp_path / "out.csv", tmp_path / "counts.csv"
    assert run("synthesise", file, "--drop", "case_id", "--out", out, "--aggregates", counts).exit_code == 0
    assert rows(out)[0] == people.column_names
    assert rows(counts)[0] == ["length", "combination", "count", "low", "high", "measured"]
    assert json.loads((tmp_path / "out.report.json").read_text())["epsilon"] == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ["anonymise", "--k", "11"],
        ["anonymise", "--k", "1", "--drop", "case_id"],
        ["anonymise", "--k", "9999", "--drop", "case_id"],
        ["anonymise", "--columns", "nosuch", "--drop", "case_id"],
        ["synthesise"],
        ["synthesise", "--epsilon", "0", "--drop", "case_id"],
        ["synthesise", "--delta", "1", "--drop", "case_id"],
    ],
)
def test_bad_usage_writes_nothing(arguments, file, tmp_path):
    with pytest.raises(UsageError):
        run(arguments[0], file, *arguments[1:], "--out", tmp_path / "out.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_a_column_without_a_value_is_named(tmp_path):
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("gender,sector,age\n" + "W,,18--20\nM,,21--23\n" * 20, encoding="utf-8")
    for command in (("anonymise", path, "--k", 2), ("table", path, "--by", "gender,sector")):
        result = run(*command, "--out", out)
        assert "no row has a value in sector\n" in result.output
        assert json.loads((tmp_path / "out.report.json").read_text())["empty_columns"] == ["sector"]


def test_rows_that_cannot_be_read_are_kept_and_the_rest_released(file, tmp_path):
    with file.open("a", encoding="utf-8") as opened:
        opened.write("1,ragged\n")
    out = tmp_path / "out.csv"
    assert run("anonymise", file, "--drop", "case_id", "--out", out, "--rejects", tmp_path / "bad.csv").exit_code == 0
    assert len(rows(tmp_path / "bad.csv")) == 2
    assert json.loads((tmp_path / "out.report.json").read_text())["rows"]["in"] == 2_000


def test_a_table_is_set_beside_what_left_before(tmp_path):
    persons = tmp_path / "in.csv"
    lines = ["Woman,north"] * 20 + ["Woman,south"] * 12 + ["Man,north"] * 9 + ["Man,south"] * 8
    persons.write_text("gender,region\n" + "\n".join(lines) + "\n")
    more = tmp_path / "more.csv"
    more.write_text(persons.read_text() + "Man,south\nMan,south\n")
    first, alone, beside = (tmp_path / f"{name}.csv" for name in ("first", "alone", "beside"))
    assert run("table", persons, "--by", "gender,region", "--out", first).exit_code == 0
    assert run("table", more, "--by", "gender,region", "--out", alone).exit_code == 0
    result = run("table", more, "--by", "gender,region", "--earlier", first, "--out", beside)
    assert result.exit_code == 0
    assert "the data are not those of the earlier tables" in result.stderr
    counted = {tuple(row[:2]): row[2] for row in rows(alone)}
    kept = {tuple(row[:2]): row[2] for row in rows(beside)}
    assert counted["Man", "south"] == "10"
    assert kept["Man", "south"] == "hidden"  # 10 less the 8 of before would tell of two persons
    assert kept["Woman", "north"] == "20"
    with pytest.raises(UsageError):
        run("table", more, "--by", "gender,region", "--earlier", beside, "--out", beside)
