from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.csv as csv


def test_complete_writes_shares_and_never_a_case(clew: Callable[..., Any], tmp_path: Path) -> None:
    lines = [
        f"p{i},{'' if i % 5 == 0 else 'man' if i % 3 else 'woman'},{'' if i % 4 == 0 else 'farm' if i % 3 else 'home'}"
        for i in range(120)
    ]
    (tmp_path / "cases.csv").write_text("id,gender,sector\n" + "\n".join(lines) + "\n")
    done = clew("cases", "complete", tmp_path / "cases.csv", "--out", tmp_path / "s.csv", "--draws", 3)
    assert done.code == 0
    shares = csv.read_csv(tmp_path / "s.csv")
    assert shares.column_names[:5] == ["column", "value", "share", "low", "high"]
    assert set(shares["column"].to_pylist()) == {"gender", "sector"}
    report = json.loads((tmp_path / "s.report.json").read_text())
    assert report["cells_not_recorded"] == 54
    assert "p7" not in (tmp_path / "s.csv").read_text()


def test_complete_refuses_a_table_of_few_rows(clew: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("a,b\nx,y\n")
    done = clew("cases", "complete", tmp_path / "cases.csv", "--out", tmp_path / "s.csv")
    assert done.code == 1
    assert not (tmp_path / "s.csv").exists()
