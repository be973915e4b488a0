"""The helpline's log in the vault: contacts, what they were about, whose case they belong to, which number rang before.

A contact is also a sealed record of the kind `calls`, under a key of its own: the chain reads it and an erasure
destroys it like any other. Its number is matched by a keyed hash under a name of its own, so that callers cannot be
compared with the numbers that the lake knows from adverts.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, false, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Erased, NotFound, UsageError
from clew.safeguards.keys import canonical
from clew.safeguards.permissions import Action
from clew.standards.services import terms
from clew.store.accounts import Accounts
from clew.store.models import ContactEventRow, ContactRow, PersonKeyRow, SealedRow, SourceRow
from clew.store.sealed import Sealed
from clew.store.trail import why_text

CALLER = "caller"
"""The name under which numbers are hashed. It is not the detectors' name for phones, and must not become it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A contact to be kept. `id` is made from the file's own id where it comes from a file, so that it comes in once."""

    channel: str
    received: datetime
    area: str = ""
    country: str = ""
    topic: str = "other"
    language: str = ""
    status: str = "not_known"
    number: str | None = field(default=None, repr=False)
    """E.164."""
    text: str = field(default="", repr=False)
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptContact:
    """A contact without what was said and without its number."""

    id: str
    channel: str
    received: datetime
    area: str
    country: str
    topic: str
    language: str
    status: str
    case_record: str
    """The record id of the case it belongs to; empty for none."""
    numbered: bool
    """Whether a number is sealed with it."""
    others: int
    """Further contacts from the same number."""
    erased: bool
    actor: str
    logged_at: datetime


class Contacts(Sealed, Accounts):
    def log_contacts(self, actor: Actor, purpose: Purpose, source: str, new: Sequence[NewContact]) -> Sequence[str]:
        """Keeps contacts and answers the ids of those that were not here yet; all or none."""
        self.require(actor, Action.LOG_CONTACT, purpose, f"{len(new)} contacts" if len(new) != 1 else "contact")
        given = [self._contact_row(actor, contact) for contact in new]
        with self._write() as tx:
            if tx.get(SourceRow, source) is None:
                raise NotFound(f"there is no source {source}")
            ids = [str(row["id"]) for row, _ in given]
            known = {
                i
                for part in _parts(ids)
                for i in tx.scalars(select(SealedRow.record_id).where(SealedRow.record_id.in_(part)))
            }
            fresh = {str(row["id"]): (row, contact) for row, contact in given if row["id"] not in known}
            self._insert_contacts(tx, actor, source, list(fresh.values()))
            acts = [
                (id, {"source": source, "digest": contact_digest(row, contact.status)})
                for id, (row, contact) in fresh.items()
            ]
            self._log_all(tx, acts, actor=actor, action=Action.LOG_CONTACT.value, purpose=purpose)
        return list(fresh)

    def _contact_row(self, actor: Actor, contact: NewContact) -> tuple[dict[str, object], NewContact]:
        id = "ctc_" + (self._keys.pseudonym("contact", contact.id)[:20] if contact.id else secrets.token_hex(10))
        row = {name: getattr(contact, name) for name in _OPEN}
        caller = self._keys.pseudonym(CALLER, contact.number) if contact.number else None
        return {**row, "id": id, "caller": caller, "actor": actor.id, "logged_at": self._clock()}, contact

    def _insert_contacts(
        self, tx: Session, actor: Actor, source: str, rows: Sequence[tuple[dict[str, object], NewContact]]
    ) -> None:
        if not rows:
            return
        keys, sealed, events = [], [], []
        for row, contact in rows:
            said = {"caller": contact.number, "text": contact.text or None}
            id = str(row["id"])
            key_row, blob = self._seal_one("calls", id, {name: value for name, value in said.items() if value})
            keys.append(key_row)
            sealed.append(
                {"record_id": id, "kind": "calls", "source": source, "person_key": key_row["id"], "blob": blob,
                 "sealed_at": row["logged_at"]}
            )  # fmt: skip
            events.append(
                {"id": first_note(id), "contact": id, "status": contact.status, "case_record": None,
                 "actor": actor.id, "at": row["logged_at"]}
            )  # fmt: skip
        for table, values in ((PersonKeyRow, keys), (SealedRow, sealed), (ContactRow, [row for row, _ in rows])):
            tx.execute(insert(table), values)
        tx.execute(insert(ContactEventRow), events)

    def contacts(
        self, actor: Actor, purpose: Purpose, *, offset: int = 0, limit: int = 50, status: str | None = None,
        case_record: str | None = None,
    ) -> tuple[Sequence[KeptContact], int]:  # fmt: skip
        """Contacts, newest first, and how many there are; those of one status, or of one case ('' for none)."""
        self.require(actor, Action.READ_CONTACTS, purpose, case_record or "contacts")
        wanted: list[ColumnElement[bool]] = []
        if status is not None:
            wanted.append(_STATUS.is_not_distinct_from(status))
        if case_record is not None:
            wanted.append(func.coalesce(_CASE, "") == case_record)
        newest = select(*_COLUMNS).where(*wanted).order_by(ContactRow.received.desc(), ContactRow.id)
        with self._write() as tx:
            total = tx.scalar(select(func.count()).select_from(ContactRow).where(*wanted)) or 0
            rows = [_kept(row._mapping) for row in tx.execute(newest.offset(offset).limit(limit))]  # noqa: SLF001
            detail = {"offset": offset, "shown": len(rows)}
            self._log(tx, actor, Action.READ_CONTACTS.value, case_record or "contacts", purpose, detail)
        return rows, total

    def contact(
        self, actor: Actor, purpose: Purpose, id: str
    ) -> tuple[KeptContact, Sequence[KeptContact], Sequence[ContactEventRow]]:
        """One contact, the others from the same number, newest first, and what was recorded of it, oldest first."""
        self.require(actor, Action.READ_CONTACTS, purpose, id)
        with self._write() as tx:
            row = tx.execute(select(*_COLUMNS).where(ContactRow.id == id)).first()
            if row is None:
                raise NotFound("there is no such contact")
            same = select(*_COLUMNS).where(_of_same_number(tx, id)).order_by(ContactRow.received.desc(), ContactRow.id)
            others = [_kept(each._mapping) for each in tx.execute(same.limit(100))]  # noqa: SLF001
            events = select(ContactEventRow).where(ContactEventRow.contact == id).order_by(ContactEventRow.at)
            history = list(tx.scalars(events))
            self._log(tx, actor, Action.READ_CONTACTS.value, id, purpose)
        return _kept(row._mapping), others, history  # noqa: SLF001

    def note_contact(
        self, actor: Actor, purpose: Purpose, id: str, *, status: str | None = None, case_record: str | None = None
    ) -> None:
        """Records what a contact was found to be about, or whose case it belongs to ('' for none). Nothing is replaced."""
        self.require(actor, Action.LOG_CONTACT, purpose, id)
        if (status is None) == (case_record is None):
            raise UsageError("contact: a status or a case is needed, one of the two")
        if status is not None and status not in terms("contact_statuses"):
            raise UsageError(f"status: choose one of {', '.join(terms('contact_statuses'))}")
        with self._write() as tx:
            if tx.get(ContactRow, id) is None:
                raise NotFound("there is no such contact")
            if case_record:
                _check_case(tx, case_record)
            row = ContactEventRow(
                id="cev_" + secrets.token_hex(10), contact=id, status=status, case_record=case_record, actor=actor.id,
                at=self._clock(),
            )  # fmt: skip
            tx.add(row)
            tx.flush()
            self._log(tx, actor, "note_contact", row.id, purpose, {"contact": id, "digest": note_digest(row)})

    def number_rang(self, actor: Actor, purpose: Purpose, number: str) -> Sequence[KeptContact]:
        """Contacts from a number (E.164), newest first. The number itself is neither kept nor recorded."""
        self.require(actor, Action.READ_CONTACTS, purpose, "number")
        mark = self._keys.pseudonym(CALLER, number)
        found = (
            select(*_COLUMNS)
            .where(ContactRow.caller == mark, _READABLE)
            .order_by(ContactRow.received.desc(), ContactRow.id)
        )
        with self._write() as tx:
            rows = [_kept(row._mapping) for row in tx.execute(found.limit(100))]  # noqa: SLF001
            self._log(tx, actor, Action.READ_CONTACTS.value, "number", purpose, {"shown": len(rows)})
        return rows

    def contact_records(self, ids: Sequence[str]) -> Sequence[tuple[str, datetime, str, str, str]]:
        """Id, received, area, topic and language of contacts just kept, for the lake. Nothing here names anyone."""
        columns = (ContactRow.id, ContactRow.received, ContactRow.area, ContactRow.topic, ContactRow.language)
        with self._read() as tx:
            rows = [row for part in _parts(ids) for row in tx.execute(select(*columns).where(ContactRow.id.in_(part)))]
            return [(id, received, area, topic, language) for id, received, area, topic, language in rows]

    def open_contact(self, actor: Actor, purpose: Purpose, id: str, *, number: bool, why: str) -> dict[str, str]:
        """What was said and, by an act of its own, the number: each is checked and recorded before it is opened."""
        action = Action.READ_IDENTITY if number else Action.READ_SEALED_TEXT
        return self.unseal([id], actor, purpose, why=why_text(why), action=action)[id]

    def watch_contacts(
        self, actor: Actor, purpose: Purpose, why: str
    ) -> Callable[[datetime], Iterable[tuple[datetime, str, str]]]:
        """Checked and recorded once; answers (received, area, country) since a moment, for counts that name nobody."""
        self.require(actor, Action.COUNT_CONTACTS, purpose, "contacts")
        self.record(actor, Action.COUNT_CONTACTS.value, "contacts", purpose, {"why": why})
        return self._times

    def _times(self, since: datetime) -> Iterable[tuple[datetime, str, str]]:
        columns = (ContactRow.received, ContactRow.area, ContactRow.country)
        with self._read() as tx:
            rows = tx.execute(select(*columns).where(ContactRow.received >= since, _READABLE))
            return [(received, area, country) for received, area, country in rows]

    def erase(self, record_ids: Sequence[str], actor: Actor, purpose: Purpose, *, why: str) -> int:
        """Destroys the keys of the records named; a contact's number is matched no more and its hash goes too."""
        gone = super().erase(record_ids, actor, purpose, why=why)
        with self._write() as tx:
            for part in _parts(list(record_ids)):
                tx.execute(update(ContactRow).where(ContactRow.id.in_(part)).values(caller=None))
        return gone

    def is_signed_in(self, token: str) -> bool:
        """Whether a session is still open, without counting as a use of it: a page that listens keeps nobody signed in."""
        with self._read() as tx:
            return self._live(tx, token, self._clock()) is not None


_OPEN = ("channel", "received", "area", "country", "topic", "language")
_LIVE = select(PersonKeyRow.id).join(SealedRow).where(PersonKeyRow.wrapped.is_not(None))
_READABLE = _LIVE.where(SealedRow.record_id == ContactRow.id).exists()


def _latest(column: ColumnElement[str | None]):  # type: ignore[no-untyped-def]
    """The latest of what was recorded of a contact."""
    mine = select(column).where(ContactEventRow.contact == ContactRow.id, column.is_not(None))
    return mine.order_by(ContactEventRow.at.desc(), ContactEventRow.id).limit(1).scalar_subquery()


def _others() -> ScalarSelect[int]:
    other, sealed, key = aliased(ContactRow), aliased(SealedRow), aliased(PersonKeyRow)
    live = select(key.id).join(sealed, sealed.person_key == key.id).where(key.wrapped.is_not(None))
    same = (
        other.caller == ContactRow.caller,
        other.id != ContactRow.id,
        live.where(sealed.record_id == other.id).exists(),
    )
    return select(func.count()).select_from(other).where(*same).correlate(ContactRow).scalar_subquery()


_STATUS = _latest(ContactEventRow.status)  # type: ignore[arg-type]
_CASE = _latest(ContactEventRow.case_record)  # type: ignore[arg-type]
_COLUMNS = (
    ContactRow.id, *(getattr(ContactRow, name) for name in _OPEN), ContactRow.caller, ContactRow.actor, ContactRow.logged_at,
    _STATUS.label("status"), func.coalesce(_CASE, "").label("case_record"), _others().label("others"),
    _READABLE.label("readable"),
)  # fmt: skip


def _kept(row: Any) -> KeptContact:
    same = {name: row[name] for name in (*_OPEN, "id", "status", "case_record", "others", "actor", "logged_at")}
    erased = not row["readable"]
    return KeptContact(**same, numbered=row["caller"] is not None and not erased, erased=erased)


def _of_same_number(tx: Session, id: str):  # type: ignore[no-untyped-def]
    caller = tx.scalar(select(ContactRow.caller).where(ContactRow.id == id, _READABLE))
    if caller is None:
        return false()  # contacts without a number have none in common
    return (ContactRow.caller == caller) & (ContactRow.id != id) & _READABLE


def _check_case(tx: Session, case_record: str) -> None:
    row = tx.get(SealedRow, case_record)
    if row is None or row.kind != "cases":
        raise NotFound("there is no such case")
    if tx.get_one(PersonKeyRow, row.person_key).wrapped is None:
        raise Erased("the case was erased")


def first_note(contact: str) -> str:
    """The id of the note that a contact comes with."""
    return "cev_" + contact.removeprefix("ctc_")


def contact_digest(row: ContactRow | Mapping[str, object], status: str | None) -> str:
    """What the audit log keeps of a contact: all that rests in the open but the number's hash, which may go."""
    given = {name: (row[name] if isinstance(row, Mapping) else getattr(row, name)) for name in ("id", *_OPEN, "actor")}
    return sha256(canonical([*((name, _said(v)) for name, v in given.items()), ("status", status)])).hexdigest()


def note_digest(row: ContactEventRow) -> str:
    fields = ("id", "contact", "status", "case_record", "actor", "at")
    return sha256(canonical((name, _said(getattr(row, name))) for name in fields)).hexdigest()


def _said(value: object) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + 900] for start in range(0, len(ids), 900))
