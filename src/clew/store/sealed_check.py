"""What the audit log and the keys must agree with in the sealed records: how many, whose, under which key, erased or not."""

from __future__ import annotations

import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from clew.safeguards.chain import Entry, Finding
from clew.safeguards.errors import Tampered
from clew.safeguards.keys import KeyRing, Use, canonical
from clew.safeguards.permissions import Action
from clew.store.models import PersonKeyRow, SealedRow

SEAL = "seal_records"
_BATCH = 5_000
_MODULUS = 1 << 256
_Place = tuple[str, str]
"""Source and kind."""


def mark(key: bytes, record_id: str, kind: str, source: str, person_key: str, sealed_at: datetime) -> int:
    """A keyed digest of what is not sealed of a sealed record; marks add up, in any order (modulo 2^256)."""
    at = sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = (
        ("clew", "sealed/1"),
        ("id", record_id),
        ("kind", kind),
        ("source", source),
        ("key", person_key),
        ("at", at),
    )
    return int.from_bytes(hmac.digest(key, canonical(fields), "sha256"))


def total(marks: Iterable[int]) -> str:
    """The sum of marks, in hex."""
    return f"{sum(marks) % _MODULUS:064x}"


@dataclass(slots=True)
class Noted:
    """What entries say of sealed records, gathered as they pass."""

    records: dict[_Place, int] = field(default_factory=lambda: defaultdict(int))
    marks: dict[_Place, list[int | None]] = field(default_factory=lambda: defaultdict(list))
    """One an entry; None of an entry of an older clew, which kept none."""
    contacts: dict[str, str] = field(default_factory=dict)
    """Contact -> its source: a contact has an entry of its own."""
    erased: dict[str, int] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        if entry.action == Action.ERASE.value:
            self.erased[entry.object] = entry.seq
        elif entry.action == SEAL:
            detail = _fields(entry.detail)
            place = entry.object, str(detail.get("kind", ""))
            self.records[place] += _number(detail.get("records"), 10)
            self.marks[place].append(_number(detail["digest"], 16) if "digest" in detail else None)
        elif entry.action == Action.LOG_CONTACT.value:
            self.contacts[entry.object] = str(_fields(entry.detail).get("source", ""))


def verify_sealed(tx: Session, keys: KeyRing, noted: Noted) -> list[Finding]:
    """Opens every record under its own key and keeps nothing of it, and counts them against the log, both ways."""
    findings: list[Finding] = []
    there: dict[_Place, int] = defaultdict(int)
    marks: dict[_Place, list[int]] = defaultdict(list)
    contacts: set[str] = set()
    audit_key = keys.key(Use.AUDIT)
    for row in tx.execute(_EVERY.execution_options(yield_per=_BATCH)):
        findings += _of_one(keys, row, noted)
        if row.record_id in noted.contacts:
            contacts.add(row.record_id)
            continue
        place = row.source, row.kind
        there[place] += 1
        marks[place].append(mark(audit_key, row.record_id, row.kind, row.source, row.person_key, row.sealed_at))
    for gone in sorted(noted.contacts.keys() - contacts):
        findings.append(_finding("removed", f"the sealed part of contact {gone} was removed"))
    for place in sorted(there.keys() | noted.records.keys()):
        findings += _of_place(
            place, there[place], noted.records.get(place, 0), marks[place], noted.marks.get(place, [])
        )
    return findings


_EVERY = select(
    SealedRow.record_id, SealedRow.kind, SealedRow.source, SealedRow.person_key, SealedRow.blob, SealedRow.sealed_at,
    PersonKeyRow.wrapped,
).outerjoin(PersonKeyRow)  # fmt: skip


def _of_one(keys: KeyRing, row: Row[*tuple[Any, ...]], noted: Noted) -> Iterator[Finding]:
    seq = noted.erased.get(row.record_id, 0)
    if row.wrapped is None and not seq:
        yield _finding(
            "erased", f"the key of sealed record {row.record_id} is gone and no entry says that it was erased"
        )
    elif row.wrapped is not None and seq:
        words = f"sealed record {row.record_id} has a key again: entry {seq} erased it"
        yield _finding("restored", words, seq)
    elif row.wrapped is not None and not _opens(keys, row.record_id, row.kind, row.person_key, row.wrapped, row.blob):
        yield _finding("changed", f"sealed record {row.record_id} was changed: it does not open under its key")
    if noted.contacts.get(row.record_id, row.source) != row.source:
        yield _finding("refiled", f"the sealed part of contact {row.record_id} was filed under another source")


def _opens(keys: KeyRing, record_id: str, kind: str, key_id: str, wrapped: bytes, blob: bytes) -> bool:
    try:
        keys.person_key(key_id, wrapped).unseal(blob, about(kind, record_id))
    except Tampered:
        return False
    return True


def _of_place(
    place: _Place, there: int, noted: int, marks: list[int], noted_marks: list[int | None]
) -> Iterator[Finding]:
    what = f"{place[1]} of source {place[0]}"
    known = [each for each in noted_marks if each is not None]
    if there < noted:
        yield _finding("removed", f"{noted - there} sealed {what} were removed: entries name {noted}, {there} are here")
    elif there > noted:
        yield _finding("inserted", f"{there - noted} sealed {what} were put in: entries name {noted}, {there} are here")
    elif len(known) == len(noted_marks) and total(known) != total(marks):
        yield _finding("refiled", f"sealed {what} are not those that entries recorded: id, key, source or time differ")


def _finding(rule: str, words: str, seq: int = 0) -> Finding:
    return Finding(seq, seq, f"sealed-{rule}", words)


def about(kind: str, record_id: str) -> str:
    """What a sealed record is bound to: it opens nowhere else."""
    return f"record/{kind}/{record_id}"


def _number(value: object, base: int) -> int:
    """0 where an entry was changed and holds none: the log's own check names that entry."""
    try:
        return int(str(value), base)
    except ValueError:
        return 0


def _fields(detail: str) -> dict[str, object]:
    try:
        fields = json.loads(detail)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
