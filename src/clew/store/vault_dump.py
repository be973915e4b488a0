"""A vault as rows of text, without any person's key: the same from SQLCipher and PostgreSQL, and into either.

Tables are read as they are in the database, whatever step they are at; a dump goes into a vault of the same step, which
is then brought forward like any older vault.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Conflict, UnreadableInput, UsageError
from clew.safeguards.keys import Cost, KeyRing
from clew.safeguards.permissions import Action
from clew.store.database import _config, _steps, discard, make_engine
from clew.store.key_book import KeyBook, KeyBooks
from clew.store.models import HeadRow, PersonKeyRow, SealedRow
from clew.store.rights_models import ErasureRow
from clew.store.sealed import _chunks

LEFT_OUT = frozenset(
    {"alembic_version", "backup_keys", "sessions", "once_tokens", "attempts", "sign_in_steps", "known_devices"}
)
"""Tables that are in no backup: what opens records, and who is signed in."""
_CHUNK = 500
Row = tuple[str, dict[str, Any]]


class Dumping(KeyBooks):
    def dump(self) -> Iterator[Row]:
        """First `step` (of the tables) and `head` (of the log); then each row by its table, those that others refer to first."""
        with self._snapshot() as tx:
            connection = tx.connection()
            step = MigrationContext.configure(connection).get_current_revision()
            head = tx.get_one(HeadRow, 1)
            yield "step", {"step": step}
            yield "head", {"count": head.count, "hash": head.hash, "mac": head.mac}
            for table in _tables(connection):
                rows = connection.execution_options(yield_per=1_000).execute(select(table).order_by(*_order(table)))
                for row in rows:
                    yield table.name, _plain(table.name, row._asdict())

    @classmethod
    def undump(
        cls, where: str | Path, keys: KeyRing, rows: Iterable[Row], book: KeyBook,
        *, clock: Callable[[], datetime] | None = None, cost: Cost | None = None,
    ) -> Self:  # fmt: skip
        """A new vault from a dump, whole or not at all, with the persons' keys that the book still has; opened.

        Raises Conflict where a vault is, UsageError for a dump of a newer clew, UnreadableInput for one that does not fit.
        """
        engine = make_engine(where, keys, new=True)
        vault = cls(engine, keys, clock)
        try:
            with vault._write() as tx:
                _load(tx.connection(), iter(rows), book)
        except BaseException as error:
            vault.close()
            discard(where)
            if isinstance(error, IntegrityError):
                raise UnreadableInput("backup: its rows do not fit each other") from None
            raise
        vault.close()
        return cls.open(where, keys, clock=clock, cost=cost)  # type: ignore[attr-defined,no-any-return]

    def erase_again(self, book: KeyBook, actor: Actor, purpose: Purpose) -> tuple[int, int]:
        """Erases, with entries in the log, what was erased after this copy was made: sealed records, and all of them.

        Raises UnreadableInput when keys are missing that nobody erased: then the book is not this vault's newest.
        """
        self.require(actor, Action.ERASE, purpose, "restore")
        with self._write() as tx:
            lost = tx.execute(
                select(SealedRow.record_id, SealedRow.kind, SealedRow.person_key)
                .join(PersonKeyRow)
                .where(PersonKeyRow.wrapped.is_(None), PersonKeyRow.destroyed_at.is_(None))
            ).all()
            said = {row.record_id: book.erased.get(self.mark_of(row.kind, row.record_id)) for row in lost}
            missing = [record for record, erased in said.items() if erased is None]
            if missing:
                raise UnreadableInput(
                    f"key book: {len(missing)} records have no key in it and were not erased; give the newest book"
                )
            for part in _chunks([row.person_key for row in lost]):
                now = self._clock()
                tx.execute(update(PersonKeyRow).where(PersonKeyRow.id.in_(part)).values(destroyed_at=now))
                tx.execute(update(SealedRow).where(SealedRow.person_key.in_(part)).values(blob=b""))
            self._forget(tx, list(said))
            here = set(tx.scalars(select(ErasureRow.mark)))
            new = [
                {"mark": mark, "kind": kind, "erasure": erasure, "at": datetime.fromisoformat(at)}
                for mark, (kind, erasure, at) in book.erased.items()
                if mark not in here
            ]
            if new:
                tx.execute(insert(ErasureRow), new)
            acts = [
                (record, {"why": "erased after this copy was made", "erasure": erased[1]})
                for record, erased in said.items() if erased is not None
            ]  # fmt: skip
            self._log_all(tx, acts, actor=actor, action=Action.ERASE.value, purpose=purpose)
        return len(lost), len(new)


def _tables(connection: Connection) -> list[Table]:
    there = MetaData()
    there.reflect(connection)
    return [table for table in there.sorted_tables if table.name not in LEFT_OUT]


def _order(table: Table) -> list[Any]:
    """By time where rows have one, as a later row may refer to an earlier one."""
    first = [table.c.at] if "at" in table.c else []
    return [*first, *table.primary_key.columns]


def _plain(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: {"b": base64.b64encode(v).decode()} if isinstance(v, bytes) else v for name, v in row.items()}
    if table == "person_keys":
        plain["wrapped"] = None
    return plain


def _load(connection: Connection, rows: Iterator[Row], book: KeyBook) -> None:
    name, said = next(rows, ("", {}))
    if name != "step" or said["step"] not in _steps()[1]:
        raise UsageError("backup: it was made by a newer clew")
    if MigrationContext.configure(connection).get_current_revision() is not None:
        raise Conflict("there is a vault at this place already")
    command.upgrade(_config(connection), said["step"])
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    tables = {table.name: table for table in _tables(connection)}
    waiting: list[dict[str, Any]] = []
    current = ""

    def put() -> None:
        if waiting:
            connection.execute(insert(tables[current]), waiting)
            waiting.clear()

    for name, row in rows:
        if name == "head":
            continue
        if name not in tables:
            raise UnreadableInput("backup: it holds a table that its step does not have")
        if name != current or len(waiting) >= _CHUNK:
            put()
            current = name
        waiting.append(_whole(name, row, book))
    put()


def _whole(table: str, row: Mapping[str, Any], book: KeyBook) -> dict[str, Any]:
    whole = {name: base64.b64decode(v["b"]) if isinstance(v, dict) else v for name, v in row.items()}
    if table == "person_keys" and whole["destroyed_at"] is None:
        whole["wrapped"] = book.persons.get(str(whole["id"]))
    return whole
