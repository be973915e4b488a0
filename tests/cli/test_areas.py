from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.csv as csv


def test_rank_writes_ranks_a_report_and_rejects(clew: Callable[..., Any], tmp_path: Path) -> None:
    rows = "".join(f"v{i},{i},{50 - i},{i % 7}\n" for i in range(30))
    (tmp_path / "a.csv").write_text(f"village,poverty,schools,floods\n{rows}v3,1,1,1\n")
    done = clew("areas", "rank", tmp_path / "a.csv", "--out", tmp_path / "r.csv", "--up", "floods", "--draws", 60)
    assert done.code == 0
    ranked = csv.read_csv(tmp_path / "r.csv")
    assert ranked.column_names[:5] == ["area", "risk", "low", "high", "rank"]
    assert ranked.num_rows == 30
    report = json.loads((tmp_path / "r.report.json").read_text())
    assert report["notice"].startswith("For prevention, not for policing")
    assert csv.read_csv(tmp_path / "r.rejects.csv")["rule"].to_pylist() == ["area given before"]
    assert "village: area given before (v3)" in done.err


def test_rank_refuses_without_writing(clew: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("area,k\na,1\nb,2\n")
    done = clew("areas", "rank", tmp_path / "a.csv", "--out", tmp_path / "r.csv", "--up", "k", "--down", "k")
    assert (done.code, done.err) == (2, "clew: --up and --down: both name k\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
