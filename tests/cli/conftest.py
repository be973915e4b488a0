from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.cli import main


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def empty_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty workspace `room` and its key `k/room.key`; tests copy it."""
    from clew.safeguards.keys import Cost, Unlock
    from clew.workspace import Workspace

    folder, cheap = tmp_path_factory.mktemp("empty"), Cost(passes=1, memory_kib=64, lanes=1)
    unlock = Unlock(key_file=folder / "k" / "room.key")
    Workspace.create(folder / "room", unlock, cost=cheap, owner="anna").close()
    return folder


@pytest.fixture
def clew(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs the command as a person would, and says how it ended."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["clew", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run
