"""What every test may rely on: closed sockets, deterministic examples, the shared data, and a guarded count.

Sockets are closed for all tests (`pytest-socket`, switched on in pyproject.toml). Tests marked `browser`, `postgres` or
`spark` reach this machine and nothing else.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
APART = ("browser", "postgres", "spark")
COUNT = ROOT / "tests" / "house" / "count.txt"

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-count", action="store_true", help="write how many tests there are to tests/house/count.txt"
    )


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in APART:
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
                item.add_marker(pytest.mark.xdist_group(name))  # one browser, one server


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.getoption("--record-count"):
        COUNT.write_text(f"{len(session.items)}\n", encoding="utf-8")


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public data sets, in a folder beside the project. They are not part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not here: a folder shared/data is looked for beside the project's folder")
    return folder
