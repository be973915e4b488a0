"""No test goes missing unnoticed: a file that no longer imports, a glob that no longer matches, a class misnamed."""

from __future__ import annotations

import pytest

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
