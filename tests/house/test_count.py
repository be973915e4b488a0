"""No test goes missing unnoticed: a file that no longer imports, a glob that no longer matches, a class misnamed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PASSING = {"time", "now", "today", "utcnow", "time_ns", "monotonic", "perf_counter", "random", "uuid4", "token_hex", "token_bytes",
           "token_urlsafe", "urandom", "getpid"}  # fmt: skip
"""What gives another value at each call."""

GROWTH = 1.25
"""The record may lag behind by this much before it must be renewed; a loose record guards nothing."""


def is_whole_suite(config: pytest.Config) -> bool:
    narrowed = any(config.getoption(name, None) for name in ("keyword", "markexpr", "lf", "failedfirst", "deselect"))
    return not narrowed and list(config.args) == list(config.getini("testpaths"))


def test_count_has_not_shrunk(request: pytest.FixtureRequest) -> None:
    if not is_whole_suite(request.config):
        pytest.skip("only a part of the tests was asked for")
    record = request.config.rootpath / "tests" / "house" / "count.txt"
    recorded, collected = int(record.read_text(encoding="utf-8")), request.session.testscollected
    assert collected >= recorded, "tests are missing; if they were meant to go, record the new count with `make count`"
    assert collected <= recorded * GROWTH, "there are many new tests: record the new count with `make count`"


def calls_that_pass(source: str) -> list[int]:
    """Lines on which the cases or ids of a `parametrize` are made from the time or from chance."""
    marks = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)
             and isinstance(node.func, ast.Attribute) and node.func.attr == "parametrize"]  # fmt: skip
    inner = [node for mark in marks for node in ast.walk(mark) if isinstance(node, ast.Call) and node is not mark]
    named = [(node.lineno, node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) for node in inner]  # fmt: skip
    return [line for line, name in named if name in PASSING]


def test_every_worker_collects_the_same_names(project_root: Path) -> None:
    """pytest-xdist refuses to run where two workers name a test differently."""
    assert calls_that_pass('@pytest.mark.parametrize("a", [{"iat": int(time.time())}])\ndef test(a): ...') == [1]
    found = {
        str(path.relative_to(project_root)): lines
        for path in sorted((project_root / "tests").rglob("test_*.py"))
        if "parametrize" in (text := path.read_text(encoding="utf-8")) and (lines := calls_that_pass(text))
    }
    assert found == {}
