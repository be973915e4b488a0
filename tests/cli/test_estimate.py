from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LISTS = "police,ngo,shelter,n\n1,0,0,40\n0,1,0,30\n0,0,1,25\n1,1,0,12\n1,0,1,9\n0,1,1,7\n1,1,1,3\n"


def test_population_writes_json_with_interval_and_checks(clew: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "lists.csv").write_text(LISTS)
    done = clew("estimate", "population", tmp_path / "lists.csv", "--bootstraps", 100)
    assert done.code == 0
    found = json.loads(done.out)
    assert {"estimate", "interval", "model", "checks"} <= set(found)
    assert found["known"] == 126 < found["estimate"]
    assert "interval" in done.err


@pytest.mark.parametrize("text", [LISTS.replace(",12", ",-12"), "a,n\n1,3\n", ""])
def test_population_refuses_what_it_cannot_use(clew: Callable[..., Any], tmp_path: Path, text: str) -> None:
    (tmp_path / "lists.csv").write_text(text)
    done = clew("estimate", "population", tmp_path / "lists.csv", "--out", tmp_path / "found.json")
    assert done.code == 1
    assert not (tmp_path / "found.json").exists()
    assert done.err.startswith("clew: ")
