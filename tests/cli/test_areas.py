from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pyarrow.csv as csv
import pytest

from clew.safeguards.actors import Purpose
from clew.safeguards.keys import Unlock
from clew.workspace import Workspace


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


def test_a_kept_ranking_stands_in_the_workspace_in_the_place_of_the_one_before(
    clew: Callable[..., Any], tmp_path: Path, empty_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree(empty_workspace, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("CLEW_KEY_FILE", str(tmp_path / "k" / "room.key"))
    countries = ("NGA", "ITA", "ROU", "GBR", "PHL", "COL")
    rows = "".join(f"{name},{i},{50 - i * i}\n" for i, name in enumerate(countries))
    (tmp_path / "a.csv").write_text(f"area,poverty,schools\n{rows}Nowhere,9,9\n")
    ranked, room = tmp_path / "r.csv", tmp_path / "room"
    assert clew("areas", "rank", tmp_path / "a.csv", "--out", ranked, "--down", "schools", "--draws", 50).code == 0
    kept = clew("areas", "keep", ranked, "--workspace", room)
    assert (kept.code, kept.err) == (0, "7 areas kept, 6 of them with a place on the map\n")
    assert clew("areas", "keep", ranked, "--workspace", room).code == 0
    unlock = Unlock(key_file=tmp_path / "k" / "room.key")
    with Workspace.open(room, unlock) as workspace:
        view = workspace.areas(workspace.account(None), Purpose.STATISTICS)
    assert sorted(each.area for each in view.areas) == sorted([*countries, "Nowhere"])
    assert [each.area for each in view.areas if each.place is None] == ["Nowhere"]
    (tmp_path / "r.report.json").write_text("[]")
    refused = clew("areas", "keep", ranked, "--workspace", room)
    assert (refused.code, "not a report of 'clew areas rank'" in refused.err) == (1, True)
    (tmp_path / "r.report.json").unlink()
    assert "no report that can be read" in clew("areas", "keep", ranked, "--workspace", room).err
