"""What must never be committed: the machine it was written on, the registry it was fetched from, weights, big files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

LIMIT = 1024 * 1024
FETCHED = re.compile(r"\.(onnx|pth?|pkl|pickle|joblib|safetensors|whl|jar|so|min\.js|sqlite3?|db|duckdb|parquet)$")
"""Files that are built or fetched, never kept. Their makers are the build hook and the tests themselves."""

# Written in two halves, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.$}{-])/(?:tm" + r"p|wor" + r"k|roo" + r"t|hom" + r"e|op" + r"t)/[\w.-]+")
REGISTRY = re.compile(
    r"(?:pyp" + r"i\.org|pythonhoste" + r"d\.org|npmj" + r"s\.(?:org|com)|yarnpk" + r"g\.com"
    r"|deb\.debia" + r"n\.org|unpk" + r"g\.com|jsdeliv" + r"r\.net|cdnj" + r"s\.)"
)


def tracked(root: Path) -> list[Path]:
    """Files that git keeps or would keep. Outside a repository (a source distribution) there is nothing to look at."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git work tree")
    paths = [root / name.decode() for name in done.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def mentions(pattern: re.Pattern[str], root: Path) -> list[str]:
    """Where the pattern stands: file and line, never the line itself."""
    places = []
    for path in tracked(root):
        content = path.read_bytes()
        if b"\0" in content[:8192]:
            continue
        lines = content.decode("utf-8", errors="replace").splitlines()
        places += [f"{path.relative_to(root)}:{number}" for number, line in enumerate(lines, 1) if pattern.search(line)]
    return places


def test_tracked_files_name_no_machine_path(project_root: Path) -> None:
    assert mentions(MACHINE_PATH, project_root) == []


def test_tracked_files_name_no_registry(project_root: Path) -> None:
    assert mentions(REGISTRY, project_root) == []


def test_tracked_files_are_small(project_root: Path) -> None:
    assert [path.relative_to(project_root) for path in tracked(project_root) if path.stat().st_size > LIMIT] == []


def test_tracked_files_are_not_built_or_fetched(project_root: Path) -> None:
    assert [path.relative_to(project_root) for path in tracked(project_root) if FETCHED.search(path.name)] == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("open('/" + "tmp/x')", True),
        ("see /" + "home/ann/notes", True),
        ("route /leads/opt/x", False),
        ("$HOME/" + "opt/x", False),
        ("https://example.org/" + "work/x", False),
    ],
)
def test_tracked_machine_paths_are_recognised(text: str, seen: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is seen


def test_tracked_continuous_integration_runs_the_newcomers_command(project_root: Path) -> None:
    run = project_root / ".ci" / "run"
    assert "make test" in run.read_text(encoding="utf-8")
    assert run.stat().st_mode & 0o111
