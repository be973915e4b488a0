"""Corrections of contacts: what stands is replaced, what it was before is kept under the contact's own key."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Erased, NotFound
from clew.safeguards.keys import PersonKey
from clew.safeguards.permissions import Action
from clew.store.helpline_rows import (
    AREA_UNKNOWN,
    CALLER,
    EMPTIED,
    OPEN,
    NewContact,
    contact_digest,
    differing,
    first_note,
    note_digest,
    open_part,
    said,
    version_digest,
)
from clew.store.models import ContactEventRow, ContactRow, ContactVersionRow, Meta, PersonKeyRow, SealedRow
from clew.store.sealed import Sealed
from clew.store.sealed_check import about

OWED = "lake_owed"
"""The fact in `meta` that contacts changed and the lake was not told yet."""


@dataclass(slots=True)
class _Known:
    """A contact as it stands, with all that a correction needs."""

    row: ContactRow
    sealed: SealedRow
    key: PersonKey
    notes: dict[str, ContactEventRow] = field(default_factory=dict)
    versions: list[ContactVersionRow] = field(default_factory=list)

    def status(self) -> str:
        """The status that it was given with last, whatever was noted of it since."""
        given = [
            (note.at, note.status)
            for id, note in self.notes.items()
            if id.split(".")[0] == first_note(self.row.id) and note.status is not None
        ]
        return max(given)[1] if given else ""


class Corrections(Sealed):
    def correct_area(self, actor: Actor, purpose: Purpose, id: str, area: str, country: str) -> None:
        """Puts a known area in the place of what a contact has. The words it was given with stay in its history."""
        self.require(actor, Action.LOG_CONTACT, purpose, id)
        with self._write() as tx:
            known = self._known_contacts(tx, [id]).get(id)
            if known is None:
                raise (
                    Erased("the contact was erased") if tx.get(ContactRow, id) else NotFound("there is no such contact")
                )
            words = self._sealed_fields(known.sealed, known.key)
            stands = open_part(known.row) | {"area": area, "country": country}
            sealed = {name: value for name, value in words.items() if name != "area"}
            if stands != open_part(known.row) or sealed != words:
                self._correct(tx, actor, purpose, known, stands, sealed, known.row.caller, None)
                self._owe_lake(tx)

    def _weigh_known(
        self, tx: Session, actor: Actor, purpose: Purpose, given: Mapping[str, NewContact]
    ) -> dict[str, str]:
        """Id -> same, corrected, earlier or erased; what differs from all that a contact ever said is a correction."""
        known, fates = self._known_contacts(tx, list(given)), {}
        for id, contact in given.items():
            if id not in known:
                fates[id] = "erased"
                continue
            one = known[id]
            new = {**_written(open_part(contact)), **_marked(contact.sealed), "status": contact.status}
            stands = {**_written(open_part(one.row)), **_marked(self._sealed_fields(one.sealed, one.key))}
            if new == stands | {"status": one.status()}:
                fates[id] = "same"
            elif any(new == _before(version, one.key) for version in one.versions):
                fates[id] = "earlier"
            else:
                caller = self._keys.pseudonym(CALLER, contact.number) if contact.number else None
                self._correct(tx, actor, purpose, one, open_part(contact), contact.sealed, caller, contact.status)
                fates[id] = "corrected"
        return fates

    def _known_contacts(self, tx: Session, ids: Sequence[str]) -> dict[str, _Known]:
        """The contacts of these ids that can be read."""
        found: dict[str, _Known] = {}
        for start in range(0, len(ids), 900):
            part = ids[start : start + 900]
            rows = (
                select(ContactRow, SealedRow, PersonKeyRow.wrapped)
                .join(SealedRow, SealedRow.record_id == ContactRow.id)
                .join(PersonKeyRow, SealedRow.person_key == PersonKeyRow.id)
                .where(ContactRow.id.in_(part), PersonKeyRow.wrapped.is_not(None))
            )
            for row, sealed, wrapped in tx.execute(rows):
                assert wrapped is not None  # as the statement asks
                found[row.id] = _Known(row, sealed, self._keys.person_key(sealed.person_key, wrapped))
            for note in tx.scalars(select(ContactEventRow).where(ContactEventRow.contact.in_(list(found)))):
                found[note.contact].notes[note.id] = note
            versions: dict[str, list[ContactVersionRow]] = defaultdict(list)
            for version in tx.scalars(select(ContactVersionRow).where(ContactVersionRow.contact.in_(part))):
                versions[version.contact].append(version)
            for id, those in versions.items():
                if id in found:
                    found[id].versions = those
        return found

    def _correct(
        self, tx: Session, actor: Actor, purpose: Purpose, known: _Known, stands: Mapping[str, object],
        sealed: Mapping[str, str], caller: str | None, status: str | None,
    ) -> None:  # fmt: skip
        row, at = known.row, self._clock()
        words, given = self._sealed_fields(known.sealed, known.key), known.status()
        moved = status if status not in (None, given) else None
        changed = differing({**open_part(row), **_marked(words)}, {**stands, **_marked(sealed)})
        names = [*dict.fromkeys(name.removeprefix("sealed ") for name in changed), *(["status"] if moved else [])]
        number = len(known.versions) + 1
        id = "ver_" + secrets.token_hex(10)
        before = {**_written(open_part(row)), **_marked(words), "status": given}
        version = ContactVersionRow(
            id=id, contact=row.id, number=number, changed=" ".join(names), actor=actor.id, at=at,
            blob=known.key.seal(_packed(before), f"contact-version/{id}"),
        )  # fmt: skip
        for name, value in stands.items():
            setattr(row, name, value)
        row.caller = caller
        known.sealed.blob = known.key.seal(_packed(sealed), about("calls", row.id))
        tx.add(version)
        if moved:
            note = ContactEventRow(
                id=first_note(row.id, number), contact=row.id, status=moved, case_record=None, actor=actor.id, at=at
            )
            tx.add(note)
        tx.flush()
        detail: dict[str, object] = {"contact": row.id, "number": number, "digest": version_digest(version)}
        self._log(tx, actor, "correct_contact", id, purpose, detail)
        digest = contact_digest(row, known.sealed.blob, known.notes[first_note(row.id)])
        detail = {"source": known.sealed.source, "correction": number, "digest": digest}
        self._log(tx, actor, Action.LOG_CONTACT.value, row.id, purpose, detail)
        if moved:
            self._log(tx, actor, "note_contact", note.id, purpose, {"contact": row.id, "digest": note_digest(note)})

    def _sealed_fields(self, sealed: SealedRow, key: PersonKey) -> dict[str, str]:
        fields: dict[str, str] = json.loads(key.unseal(sealed.blob, about("calls", sealed.record_id)))
        return fields

    def _owe_lake(self, tx: Session) -> None:
        if tx.get(Meta, OWED) is None:
            tx.add(Meta(name=OWED, value="contacts"))

    def _forget(self, tx: Session, record_ids: Sequence[str]) -> None:
        """Empties erased contacts of all that rested in the open: row, notes and the hash of the number."""
        super()._forget(tx, record_ids)
        found = 0
        for start in range(0, len(record_ids), 900):
            part = record_ids[start : start + 900]
            rows = list(tx.scalars(select(ContactRow).where(ContactRow.id.in_(part))))
            for row in rows:
                for name, value in EMPTIED.items():
                    setattr(row, name, value)
            for note in tx.scalars(select(ContactEventRow).where(ContactEventRow.contact.in_([r.id for r in rows]))):
                note.status = note.case_record = None
            found += len(rows)
        if found:
            self._owe_lake(tx)
        tx.flush()

    def _prepare(self, *, new: bool) -> None:
        super()._prepare(new=new)
        if not new:
            self._seal_open_areas()

    def _seal_open_areas(self) -> None:
        """An older clew left words of an area that no gazetteer knows in the open: they are sealed with the rest."""
        loose = (ContactRow.country == "", ContactRow.area.not_in(("", AREA_UNKNOWN)))
        with self._read() as tx:
            if not tx.scalar(select(func.count()).select_from(ContactRow).where(*loose)):
                return
        system = Actor(id="system", name="system", roles=frozenset())
        with self._write() as tx:
            ids = list(tx.scalars(select(ContactRow.id).where(*loose)))
            for known in self._known_contacts(tx, ids).values():
                words = self._sealed_fields(known.sealed, known.key)
                known.sealed.blob = known.key.seal(
                    _packed(words | {"area": known.row.area}), about("calls", known.row.id)
                )
                known.row.area = AREA_UNKNOWN
                tx.flush()
                digest = contact_digest(known.row, known.sealed.blob, known.notes[first_note(known.row.id)])
                detail = {"source": known.sealed.source, "words": "area sealed", "digest": digest}
                self._log(tx, system, Action.LOG_CONTACT.value, known.row.id, Purpose.OVERSIGHT, detail)
            self._owe_lake(tx)


def version_fields(row: ContactVersionRow, key: PersonKey) -> tuple[dict[str, str], dict[str, str]]:
    """What was sealed in an earlier version, and what of it rested in the open, by the names of their fields."""
    before = _before(row, key)
    sealed = {name.removeprefix("sealed "): value for name, value in before.items() if name.startswith("sealed ")}
    return sealed, {name: before[name] for name in OPEN if name != "country"}


def _before(row: ContactVersionRow, key: PersonKey) -> dict[str, str]:
    fields: dict[str, str] = json.loads(key.unseal(row.blob, f"contact-version/{row.id}"))
    return fields


def _marked(sealed: Mapping[str, str]) -> dict[str, str]:
    return {f"sealed {name}": value for name, value in sealed.items()}


def _written(values: Mapping[str, object]) -> dict[str, str]:
    return {name: said(values[name]) for name in OPEN}


def _packed(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
