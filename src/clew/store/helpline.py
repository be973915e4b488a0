"""The helpline's log in the vault: contacts, what they were about, whose case they belong to, which number rang before.

A contact is also a sealed record of the kind `calls`, under a key of its own: the chain reads it and an erasure
destroys it like any other. Its number is matched by a keyed hash under a name of its own, so that callers cannot be
compared with the numbers that the lake knows from adverts.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, false, func, insert, select
from sqlalchemy.orm import Session, aliased

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Erased, NotFound, UsageError
from clew.safeguards.keys import PersonKey
from clew.safeguards.permissions import Action
from clew.standards.services import terms
from clew.store.helpline_corrections import OWED, Corrections, version_fields
from clew.store.helpline_rows import CALLER, OPEN, NewContact, contact_digest, first_note, note_digest
from clew.store.models import (
    ContactEventRow,
    ContactRow,
    ContactVersionRow,
    Meta,
    PersonKeyRow,
    SealedRow,
    SourceRow,
)
from clew.store.signing_in import SigningIn
from clew.store.trail import why_text


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierContact:
    """What a contact said before a correction. `fields` is empty while it stays sealed to whoever asks."""

    changed: tuple[str, ...]
    actor: str
    at: datetime
    fields: dict[str, str] = field(default_factory=dict, repr=False)
    was: dict[str, str] = field(default_factory=dict, repr=False)
    """Of what rests in the open, what was changed; it opens with the words."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What became of contacts that were given: their ids."""

    new: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    """Here already, as they were given."""
    earlier: tuple[str, ...] = ()
    """Given as they were before a correction: the correction stands."""
    erased: tuple[str, ...] = ()
    """Erased before: they do not come back."""

    @property
    def written(self) -> tuple[str, ...]:
        return self.new + self.corrected


class Contacts(Corrections, SigningIn):
    def log_contacts(self, actor: Actor, purpose: Purpose, source: str, new: Sequence[NewContact]) -> Logged:
        """Keeps contacts that are not here yet and corrects those that are here with other content; all or none."""
        self.require(actor, Action.LOG_CONTACT, purpose, f"{len(new)} contacts" if len(new) != 1 else "contact")
        given: dict[str, tuple[dict[str, object], NewContact]] = {}
        for contact in new:
            row = self._contact_row(actor, contact)
            given.setdefault(str(row["id"]), (row, contact))
        with self._write() as tx:
            if tx.get(SourceRow, source) is None:
                raise NotFound(f"there is no source {source}")
            known = {
                i
                for part in _parts(list(given))
                for i in tx.scalars(select(SealedRow.record_id).where(SealedRow.record_id.in_(part)))
            }
            fresh = [pair for id, pair in given.items() if id not in known]
            self._insert_contacts(tx, actor, purpose, source, fresh)
            fates = self._weigh_known(tx, actor, purpose, {id: given[id][1] for id in given if id in known})
            self._owe_lake(tx)
        made = tuple(str(row["id"]) for row, _ in fresh)
        return Logged(
            new=made, **{fate: tuple(i for i, f in fates.items() if f == fate) for fate in set(fates.values())}
        )

    def _contact_row(self, actor: Actor, contact: NewContact) -> dict[str, object]:
        id = "ctc_" + (self._keys.pseudonym("contact", contact.id)[:20] if contact.id else secrets.token_hex(10))
        row = {name: getattr(contact, name) for name in OPEN}
        caller = self._keys.pseudonym(CALLER, contact.number) if contact.number else None
        return {**row, "id": id, "caller": caller, "actor": actor.id, "logged_at": self._clock()}

    def _insert_contacts(
        self, tx: Session, actor: Actor, purpose: Purpose, source: str,
        rows: Sequence[tuple[dict[str, object], NewContact]],
    ) -> None:  # fmt: skip
        if not rows:
            return
        keys, sealed, events, acts = [], [], [], []
        for row, contact in rows:
            id = str(row["id"])
            key_row, blob = self._seal_one("calls", id, contact.sealed)
            keys.append(key_row)
            sealed.append(
                {"record_id": id, "kind": "calls", "source": source, "person_key": key_row["id"], "blob": blob,
                 "sealed_at": row["logged_at"]}
            )  # fmt: skip
            note = {"id": first_note(id), "contact": id, "status": contact.status, "case_record": None,
                    "actor": actor.id, "at": row["logged_at"]}  # fmt: skip
            events.append(note)
            acts.append((id, {"source": source, "digest": contact_digest(row, blob, note)}))
        for table, values in ((PersonKeyRow, keys), (SealedRow, sealed), (ContactRow, [row for row, _ in rows])):
            tx.execute(insert(table), values)
        tx.execute(insert(ContactEventRow), events)
        self._log_all(tx, acts, actor=actor, action=Action.LOG_CONTACT.value, purpose=purpose)

    def contacts(
        self, actor: Actor, purpose: Purpose, *, offset: int = 0, limit: int = 50, status: str | None = None,
        case_record: str | None = None,
    ) -> tuple[Sequence[KeptContact], int]:  # fmt: skip
        """Contacts, newest first, and how many there are; those of one status, or of one case ('' for none)."""
        self.require(actor, Action.READ_CONTACTS, purpose, case_record or "contacts")
        wanted = self._hidden_contacts(actor, purpose)
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

    def _hidden_contacts(
        self,
        actor: Actor,  # noqa: ARG002
        purpose: Purpose,  # noqa: ARG002
        action: Action = Action.READ_CONTACTS,  # noqa: ARG002
    ) -> list[ColumnElement[bool]]:
        """What a list or a count must satisfy so that it shows nothing that rows keep from this actor (`guarding`)."""
        return []

    def contact(
        self, actor: Actor, purpose: Purpose, id: str
    ) -> tuple[KeptContact, Sequence[KeptContact], Sequence[ContactEventRow], Sequence[EarlierContact]]:
        """One contact, the others from the same number, newest first, what was recorded of it, and its corrections."""
        self.require(actor, Action.READ_CONTACTS, purpose, id)
        with self._write(actor) as tx:
            row = tx.execute(select(*_COLUMNS).where(ContactRow.id == id)).first()
            if row is None:
                raise NotFound("there is no such contact")
            same = select(*_COLUMNS).where(_of_same_number(tx, id)).order_by(ContactRow.received.desc(), ContactRow.id)
            others = [_kept(each._mapping) for each in tx.execute(same.limit(100))]  # noqa: SLF001
            events = select(ContactEventRow).where(ContactEventRow.contact == id).order_by(ContactEventRow.at)
            history = list(tx.scalars(events))
            versions = [_earlier(version) for version in tx.scalars(_versions_of(id))]
            self._log(tx, actor, Action.READ_CONTACTS.value, id, purpose)
        return _kept(row._mapping), others, history, versions  # noqa: SLF001

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
        with self._write(actor) as tx:
            rows = [_kept(row._mapping) for row in tx.execute(found.limit(100))]  # noqa: SLF001
            self._log(tx, actor, Action.READ_CONTACTS.value, "number", purpose, {"shown": len(rows)})
        return rows

    def contact_records(self, ids: Sequence[str] | None = None) -> Sequence[tuple[str, str, datetime, str, str, str]]:
        """Id, source, received, area, topic and language for the lake, of all contacts or of these; erased ones left out."""
        columns = (
            ContactRow.id, SealedRow.source, ContactRow.received, ContactRow.area, ContactRow.topic, ContactRow.language,
        )  # fmt: skip
        every = select(*columns).join(SealedRow, SealedRow.record_id == ContactRow.id).where(_READABLE)
        parts = [every] if ids is None else [every.where(ContactRow.id.in_(part)) for part in _parts(ids)]
        with self._read() as tx:
            return [tuple(row) for part in parts for row in tx.execute(part)]  # type: ignore[misc]

    def open_contact(
        self, actor: Actor, purpose: Purpose, id: str, *, number: bool, why: str
    ) -> tuple[dict[str, str], Sequence[EarlierContact]]:
        """What was said and the area as it was given or, by an act of its own, the number; and what it was before.

        Each is checked and recorded, with the reason, before anything is opened.
        """
        why, action = why_text(why), Action.READ_IDENTITY if number else Action.READ_SEALED_TEXT
        self.require(actor, action, purpose, id)
        shown = ("caller",) if number else ("text", "area")
        with self._write(actor) as tx:
            pair = tx.execute(
                select(SealedRow, PersonKeyRow.wrapped).join(PersonKeyRow).where(SealedRow.record_id == id)
            ).first()
            if pair is None or tx.get(ContactRow, id) is None:
                raise NotFound("there is no such contact")
            sealed, wrapped = pair
            if wrapped is None:
                raise Erased("the contact was erased and cannot be read again")
            versions = list(tx.scalars(_versions_of(id)))
            self._log(tx, actor, action.value, id, purpose, {"why": why})
        key = self._keys.person_key(sealed.person_key, wrapped)
        said = self._sealed_fields(sealed, key)
        before = [_opened(row, key, shown) for row in versions]
        return {name: value for name, value in said.items() if name in shown}, before

    def received_of(self, given: str) -> datetime | None:
        """When the contact of this given id was received; None where it is not here or was erased."""
        id = "ctc_" + self._keys.pseudonym("contact", given)[:20]
        with self._read() as tx:
            return tx.scalar(select(ContactRow.received).where(ContactRow.id == id, _READABLE))

    def watch_contacts(
        self, actor: Actor, purpose: Purpose, why: str
    ) -> Callable[[datetime], Iterable[tuple[datetime, str, str, str | None]]]:
        """Checked and recorded once; answers (received, area, country, hash of the number) since a moment.

        For counts that name nobody: the hash is what tells callers apart, and goes no further than the count.
        """
        self.require(actor, Action.COUNT_CONTACTS, purpose, "contacts")
        self.record(actor, Action.COUNT_CONTACTS.value, "contacts", purpose, {"why": why})
        return partial(self._times, actor, purpose)

    def _times(
        self, actor: Actor, purpose: Purpose, since: datetime
    ) -> Iterable[tuple[datetime, str, str, str | None]]:
        columns = (ContactRow.received, ContactRow.area, ContactRow.country, ContactRow.caller)
        shut = self._not_counted()
        wanted = (
            ContactRow.received >= since,
            _READABLE,
            *self._hidden_contacts(actor, purpose, Action.COUNT_CONTACTS),
        )
        with self._read() as tx:
            rows = tx.execute(select(*columns, ContactRow.id).where(*wanted))
            return [(received, area, country, caller) for received, area, country, caller, id in rows if id not in shut]

    def _not_counted(self) -> frozenset[str]:
        """Contacts that stay out of counts: those of cases whose person said no to being counted (`guarding`)."""
        return frozenset()

    def listener(self, token: str) -> tuple[Actor, Purpose] | None:
        """Who a session belongs to and its purpose now, without counting as a use of it: a page that listens keeps
        nobody signed in. None once it has ended.
        """
        with self._read() as tx:
            pair = self._live(tx, token, self._clock())
            return None if pair is None else (self._as_let_in(*pair), Purpose(pair[0].purpose))

    # What the lake has yet to learn.

    def lake_is_owed(self) -> bool:
        """Whether contacts changed here and the lake was not told: it was interrupted, or could not be written."""
        with self._read() as tx:
            return tx.get(Meta, OWED) is not None

    def lake_was_told(self) -> None:
        with self._write() as tx:
            row = tx.get(Meta, OWED)
            if row is not None:
                tx.delete(row)


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
    ContactRow.id, *(getattr(ContactRow, name) for name in OPEN), ContactRow.caller, ContactRow.actor, ContactRow.logged_at,
    _STATUS.label("status"), func.coalesce(_CASE, "").label("case_record"), _others().label("others"),
    _READABLE.label("readable"),
)  # fmt: skip


def _kept(row: Any) -> KeptContact:
    same = {name: row[name] for name in (*OPEN, "id", "status", "case_record", "others", "actor", "logged_at")}
    erased = not row["readable"]
    same["status"] = same["status"] or ""
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


def _versions_of(id: str):  # type: ignore[no-untyped-def]
    return select(ContactVersionRow).where(ContactVersionRow.contact == id).order_by(ContactVersionRow.number)


def _opened(row: ContactVersionRow, key: PersonKey, shown: tuple[str, ...]) -> EarlierContact:
    sealed, opens = version_fields(row, key)
    was = {name: value for name, value in opens.items() if name in row.changed.split()} if "text" in shown else {}
    return _earlier(row, {name: value for name, value in sealed.items() if name in shown}, was)


def _earlier(
    row: ContactVersionRow, fields: dict[str, str] | None = None, was: dict[str, str] | None = None
) -> EarlierContact:
    return EarlierContact(
        changed=tuple(row.changed.split()), actor=row.actor, at=row.at, fields=fields or {}, was=was or {}
    )


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + 900] for start in range(0, len(ids), 900))
