from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.csv as csv
import pytest

ENDS = ("ROU", "NGA", "UKR", "PHL"), ("GBR", "DEU", "ITA", "ESP")


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    counts = {(o, d): 20 for o in ENDS[0] for d in ENDS[1]} | {("ROU", "GBR"): "<5"}
    path = tmp_path / "flows.csv"
    path.write_text("origin,destination,count\n" + "".join(f"{o},{d},{n}\n" for (o, d), n in counts.items()))
    return path


def test_expected_keeps_suppressed_counts_as_intervals(clew: Callable[..., Any], flows: Path, tmp_path: Path) -> None:
    done = clew("flows", "expected", flows, "--out", tmp_path / "e.csv")
    assert done.code == 0
    rows = {(r["origin"], r["destination"]): r for r in csv.read_csv(tmp_path / "e.csv").to_pylist()}
    assert len(rows) == 16
    assert (rows["ROU", "GBR"]["count_low"], rows["ROU", "GBR"]["count_high"]) == (1, 4)


def test_places_that_do_not_match_are_named_or_left_out(clew: Callable[..., Any], flows: Path, tmp_path: Path) -> None:
    flows.write_text(flows.read_text() + "ZZZ,GBR,7\n")
    done = clew("flows", "expected", flows, "--out", tmp_path / "e.csv")
    assert (done.code, done.err) == (1, "clew: 1 areas do not match the map, such as ZZZ\n")
    assert not (tmp_path / "e.csv").exists()
    done = clew("flows", "expected", flows, "--out", tmp_path / "e.csv", "--leave-out-unmatched")
    assert done.code == 0
    assert "1 flows left out" in done.err


def test_hotspots_need_a_place_for_every_area(clew: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "area,count,latitude,longitude\n" + "".join(f"a{i},{i % 3},{i},{-i}\n" for i in range(30))
    )
    done = clew("flows", "hotspots", tmp_path / "a.csv", "--out", tmp_path / "h.csv", "--permutations", 99)
    assert done.code == 0
    assert csv.read_csv(tmp_path / "h.csv").num_rows == 30
    (tmp_path / "a.csv").write_text("area,count\nnowhere,<5\n")
    done = clew("flows", "hotspots", tmp_path / "a.csv", "--out", tmp_path / "h2.csv")
    assert done.code == 1
    assert "nowhere; give latitude and longitude" in done.err
