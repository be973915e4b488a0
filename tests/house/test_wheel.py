"""A user of the wheel needs no Node: it holds the front-end files and the gazetteer, not how they were made."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import clew

pytestmark = pytest.mark.xdist_group("wheel")  # built once

VENDOR = "clew/web/static/vendor/"
PLACES = "clew/standards/_fetched/"


@pytest.fixture(scope="module")
def wheel_names(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names inside a wheel made from a source distribution made from this tree, where neither step finds npm."""
    out, nowhere = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("bin")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(project_root)]
    environment = {**os.environ, "PATH": str(nowhere)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_holds_what_is_not_committed(wheel_names: set[str]) -> None:
    assert {f"{PLACES}places.tsv.gz", f"{PLACES}countries.tsv"} <= wheel_names
    scripts = {name for name in wheel_names if name.startswith(VENDOR) and name.endswith(".js")}
    licences = {name for name in wheel_names if name.startswith(f"{VENDOR}licences/")}
    assert len(scripts) >= 3
    assert len(licences) >= len(scripts)


def test_wheel_holds_every_source_file(wheel_names: set[str], project_root: Path) -> None:
    source = project_root / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "clew").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert wanted <= wheel_names


def test_wheel_holds_nothing_else(wheel_names: set[str]) -> None:
    assert {name.split("/")[0] for name in wheel_names} == {"clew", f"clew-{clew.__version__}.dist-info"}
    assert not [name for name in wheel_names if "node_modules" in name or "/." in name or name.endswith(".pyc")]
