"""Opens the database under the vault: one SQLCipher file, or PostgreSQL by its URL; the same tables on both."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, pool
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2 as sqlcipher

from clew.safeguards.actors import Actor
from clew.safeguards.errors import ClewError, Conflict, NotFound, UsageError, WrongKey
from clew.safeguards.keys import KeyRing, Use
from clew.store import row_security
from clew.store.models import Meta

log = logging.getLogger("clew.store")

BUSY_S: Final = 30
"""How long a writer waits for another one."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # so that REPLACE runs the triggers that refuse a deletion
    "PRAGMA secure_delete = ON",  # a destroyed key leaves no copy in a free page
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
)


class Database:
    """An open database with its keys. A write holds the only writer's place until it is committed."""

    def __init__(self, engine: Engine, keys: KeyRing) -> None:
        self._engine = engine
        self._keys = keys

    @property
    def backend(self) -> str:
        """`sqlite` (SQLCipher) or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def _write(self, actor: Actor | None = None) -> Iterator[Session]:
        """With an actor, rows that row-level security keeps from them are not there; without, clew acts for itself."""
        engine = self._engine.execution_options(clew_write=True, clew_actor=actor)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _read(self, actor: Actor | None = None) -> Iterator[Session]:
        """As `_write`, for reading."""
        with (
            Session(self._engine.execution_options(clew_actor=actor), expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def _prepare(self, *, new: bool) -> None:
        """Brings the tables to the newest step, whole or not at all; `new` says which state is expected.

        Conflict when a vault is there already, NotFound when none is, WrongKey when it belongs to other keys.
        """
        try:
            with self._write() as tx:
                _migrate(tx.connection(), self._keys, new=new)
                if new:
                    self._found(tx)
                if self.backend == "postgresql" and not row_security.holds(tx.connection()):
                    log.warning(
                        "the database's login is a superuser or has BYPASSRLS: row-level security does not hold"
                    )
        except OperationalError:
            raise ClewError("the vault's database cannot be reached or written") from None
        except DatabaseError:
            raise WrongKey("the vault does not open with this workspace's keys, is no vault or is damaged") from None

    def _found(self, tx: Session) -> None:
        """What else belongs into a new vault."""

    @contextmanager
    def _snapshot(self) -> Iterator[Session]:
        """One state of all tables, however many statements read it."""
        options = {} if self.backend == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with Session(self._engine.execution_options(**options)) as session, session.begin():
            yield session

    def close(self) -> None:
        """Lets go of every connection; the last one of a SQLCipher file folds its write-ahead log into the file."""
        self._engine.dispose()


def make_engine(where: str | Path, keys: KeyRing, *, new: bool) -> Engine:
    """An engine on a file (SQLCipher) or a `postgresql://` URL. Conflict when a new file is there, NotFound when not."""
    return _postgresql(str(where), keys) if _is_url(where) else _sqlcipher(Path(where), keys, new=new)


def discard(where: str | Path) -> None:
    """Removes a file that was made for a vault and did not become one. PostgreSQL takes its tables back by itself."""
    if not _is_url(where):
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{where}{ending}").unlink(missing_ok=True)


def fold(engine: Engine) -> None:
    """Folds SQLCipher's write-ahead log into the file and empties it, so that what was overwritten is in neither."""
    if engine.dialect.name == "sqlite":
        with engine.execution_options(clew_bare=True).connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def damaged_pages(engine: Engine) -> list[str]:
    """What SQLCipher says of pages of the file whose keyed hash does not hold; none on PostgreSQL, which keeps its own.

    A page that is written while it is read looks damaged once: only what two readings find is damaged.
    """
    if engine.dialect.name != "sqlite":
        return []
    with engine.execution_options(clew_bare=True).connect() as connection:
        readings = [connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars().all() for _ in range(2)]
    return [words for words in readings[0] if words in set(readings[1])]


def _is_url(where: str | Path) -> bool:
    return isinstance(where, str) and "://" in where


def _sqlcipher(path: Path, keys: KeyRing, *, new: bool) -> Engine:
    if new:
        _make_private(path)
    elif not path.is_file():
        raise NotFound("there is no vault at this place")
    key = keys.key(Use.DATABASE).hex()

    def open_file() -> Any:
        connection = sqlcipher.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key}'\"")
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        return connection

    engine = create_engine(
        "sqlite://", module=sqlcipher, creator=open_file, poolclass=pool.QueuePool, hide_parameters=True
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # The driver starts no transactions of its own: a writer takes its place at once instead of failing half-way.
    options = connection.get_execution_options()
    if not options.get("clew_bare"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("clew_write") else "BEGIN")


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise Conflict("there is a vault at this place already") from None
    except OSError:
        raise UsageError("the vault's folder is missing or cannot be written") from None


def _postgresql(address: str, keys: KeyRing) -> Engine:
    if not address.startswith("postgresql://"):
        raise UsageError("vault: a file or a postgresql:// URL is needed")
    if find_spec("psycopg") is None:
        raise UsageError("vault: PostgreSQL needs the extra: pip install clew[postgres]")
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise UsageError("vault: the postgresql:// URL cannot be read") from None
    engine = create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)

    def begin(connection: Connection) -> None:
        row_security.say(connection, keys, connection.get_execution_options().get("clew_actor"))

    event.listen(engine, "begin", begin)
    return engine


def _migrate(connection: Connection, keys: KeyRing, *, new: bool) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and new:
        raise Conflict("there is a vault at this place already")
    if current is None and not new:
        raise NotFound("there is no vault at this place")
    newest, known = _steps()
    if current is not None and current not in known:
        raise UsageError("this vault was made by a newer clew")
    if current != newest:
        command.upgrade(_config(connection), "head")
    with Session(connection) as session:
        _check_owner(session, keys, new=new)
        session.flush()


@cache
def _steps() -> tuple[str | None, frozenset[str]]:
    """The newest step and all steps of this version of clew."""
    scripts = ScriptDirectory.from_config(_config(None))
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())


def _check_owner(session: Session, keys: KeyRing, *, new: bool) -> None:
    if new:
        session.add(Meta(name="keys", value=keys.id))
    elif (owner := session.get(Meta, "keys")) is None or owner.value != keys.id:
        raise WrongKey("the vault does not open with this workspace's keys, or is no vault")


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
