"""`clew flows cross` on a file of cases: the contract, and no cell that tells a small one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clew.records.read import read_table


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    rows = [*["NGA,ITA,2020,Woman"] * 9, *["NGA,ITA,2021,Man"] * 7, *["ROU,GBR,2021,Woman"] * 3]
    path = tmp_path / "cases.csv"
    path.write_text(
        "\n".join(["id,citizenship,exploited_in,registered,gender", *(f"{n},{r}" for n, r in enumerate(rows))])
    )
    return path


def test_cross_counts_by_what_is_asked_and_hides_small_cells(
    clew: Callable[..., Any], cases: Path, tmp_path: Path
) -> None:
    out = tmp_path / "crossed.csv"
    ended = clew("flows", "cross", cases, "--out", out, "--by", "sex,year", "--by", "origin, destination")
    assert ended.code == 0
    table = read_table(out).table
    assert table.column_names == [
        "sex", "year", "origin", "destination", "count_low", "count_high", "suppressed", "text",
    ]  # fmt: skip
    cells = {tuple(row[n] for n in ("sex", "year", "origin", "destination")): row["text"] for row in table.to_pylist()}
    assert cells["total", "total", "NGA", "ITA"] == "16"
    assert cells["total", "total", "ROU", "GBR"] == "<5"
    assert cells["female", "2021", "total", "total"] == "<5"
    assert cells["total", "total", "total", "total"] == "hidden"  # less 16 it would tell the 3
    women = cells["female", "2020", "total", "total"], cells["female", "total", "total", "total"]
    assert "hidden" in women  # 12 less 9 would tell it
    assert "below 5" in ended.err


@pytest.mark.parametrize(
    ("by", "why"), [("sex", "two or three"), ("sex,shoe", "two or three"), ("sex,sex", "each once")]
)
def test_cross_refuses_without_writing(
    clew: Callable[..., Any], cases: Path, tmp_path: Path, by: str, why: str
) -> None:
    ended = clew("flows", "cross", cases, "--out", tmp_path / "crossed.csv", "--by", by)
    assert ended.code == 2
    assert why in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["cases.csv"]
