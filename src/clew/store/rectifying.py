"""Puts one sealed field of a record right: a new record takes the old one's place, and the old one stays as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Conflict, Erased, NotFound
from clew.safeguards.permissions import Action
from clew.store.models import PersonKeyRow, SealedRow
from clew.store.safeguard_acts import KeptAct, SafeguardActs
from clew.store.sealed import Sealed
from clew.store.sealed_check import SEAL, about, total
from clew.store.trail import why_text

RECTIFY: Final = "rectify"


class Rectifications(SafeguardActs, Sealed):
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

    def rectifications(self, records: Sequence[str]) -> Sequence[KeptAct]:
        """What was put right in these records, the oldest first: each act is about the record that it made."""
        wanted = set(records)
        with self._read() as tx:
            return [act for act in self._acts(tx, RECTIFY) if act.about in wanted]
