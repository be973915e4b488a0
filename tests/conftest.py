"""What every test may rely on: closed sockets, deterministic examples, the shared data, and a guarded count.

Sockets are closed for all tests (`pytest-socket`, switched on in pyproject.toml). Tests marked `browser`, `postgres` or
`spark` reach this machine and nothing else.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ["127.0.0.1", "::1", "localhost"]
APART = ("browser", "postgres", "spark")
TOGETHER = {
    "tests/workspace/test_chain.py": "walked",
    "tests/workspace/test_networks.py": "walked",
    "tests/workspace/test_disclosing.py": "walked",
    "tests/house/test_dependencies.py": "source",
    "tests/house/test_imports.py": "source",
    "tests/house/test_modules.py": "source",
    "tests/links/test_spark.py": "spark",
    "tests/links/persons/test_spark.py": "spark",
    "tests/signals/test_spark.py": "spark",
    "tests/safety/test_many_users.py": "postgres",
    "tests/store/test_row_security.py": "postgres",
}
LONGEST = (
    "postgres",
    "spark",
    "tests/browser/test_workbench.py",
    "tests/browser/test_helpline.py",
    "tests/browser/test_accounts.py",
    "tests/browser/test_networks.py",
    "walked",
    "tests/safety/test_web_attacks.py",
    "tests/workspace/test_classing.py",
    "tests/house/test_docs.py",
    "tests/store/test_helpline.py",
    "tests/workspace/test_rights_of_persons.py",
    "source",
    "tests/cli/test_workspace.py",
    "tests/safety/test_erasure.py",
    "tests/workspace/test_rectifying.py",
    "tests/safety/test_backup.py",
    "tests/safety/test_failed_detectors.py",
)
"""Groups by the processor time that they were measured to take, the longest first; all others are shorter."""
PLACES = {group: place for place, group in enumerate(LONGEST)}
COUNT = ROOT / "tests" / "house" / "count.txt"

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-count", action="store_true", help="write how many tests there are to tests/house/count.txt"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.get_closest_marker(name) for name in APART):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
    if "PYTEST_XDIST_WORKER" in os.environ:  # workers take groups in this order: the long ones must not come last
        items.sort(key=lambda item: PLACES.get(together(item.nodeid), len(LONGEST)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What collection makes stays to the end: neither meanwhile nor later is it looked through for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def together(nodeid: str) -> str:
    """Tests that share what is dear run on one worker: a server, a session, a world, or else the fixtures of a file."""
    file, _, name = nodeid.partition("::")
    return "postgres" if "postgresql" in name else TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Groups by name of the test: pytest-xdist 3.8 writes its own groups where pytest 9.2 does not read them."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    return Together(config, log)


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
