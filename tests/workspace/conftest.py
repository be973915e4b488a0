"""One small invented world, walked through once; tests that change a workspace make their own."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp

import pytest

from clew.desk import ReleaseAsk
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose, Role, operator
from clew.safeguards.keys import Cost, KeyRing, Unlock
from clew.store.lake import Lake
from clew.store.vault import Vault
from clew.workspace import Settings, Workspace
from clew.workspace.opened import _OPERATOR, OWNER_ROLES
from clew.world import build, write

CHEAP = Cost(passes=1, memory_kib=64, lanes=1)
INVENTED = Source(name="Invented world", basis=LegalBasis.SYNTHETIC)
FILES = {
    "adverts": "adverts.csv", "postings": "postings.csv", "pages": "pages.jsonl", "images": "images.csv", "tips": "tips.csv",
    "calls": "calls.csv", "conversations": "conversations.csv", "payments": "payments.csv", "areas": "areas.csv",
}  # fmt: skip


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write(build(11, 900), folder)
    return folder


def create(folder: Path) -> Workspace:
    """A new workspace with keys of its own."""
    return Workspace.create(folder / "w", Unlock(key_file=folder / "k" / "w.key"), cost=CHEAP, owner="anna")


@cache
def _template() -> Path:
    folder = Path(mkdtemp(prefix="clew-test-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    create(folder).close()
    return folder


def make(folder: Path) -> Workspace:
    """A copy of one empty workspace: its tables are made once. Copies share their keys."""
    copytree(_template(), folder, dirs_exist_ok=True)
    return reopen(folder)


def assess(workspace: Workspace, *planned: tuple[Source, str], reason: str = "read and accepted", **more: bool) -> str:
    """What a steward does before sources are added: each with a kind that it will give. Answers the assessment's name."""
    for source, kind in planned:
        workspace.plan_source(source, kind)
    actor = workspace.account("anna")
    name = workspace.assessment(actor).name
    workspace.approve_assessment(actor, Purpose.OVERSIGHT, name, reason, **{"accept_open": True, **more})
    return name


def with_keys(folder: Path, keys: KeyRing) -> Workspace:
    """A new workspace on another one's keys."""
    Lake(folder / "lake.duckdb").close()
    vault = Vault.create(folder / "vault.db", keys, cost=CHEAP)
    vault.add_account("anna", None, OWNER_ROLES, actor=_OPERATOR)
    return Workspace(folder, keys, vault, Settings())


def reopen(folder: Path) -> Workspace:
    return Workspace.open(folder / "w", Unlock(key_file=folder / "k" / "w.key"), cost=CHEAP)


def second_signs(workspace: Workspace, ask: ReleaseAsk) -> None:
    """Another steward signs a release first: nothing leaves by one person's signature."""
    workspace.sign_release(operator("second", Role.STEWARD), Purpose.STATISTICS, ask)


@pytest.fixture
def empty(tmp_path: Path):
    with make(tmp_path) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def walked(world: Path, tmp_path_factory: pytest.TempPathFactory):
    """The whole world, added and run."""
    with make(tmp_path_factory.mktemp("walked")) as workspace:
        actor = workspace.account()
        for plural, name in FILES.items():
            workspace.add(KINDS[plural], world / name, INVENTED, None, actor)
        for name in ("cases_ctdc.csv", "cases_htcds.xlsx"):
            workspace.add(KINDS["cases"], world / name, INVENTED, None, actor)
        workspace.ran = workspace.run(actor)
        yield workspace
