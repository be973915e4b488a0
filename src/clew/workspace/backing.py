"""Backs a workspace up into one encrypted file, and restores it: what was erased since stays erased, key and row.

A backup holds no key of a person. Sealed fields rest in it as they do in the vault, and each row of the lake under a key
of its own; those keys are in the key book alone, of which only the newest is kept. So an old backup gives back whoever
was not erased since, and nobody else, to whoever has the passphrase too.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from clew.records import KINDS
from clew.records.write import whole_file
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.archive import (
    MAGIC,
    SealedReader,
    SealingWriter,
    archive_key,
    new_header,
    read_header,
)
from clew.safeguards.chain import Finding, Head
from clew.safeguards.errors import Blocked, Conflict, Tampered, UnreadableInput, UsageError
from clew.safeguards.keys import Cost, KeyRing, PersonKey, Unlock
from clew.safeguards.permissions import Action
from clew.store.erasing import Erasing
from clew.store.key_book import KeyBook, key_header_in, read_book
from clew.store.lake import ARRIVALS, ARRIVED, Lake, record_columns
from clew.store.vault import Vault
from clew.workspace.access import SUPERSEDED_ADVERTS
from clew.workspace.case_numbers import SUPERSEDED
from clew.workspace.erasing import ErasingPersons
from clew.workspace.person_linking import SETS
from clew.workspace.settings import FILE

SCHEMAS: dict[str, pa.Schema] = {
    **{kind.plural: record_columns(kind) for kind in KINDS.values()},
    SUPERSEDED: record_columns(KINDS["cases"]),
    SUPERSEDED_ADVERTS: record_columns(KINDS["adverts"]),
    ARRIVALS: ARRIVED,
    "person_sets": SETS,
}
"""Tables of the lake that are backed up: those that the chain cannot make again. Each row under its record's key."""
FILES = (FILE, "field-uses.json")
GLOBS = ("dpia/*", "releases/rel_*")
"""Files beside vault and lake that nothing makes again: settings, which fields were used, what the assessment says, releases."""
_RESTORER = Actor(id="restore", name="restore", roles=frozenset({Role.STEWARD}))
"""Under this name a restored copy is erased again; whoever holds the key and the book may restore."""
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup holds, and where key books were written."""

    rows: int
    lake_rows: int
    size: int
    books: list[str]
    missed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a backup gave back. `findings` is empty when the copy verifies and is the beginning of nothing else."""

    made_at: str
    rows: int
    lake_rows: int
    readable: int
    """Sealed records that open."""
    erased_since: int
    """Sealed records that were erased after the backup was made: nobody can read them from it."""
    lake_rows_erased: int
    findings: list[Finding] = field(default_factory=list)


class Backing(ErasingPersons):
    def back_up(self, actor: Actor, purpose: Purpose, out: Path, *, vault_only: bool = False) -> BackedUp:
        """Writes a backup, whole or not at all, and the key books. UsageError where no place for a key book is set.

        `vault_only` leaves the lake out, and can be done while another process has it.
        """
        self.vault.require(actor, Action.RUN_CHAIN, purpose, "backup", gated=False)  # a stale assessment loses no data
        if not self.settings.key_books:
            raise UsageError("backup: name a place for the key book, apart from the backups (--book FILE)")
        if out.exists():
            raise UsageError(f"{out}: is there already")
        lake = None if vault_only else self._lake_rows()  # makes keys that the books must have
        self.vault.record(actor, "backup", "workspace", purpose, {"lake": not vault_only})
        made = datetime.now(UTC).isoformat(timespec="seconds")
        header, key = new_header(self.keys, {"made_at": made})
        counted = {"rows": 0, "lake": 0}
        with whole_file(out) as part:
            with part.open("wb") as file:
                file.write(MAGIC + header)
                writer = SealingWriter(file, key, header)
                with gzip.GzipFile(fileobj=cast(io.RawIOBase, writer), mode="wb", compresslevel=6, mtime=0) as body:
                    for item in self._items(lake, counted):
                        body.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                writer.finish()
                file.flush()
                os.fsync(file.fileno())
            part.chmod(0o600)
        books, missed = self.write_books()
        if not books:
            raise Blocked("backup: no key book could be written; without one the backup gives nobody back")
        return BackedUp(counted["rows"], counted["lake"], out.stat().st_size, books, missed)

    def _items(self, lake: Iterator[list[Any]] | None, counted: dict[str, int]) -> Iterator[list[Any]]:
        for name, row in self.vault.dump():
            counted["rows"] += name not in ("step", "head")
            yield ["row", name, row]
        for item in lake or ():
            counted["lake"] += 1
            yield item
        for path in [
            *(self.folder / name for name in FILES),
            *(p for glob in GLOBS for p in sorted(self.folder.glob(glob))),
        ]:
            if path.is_file():
                yield ["file", path.relative_to(self.folder).as_posix(), base64.b64encode(path.read_bytes()).decode()]
        if lake is not None and "followed" in self.lake.names():
            yield ["followed", self.lake.read("followed").to_pylist()]
        yield ["end", dict(counted)]

    def _lake_rows(self) -> Iterator[list[Any]]:
        tables = [name for name in SCHEMAS if name in self.lake.names()]
        ids: set[str] = set()
        for name in tables:
            ids |= set(self.lake.read(name, ["record_id"])["record_id"].to_pylist())
        keys = self.vault.backup_keys(sorted(ids))

        def rows() -> Iterator[list[Any]]:
            for name in tables:
                for batch in self.lake.read(name).to_batches(max_chunksize=_BATCH):
                    for row in batch.to_pylist():
                        id = row["record_id"]
                        yield [
                            "lake",
                            name,
                            id,
                            base64.b64encode(keys[id].seal(_packed(row), f"lake/{name}/{id}")).decode(),
                        ]

        return rows()


def restore(backup: Path, book: Path, folder: Path, unlock: Unlock, *, cost: Cost | None = None) -> Restored:
    """A new workspace from a backup and the newest key book. What was erased since is erased in it too.

    Its key header is the book's: it opens with the passphrase, key file, key or service of today. Raises Conflict where
    something is in the folder; WrongKey; Tampered or UnreadableInput where backup or book do not hold.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder}: is not an empty folder")
    header = key_header_in(book)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".clew-restore-") as scratch:
        made = Path(scratch) / "w"
        made.mkdir(mode=0o700)
        _write_private(made / "keys.json", header)
        keys = KeyRing.open(made / "keys.json", unlock)
        result = _restored(backup, read_book(book, keys), made, keys, cost)
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    return result


def drill(
    backup: Path, book: Path, unlock: Unlock, *, cost: Cost | None = None, beside: Path | None = None
) -> Restored:
    """Restores into a folder that is removed afterwards, and says what came of it."""
    with tempfile.TemporaryDirectory(dir=beside or backup.parent, prefix=".clew-drill-") as scratch:
        return restore(backup, book, Path(scratch) / "w", unlock, cost=cost)


def _restored(backup: Path, book: KeyBook, folder: Path, keys: KeyRing, cost: Cost | None) -> Restored:
    with backup.open("rb") as file:
        header, said = read_header(file)
        items = _read_items(SealedReader(file, archive_key(keys, said), header))
        body = _Body(folder, book, keys)
        vault = Vault.undump(folder / "vault.db", keys, body.vault_rows(items), book, cost=cost)
        with vault:
            since, marks = vault.erase_again(book, _RESTORER, Purpose.OVERSIGHT)
            body.take(items, vault)
            detail = {"made_at": said["made_at"], "erased_since": since, "marks": marks}
            vault.record(_RESTORER, "restore", "workspace", Purpose.OVERSIGHT, detail)
            findings = vault.verify(anchors=[body.head] if body.head else [])
            readable = vault.sealed_count()
    if body.end is None or body.counted != body.end:
        raise UnreadableInput("backup: it does not hold what it says that it holds")
    return Restored(
        made_at=said["made_at"], rows=body.counted["rows"], lake_rows=body.counted["lake"], readable=readable,
        erased_since=since, lake_rows_erased=body.dropped, findings=findings,
    )  # fmt: skip


class _Body:
    """What follows in a backup after its header, put where it belongs."""

    def __init__(self, folder: Path, book: KeyBook, keys: KeyRing) -> None:
        self.folder, self.book, self.keys = folder, book, keys
        self.counted = {"rows": 0, "lake": 0}
        self.dropped = 0
        self.head: Head | None = None
        self.end: dict[str, int] | None = None
        self._next: list[Any] | None = None

    def vault_rows(self, items: Iterator[list[Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Rows of the vault, up to the first item that is none."""
        for item in items:
            if item[0] != "row":
                self._next = item
                return
            _, name, row = item
            if name == "head":
                self.head = Head(count=row["count"], hash=row["hash"], mac=row["mac"])
            self.counted["rows"] += name not in ("step", "head")
            yield name, row

    def take(self, items: Iterator[list[Any]], vault: Erasing) -> None:
        """Everything else: rows of the lake whose keys the book still has, and files."""
        tables: dict[str, list[dict[str, Any]]] = {}
        followed: list[dict[str, str]] = []
        for item in chain([self._next] if self._next else [], items):
            self._one(item, tables, followed)
        gone: set[str] = set()
        for name, kind in _record_tables():
            given = ((r["record_id"], r["source_id"], r["external_id"] or "") for r in tables.get(name, ()))
            gone |= vault.erased_among(kind, given)
        with Lake(self.folder / "lake.duckdb") as lake:
            made = {}
            for name, rows in tables.items():
                kept = [row for row in rows if row["record_id"] not in gone]
                self.dropped += len(rows) - len(kept)
                made[name] = pa.Table.from_pylist(kept, SCHEMAS[name])
            if followed:
                made["followed"] = pa.Table.from_pylist(followed)
            lake.replace(made)

    def _one(self, item: list[Any], tables: dict[str, list[dict[str, Any]]], followed: list[dict[str, str]]) -> None:
        what = item[0]
        if what == "lake":
            _, name, id, sealed = item
            self.counted["lake"] += 1
            wrapped = self.book.records.get(id)
            if wrapped is None or name not in SCHEMAS:
                self.dropped += 1
                return
            key: PersonKey = self.keys.person_key(f"backup/{id}", wrapped)
            tables.setdefault(name, []).append(
                _unpacked(key.unseal(base64.b64decode(sealed), f"lake/{name}/{id}"), SCHEMAS[name])
            )
        elif what == "file":
            path = self.folder / item[1]
            if not path.resolve().is_relative_to(self.folder.resolve()):
                raise UnreadableInput("backup: a file in it belongs elsewhere")
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(base64.b64decode(item[2]))
        elif what == "followed":
            followed += item[1]
        elif what == "end":
            self.end = item[1]


def _record_tables() -> Iterable[tuple[str, str]]:
    return [
        *((kind.plural, kind.plural) for kind in KINDS.values()),
        (SUPERSEDED, "cases"),
        (SUPERSEDED_ADVERTS, "adverts"),
    ]


def _read_items(reader: SealedReader) -> Iterator[list[Any]]:
    try:
        with gzip.GzipFile(fileobj=cast(Any, io.BufferedReader(reader)), mode="rb") as body:
            for line in body:
                yield json.loads(line)
    except (gzip.BadGzipFile, EOFError, ValueError):
        raise Tampered("backup: it was cut or changed after it was written") from None


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _packed(row: dict[str, Any]) -> bytes:
    """A row of the lake as text; times and dates in ISO 8601."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=lambda value: value.isoformat()).encode(
        "utf-8", "surrogatepass"
    )


def _unpacked(plain: bytes, schema: pa.Schema) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(plain)
    return {f.name: _typed(row.get(f.name), f.type) for f in schema}


def _typed(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value)
    if pa.types.is_date(kind):
        return datetime.fromisoformat(value).date()
    if pa.types.is_struct(kind):
        return {f.name: _typed(value[f.name], f.type) for f in kind}
    return value
