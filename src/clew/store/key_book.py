"""The key book: every key of a person or record that backups need, and what was erased. It is in no backup itself.

In clear it holds the key header, which opens with the passphrase, key file or service, and nothing without.
There is one book a workspace, always the newest, in as many places as are named; each erasure writes all of them anew.
Whoever has an old backup and the newest book reads what was not erased since; whoever lacks a book reads no person.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select

from clew.safeguards.errors import Tampered, UnreadableInput
from clew.safeguards.keys import KeyRing, PersonKey
from clew.store.erasing import Erasing
from clew.store.models import HeadRow, PersonKeyRow
from clew.store.rights_models import BackupKeyRow, ErasureRow
from clew.store.sealed import _chunks

_ABOUT = "key-book/1"
_MAGIC = b"clew-key-book/1\n"
_LONGEST_HEADER = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBook:
    """`entries`: how long the log was when it was written; a book is never older than the backup that it opens."""

    ring: str
    entries: int
    persons: Mapping[str, bytes] = field(repr=False)
    records: Mapping[str, bytes] = field(repr=False)
    erased: Mapping[str, tuple[str, str, str]] = field(repr=False)
    """Mark -> kind, erasure, when."""

    def sealed(self, keys: KeyRing) -> bytes:
        said = {
            "ring": self.ring, "entries": self.entries, "persons": _text(self.persons), "records": _text(self.records),
            "erased": self.erased,
        }  # fmt: skip
        plain = zlib.compress(json.dumps(said, separators=(",", ":")).encode())
        return PersonKey(keys.key("book")).seal(plain, _ABOUT)


def read_book(path: Path, keys: KeyRing) -> KeyBook:
    """Raises UnreadableInput when there is no book, or it belongs to other keys."""
    try:
        _, sealed = _parts(path)
        said = json.loads(zlib.decompress(PersonKey(keys.key("book")).unseal(sealed, _ABOUT)))
    except Tampered:
        raise UnreadableInput(f"{path.name}: is no key book of this workspace, or was changed") from None
    return KeyBook(
        ring=said["ring"], entries=said["entries"], persons=_bytes(said["persons"]), records=_bytes(said["records"]),
        erased={mark: (kind, erasure, at) for mark, (kind, erasure, at) in said["erased"].items()},
    )  # fmt: skip


def key_header_in(path: Path) -> str:
    """The key header as it was when the book was written: the newest there is, where the workspace is lost."""
    return _parts(path)[0]


def _parts(path: Path) -> tuple[str, bytes]:
    try:
        with path.open("rb") as file:
            magic, header, sealed = file.read(len(_MAGIC)), file.readline(_LONGEST_HEADER), file.read()
        if magic != _MAGIC:
            raise UnreadableInput(f"{path.name}: is no key book")
        return str(json.loads(header)["keys"]), sealed
    except OSError:
        raise UnreadableInput(f"{path.name}: no key book can be read there") from None
    except (ValueError, KeyError, TypeError):
        raise UnreadableInput(f"{path.name}: its header cannot be read") from None


def write_book(book: KeyBook, path: Path, keys: KeyRing, key_header: str) -> None:
    """Whole or not at all, readable by its owner alone; what the place held before is replaced, then overwritten.

    OSError where the place is not reachable.
    """
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(_MAGIC + json.dumps({"keys": key_header}).encode() + b"\n" + book.sealed(keys))
        file.flush()
        os.fsync(file.fileno())
    old = path.open("r+b") if path.is_file() else None
    fresh.replace(path)
    if old is not None:  # no name leads to it any more, but its bytes would stay on the disk
        with old:
            old.write(bytes(os.fstat(old.fileno()).st_size))
            old.flush()
            os.fsync(old.fileno())


class KeyBooks(Erasing):
    def key_book(self) -> KeyBook:
        """As things stand."""
        with self._snapshot() as tx:
            persons = tx.execute(select(PersonKeyRow.id, PersonKeyRow.wrapped).where(PersonKeyRow.wrapped.is_not(None)))
            records = tx.execute(select(BackupKeyRow.record_id, BackupKeyRow.wrapped))
            return KeyBook(
                ring=self._keys.id,
                entries=tx.get_one(HeadRow, 1).count,
                persons={id: wrapped for id, wrapped in persons if wrapped is not None},
                records={row.record_id: row.wrapped for row in records},
                erased={r.mark: (r.kind, r.erasure, r.at.isoformat()) for r in tx.scalars(select(ErasureRow))},
            )

    def backup_keys(self, records: Iterable[str]) -> dict[str, PersonKey]:
        """The key under which each record of the lake rests in backups; made where there is none yet."""
        wanted = list(records)
        with self._write() as tx:
            rows = (
                row for part in _chunks(wanted)
                for row in tx.execute(select(BackupKeyRow.record_id, BackupKeyRow.wrapped).where(BackupKeyRow.record_id.in_(part)))
            )  # fmt: skip
            found = {id: self._keys.person_key(f"backup/{id}", wrapped) for id, wrapped in rows}
            made = []
            for id in wanted:
                if id not in found:
                    found[id], wrapped = self._keys.new_person_key(f"backup/{id}")
                    made.append({"record_id": id, "wrapped": wrapped})
            if made:
                tx.execute(insert(BackupKeyRow), made)
        return found


def _text(keys: Mapping[str, bytes]) -> dict[str, str]:
    return {id: base64.b64encode(wrapped).decode() for id, wrapped in keys.items()}


def _bytes(keys: Mapping[str, str]) -> dict[str, bytes]:
    return {id: base64.b64decode(wrapped) for id, wrapped in keys.items()}
