"""`clew flows count` on a file of cases: the contract, what stands beside counts, and nothing that tells a small one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clew.records.read import read_table


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    rows = [f"{n},{o},{d},{y},Woman,{who},{transit}" for n, (o, d, y, who, transit) in enumerate(
        [("NGA", "ITA", 2020 + n % 2, "north" if n % 2 else "south", "LBY") for n in range(8)]
        + [("ROU", "GBR", 2021, "north", "") for _ in range(3)]
        + [("", "GBR", 2021, "north", "")]
    )]  # fmt: skip
    path = tmp_path / "cases.csv"
    path.write_text("\n".join(["id,citizenship,exploited_in,registered,gender,Organisation,transit", *rows]) + "\n")
    return path


def test_flows_count_hides_what_would_tell_a_small_count(clew: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.csv" for name in ("flows", "counts", "effort")}
    ended = clew(
        "flows", "count", cases, "--out", files["flows"], "--counts", files["counts"], "--effort", files["effort"]
    )
    assert ended.code == 0
    flows, counts = (read_table(files[name]).table.to_pylist() for name in ("flows", "counts"))
    assert list(flows[0])[:6] == ["origin", "destination", "count_low", "count_high", "suppressed", "text"]
    assert [(f["origin"], f["text"], f["reporters"], f["years"]) for f in flows] == [
        ("NGA", "7 to 8", "2", "2"),
        ("ROU", "<5", "1", "1"),
    ]
    said = {(row["dimension"], row["value"]): row["text"] for row in counts}
    assert (said["sex", "female"], said["transit", "LBY"]) == ("9 to 16", "8 to 12")
    assert "2 flows of 9 to 16 persons; in no flow, because origin or destination is not recorded: <5." in ended.err
    assert "12 persons" not in ended.err
    assert {row["dimension"] for row in read_table(files["effort"]).table.to_pylist()} == {"destination", "year"}


def test_flows_count_names_an_unknown_contributor(clew: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    ended = clew("flows", "count", cases, "--out", tmp_path / "f.csv", "--contributor", "agency")
    assert (ended.code, "missing column: agency" in ended.err) == (2, True)
