"""`clew safeguards fairness` on a file that nobody prepared."""

from pathlib import Path

import pytest

from clew.records.read import read_table


@pytest.fixture
def flags(tmp_path: Path) -> Path:
    """Semicolons, other words for yes and no, a row that says neither; ages and an unknown language beside it."""
    lines = ["case;right;model"]
    lines += [
        f"c{n};{'Yes' if n % 4 == 0 else 'no'};{'TRUE' if n % 4 == 0 or n % 10 == 1 else 'false'}" for n in range(400)
    ]
    (tmp_path / "flags.csv").write_text("\n".join([*lines, "c400;perhaps;no"]) + "\n", encoding="cp1252")
    rows = [f"c{n},{15 + n % 30},{'Español' if n % 10 in (1, 3) else 'Thai'}" for n in range(390)]
    (tmp_path / "audit.csv").write_text("\n".join(["case,age,mother tongue", *rows]) + "\n", encoding="utf-8")
    return tmp_path / "flags.csv"


def test_a_file_is_measured_by_audit_data_that_stay_apart(clew, flags: Path) -> None:
    out, audit = flags.with_name("rates.csv"), flags.with_name("audit.csv")
    common = ("safeguards", "fairness", flags, "--truth", "right", "--id", "case", "--flags", "model", "--audit", audit)
    ended = clew(*common, "--by", "age,mother tongue", "--out", out)
    assert ended.code == 1  # the gate
    assert "model: wrong flags by mother tongue, Español" in ended.err
    assert "1 row could not be read" in ended.err
    rows = {(row["by"], row["group"]): row for row in read_table(out).table.to_pylist()}
    assert (rows["all", "all"]["answers"], rows["all", "all"]["wrongly_of"]) == ("400", "300")
    assert {group for by, group in rows if by == "age"} >= {"under 18", "18 to 24", "25 to 39", "40 and over"}
    assert clew(*common).code == 1  # age alone is looked for, and not all are known
    assert clew(*common, "--by", "height").code == 2
    assert clew("safeguards", "fairness", flags).code == 2


def test_a_report_is_written_to_be_read(clew, flags: Path) -> None:
    out = flags.with_name("rates.md")
    assert (
        clew(
            "safeguards", "fairness", flags, "--truth", "right", "--flags", "model", "--by", "model", "--out", out
        ).code
        == 1
    )
    assert out.read_text(encoding="utf-8").startswith("# Who is flagged, missed and wrongly flagged")
