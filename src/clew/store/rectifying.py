"""Puts one sealed field of a record right: a new record takes the old one's place, and the old one stays as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Conflict, Erased, NotFound
from clew.safeguards.permissions import Action
from clew.store.helpline_corrections import Corrections
from clew.store.helpline_rows import CALLER, OPEN, open_part
from clew.store.models import ContactRow, PersonKeyRow, SealedRow
from clew.store.safeguard_acts import KeptAct, SafeguardActs
from clew.store.sealed_check import SEAL, about, total
from clew.store.trail import why_text

RECTIFY: Final = "rectify"


class Rectifications(SafeguardActs, Corrections):
    def seal_rectified(
        self,
        actor: Actor,
        purpose: Purpose,
        old: str,
        new: str,
        field: str,
        *,
        sealed: Mapping[str, str | None],
        why: str,
    ) -> None:
        """Seals `new` with what `old` holds and the fields of `sealed` changed (None empties one), in one transaction with the
        act, which names the field and the reason and never a value. Where `new` is here already nothing happens.

        Raises NotFound, Erased; Conflict where the record says all of it already.
        """
        why = why_text(why)
        self.require(actor, Action.RECTIFY, purpose, old)
        with self._write() as tx:
            row = tx.get(SealedRow, old)
            if row is None:
                raise NotFound("there is no such record")
            wrapped = tx.get_one(PersonKeyRow, row.person_key).wrapped
            if wrapped is None:
                raise Erased("the record was erased")
            if tx.get(SealedRow, new) is not None:
                return
            key = self._keys.person_key(row.person_key, wrapped)
            said: dict[str, str] = json.loads(key.unseal(row.blob, about(row.kind, old)))
            changed = {name: value for name, value in {**said, **sealed}.items() if value is not None}
            if sealed and changed == said:
                raise Conflict(f"{field}: the record says so already")
            table = pa.table({"record_id": [new], **{name: [value] for name, value in changed.items()}})
            marks = self._insert(tx, row.kind, row.source, table)
            self._log(tx, actor, SEAL, row.source, purpose, {"kind": row.kind, "records": 1, "digest": total(marks)})
            self._act(tx, actor, purpose, RECTIFY, new, {"replaces": old, "field": field, "why": why})

    def rectify_contact(
        self, actor: Actor, purpose: Purpose, contact: str, field: str, right: Mapping[str, Any], *, why: str
    ) -> None:
        """Puts what a contact says of one field right; what it was before is kept as a correction is, sealed with the contact.

        `right`: parts of a `NewContact`. Raises NotFound, Erased; Conflict where the contact says all of it already.
        """
        why = why_text(why)
        self.require(actor, Action.RECTIFY, purpose, contact)
        with self._write() as tx:
            known = self._known_contacts(tx, [contact]).get(contact)
            if known is None:
                raise (
                    Erased("the contact was erased")
                    if tx.get(ContactRow, contact)
                    else NotFound("there is no such contact")
                )
            words = self._sealed_fields(known.sealed, known.key)
            stands = open_part(known.row) | {name: right[name] for name in OPEN if name in right}
            said = {"caller": "number", "text": "text", "area": "area_words"}
            sealed = {**words, **{name: right[part] or "" for name, part in said.items() if part in right}}
            sealed = {name: value for name, value in sealed.items() if value}
            if stands == open_part(known.row) and sealed == words:
                raise Conflict(f"{field}: the contact says so already")
            number = right.get("number")
            caller = (
                (self._keys.pseudonym(CALLER, number) if number else None) if "number" in right else known.row.caller
            )
            self._correct(tx, actor, purpose, known, stands, sealed, caller, None)
            self._act(tx, actor, purpose, RECTIFY, contact, {"replaces": contact, "field": field, "why": why})
            self._owe_lake(tx)

    def note_rectified(self, actor: Actor, purpose: Purpose, old: str, new: str, field: str, *, why: str) -> None:
        """Keeps that a record which is not sealed was put right: which field, by whom and why, and never a value."""
        body = {"replaces": old, "field": field, "why": why_text(why)}
        self.require(actor, Action.RECTIFY, purpose, old)
        with self._write() as tx:
            self._act(tx, actor, purpose, RECTIFY, new, body)

    def rectifications(self, records: Sequence[str]) -> Sequence[KeptAct]:
        """What was put right in these records, the oldest first: each act is about the record that it made."""
        wanted = set(records)
        with self._read() as tx:
            return [act for act in self._acts(tx, RECTIFY) if act.about in wanted]
