"""Documentation that lies fails here.

In README.md, CONTRIBUTING.md and docs/: each ```python block runs, in order, one file sharing its names. Each line of a
```console block that starts with `$ ` and calls `clew` runs, in order, in one empty folder a file, and must end with 0.
Lines of ```sh blocks are not run, but the make targets and the clew commands that they name must exist.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from clew.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def blocks(page: Path, language: str) -> list[str]:
    return [body for name, body in FENCE.findall(page.read_text(encoding="utf-8")) if name == language]


def with_blocks(language: str) -> list[object]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES if blocks(page, language)]


def commands(page: Path, *languages: str) -> list[str]:
    """Command lines of a page, without the prompt and with continued lines joined."""
    text = "\n".join(body for language in languages for body in blocks(page, language)).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith(("$ ", "make ", "clew "))]


def command_names() -> list[tuple[str, ...]]:
    """Noun and verb of each `clew` command that a page names, once each."""
    named = set()
    for page in PAGES:
        for line in commands(page, "sh", "console"):
            program, *words = shlex.split(line, comments=True)
            plain = [word for word in words[:2] if re.fullmatch(r"[a-z][a-z-]*", word)]
            if program == "clew" and plain:
                named.add(tuple(plain))
    return sorted(named)


def test_docs_are_found() -> None:
    assert len(PAGES) > 5


@pytest.mark.parametrize("page", with_blocks("python"))
def test_docs_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "example"}
    for body in blocks(page, "python"):
        exec(compile(body, str(page.relative_to(ROOT)), "exec"), names)


@pytest.mark.parametrize("page", with_blocks("console"))
def test_docs_console_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in commands(page, "console"):
        program, *arguments = shlex.split(command, comments=True)
        if program != "clew":
            continue
        monkeypatch.setattr(sys, "argv", ["clew", *arguments])
        assert ending() == 0, f"{command}\n{capsys.readouterr().err[-2000:]}"


def ending() -> int:
    """The exit code of the command as it was called."""
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize("words", command_names(), ids=" ".join)
def test_docs_name_real_commands(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["clew", *words, "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in {0, None}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_docs_name_real_make_targets(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {target for line in commands(page, "sh", "console") for target in re.findall(r"^make ([a-z-]+)", line)}
    named |= set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_docs_links_lead_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()] == []
