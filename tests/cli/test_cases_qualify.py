"""`clew cases qualify` and `clew cases quality` on files: outputs, refusals, and no value in any message."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CTDC = "id,isForcedLabour,isSexualExploit,meansThreats,recruiterRelationOther,ageBroad,gender\n"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def ctdc(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text(CTDC + "a,1,0,1,1,30--38,Woman\nb,1,0,,1,9--17,Man\nc,,,,,,\n", encoding="utf-8")
    return path


def test_cases_qualify_writes_the_contract(clew: Callable[..., Any], ctdc: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    ended = clew("cases", "qualify", ctdc, "--out", out)
    assert ended.code == 0
    assert list(rows(out)[0])[:7] == ["id", "act", "means", "purpose", "child", "qualified", "evidence"]
    assert [(r["id"], r["child"], r["qualified"]) for r in rows(out)] == [
        ("a", "no", "supported"),
        ("b", "yes", "supported"),
        ("c", "unknown", "too_little_recorded"),
    ]
    assert "a person decides" in ended.err


def test_cases_qualify_reads_the_official_template(clew: Callable[..., Any], tmp_path: Path, shared_data: Path) -> None:
    out = tmp_path / "out.csv"
    assert clew("cases", "qualify", shared_data / "htcds" / "htcds-spreadsheet-2.0.xlsx", "--out", out).code == 0
    assert rows(out) == []


def test_cases_qualify_keeps_a_row_given_twice(clew: Callable[..., Any], ctdc: Path, tmp_path: Path) -> None:
    ctdc.write_text(ctdc.read_text() + "a,0,0,0,0,48+,Man\n", encoding="utf-8")
    ended = clew("cases", "qualify", ctdc, "--out", tmp_path / "out.csv")
    assert ended.code == 0
    assert len(rows(tmp_path / "out.csv")) == 3
    assert [r["rule"] for r in rows(tmp_path / "out.rejects.csv")] == ["id given before"]


def test_cases_qualify_names_other_columns(clew: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("number,Form\n1,Forced labour\n2,some words of mine\n", encoding="utf-8")
    ended = clew(
        "cases", "qualify", path, "--out", tmp_path / "o.csv", "--id", "number", "--map", "vic_TypeOfExploitation=Form"
    )
    assert [r["purpose"] for r in rows(tmp_path / "o.csv")] == ["yes", "unknown"]
    assert "vic_TypeOfExploitation: 1 x not a code of its list" in ended.err
    assert "words of mine" not in ended.err


def test_cases_qualify_refuses_another_layout(clew: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("id,colour\n1,red\n", encoding="utf-8")
    ended = clew("cases", "qualify", path, "--out", tmp_path / "o.csv")
    assert ended.code == 2
    assert "another layout" in ended.err
    assert "colour" in ended.err
    assert not (tmp_path / "o.csv").exists()


def test_cases_qualify_assesses_indicators(clew: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("id,isForcedLabour,ageBroad,delphi_4_01,delphi_4_02\na,1,30--38,yes,yes\n", encoding="utf-8")
    ended = clew("cases", "qualify", path, "--out", tmp_path / "o.csv", "--indicators", tmp_path / "i.csv")
    assert ended.code == 0
    found = {r["dimension"]: r["result"] for r in rows(tmp_path / "i.csv")}
    assert (found["delphi_4"], found["delphi_1"]) == ("positive", "not_assessed")


def test_cases_qualify_says_when_nothing_was_assessed(clew: Callable[..., Any], ctdc: Path, tmp_path: Path) -> None:
    ended = clew("cases", "qualify", ctdc, "--out", tmp_path / "o.csv", "--indicators", tmp_path / "i.csv")
    assert "not assessed" in ended.err


def test_cases_quality_reports_by_file(clew: Callable[..., Any], ctdc: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(CTDC + "".join(f"z{i},1,0,perhaps,1,30--38,Woman\n" for i in range(8)), encoding="utf-8")
    out, table, faults = tmp_path / "r.json", tmp_path / "t.csv", tmp_path / "f.csv"
    ended = clew(
        "cases", "quality", ctdc, other, "--out", out, "--table", table, "--faults", faults, "--as-of", "2025-01-01"
    )
    assert ended.code == 0, ended.err
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["rows"], found["contributors"], found["as_of"]) == ("9 to 12", ["cases", "other"], "2025-01-01")
    assert set(found["definitions"]) == {"valid", "accurate", "complete", "timely", "consistent", "impartial"}
    assert {r["field"] for r in rows(faults)} == {"meansThreats"}
    assert "perhaps" not in out.read_text() + table.read_text() + faults.read_text() + ended.err
    assert len(rows(table)) == len(found["measures"])


def test_cases_quality_refuses_files_of_different_layouts(clew: Callable[..., Any], ctdc: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,colour\n1,red\n", encoding="utf-8")
    ended = clew("cases", "quality", ctdc, other, "--out", tmp_path / "r.json")
    assert ended.code == 2
    assert "cases.csv is ctdc, other.csv is its own" in ended.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--out", "r.csv"), "the report is JSON"),
        (("--out", "r.json", "--as-of", "soon"), "--as-of: not a date"),
        (("--out", "r.json", "--contributor", "who"), "missing column: who"),
    ],
)
def test_cases_quality_refuses_wrong_use(
    clew: Callable[..., Any],
    ctdc: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = clew("cases", "quality", ctdc, *arguments)
    assert (ended.code, says in ended.err) == (2, True), ended.err


def test_a_file_of_ids_alone_is_told_what_it_lacks(clew: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("id\n1\n2\n")
    ended = clew("cases", "qualify", tmp_path / "ids.csv", "--out", tmp_path / "out.csv")
    assert (ended.code, "The file has no column but the id." in ended.err) == (2, True)
    ended = clew("flows", "count", tmp_path / "ids.csv", "--out", tmp_path / "out.csv")
    assert (ended.code, "--map citizenship=COLUMN" in ended.err) == (2, True)


def test_cases_quality_replaces_no_input_with_its_rejects(clew: Callable[..., Any], tmp_path: Path) -> None:
    cases = tmp_path / "report.rejects.csv"
    cases.write_text(CTDC + "a,1,0,1,1,30--38,Woman\na,1,0,,1,9--17,Man\n", encoding="utf-8")
    before = cases.read_bytes()
    ended = clew("cases", "quality", cases, "--out", tmp_path / "report.json")
    assert ended.code == 2
    assert cases.read_bytes() == before


def test_cases_qualify_keeps_rejects_apart_from_indicators(
    clew: Callable[..., Any], ctdc: Path, tmp_path: Path
) -> None:
    ended = clew("cases", "qualify", ctdc, "--out", tmp_path / "o.csv", "--indicators", tmp_path / "o.rejects.csv")
    assert ended.code == 2
    assert not (tmp_path / "o.csv").exists()


def test_cases_quality_tells_contributors_with_files_of_one_name_apart(
    clew: Callable[..., Any], ctdc: Path, tmp_path: Path
) -> None:
    paths = [tmp_path / place / "cases.csv" for place in ("north", "south")]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(ctdc.read_bytes())
    out = tmp_path / "report.json"
    assert "of 2 contributors" in clew("cases", "quality", *paths, "--out", out).err
    assert {"north/cases", "south/cases"} <= {r["contributor"] for r in json.loads(out.read_text())["measures"]}
    assert clew("cases", "quality", ctdc, ctdc, "--out", out).code == 2
