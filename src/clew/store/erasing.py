"""Erasure in the vault: keys destroyed, names kept only as keyed hashes so that nothing comes back, and a certificate.

One transaction does all of it. What rests in the lake and in files is owed from then on until `purged` says it is gone.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.erasure import Certificate, signed, unsigned
from clew.safeguards.errors import Conflict
from clew.safeguards.permissions import Action
from clew.store.database import fold
from clew.store.models import Meta, PersonKeyRow, SealedRow
from clew.store.rights_models import BackupKeyRow, CertificateRow, ErasureRow
from clew.store.sealed import Sealed, _check_all_known, _chunks, _ids_among
from clew.store.trail import why_text

PURGE_OWED = "purge_owed"
"""The fact in `meta` that records were erased whose rows in the lake are not yet known to be gone."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """A record to erase: its id, kind, source and the file's own name for it as the lake has it ('' for none)."""

    record: str
    kind: str
    source: str
    external: str = ""


class Erasing(Sealed):
    def destroy(
        self, records: Sequence[Doomed], actor: Actor, purpose: Purpose,
        *, why: str, for_good: bool = True, named: Collection[str] = (),
    ) -> tuple[str, int]:  # fmt: skip
        """Destroys the keys of records, sealed or not, and answers the erasure's id and how many keys went.

        `for_good`: what stands in the same place of the same source is not taken in again, whatever it says by then.
        `named`: what rejected rows that must go hold; a keyed hash of each is kept until `purged`, to finish what stops.
        Raises NotAllowed, UsageError without a reason, Conflict when any of them is held.
        """
        why = why_text(why)
        self.require(
            actor, Action.ERASE, purpose, records[0].record if len(records) == 1 else f"{len(records)} records"
        )
        erasure = "era_" + secrets.token_hex(8)
        with self._write() as tx:
            self._refuse_held(tx, records)
            ids = [each.record for each in records]
            live = [row for part in _chunks(ids) for row in tx.scalars(_live_among(part))]
            keys = self._destroy_keys(tx, [row.person_key for row in live])
            for part in _chunks(ids):
                tx.execute(delete(BackupKeyRow).where(BackupKeyRow.record_id.in_(part)))
            self._forget(tx, ids)
            self._mark_erased(tx, records, erasure, for_good)
            self._owe_purge(tx, named)
            sealed = {row.record_id for row in live}
            acts = [(i, {"why": why, "erasure": erasure}) for i in ids if i in sealed]
            acts += [(self.mark_of(each.kind, each.record), {"why": why, "erasure": erasure, "kind": each.kind})
                     for each in records if each.record not in sealed]  # fmt: skip
            self._log_all(tx, acts, actor=actor, action=Action.ERASE.value, purpose=purpose)
        fold(self._engine)
        return erasure, keys

    def erase(self, record_ids: Sequence[str], actor: Actor, purpose: Purpose, *, why: str) -> int:
        """Destroys the keys of the sealed records named and says how many were destroyed now.

        What was sealed under them is unreadable from then on. Raises NotFound when any is unknown.
        """
        wanted = list(dict.fromkeys(record_ids))
        self.require(actor, Action.ERASE, purpose, wanted[0] if len(wanted) == 1 else f"{len(wanted)} records")
        with self._read() as tx:
            known = {i for part in _chunks(wanted) for i in tx.scalars(_ids_among(part))}
            _check_all_known(wanted, known)
            live = [row for part in _chunks(wanted) for row in tx.scalars(_live_among(part))]
        doomed = [Doomed(row.record_id, row.kind, row.source) for row in live]
        return self.destroy(doomed, actor, purpose, why=why, for_good=False)[1] if doomed else 0

    def sealed_records(self, records: Sequence[str]) -> dict[str, tuple[str, str, datetime, bool]]:
        """Of these ids, those that are sealed here: kind, source, since when, whether erased."""
        columns = (SealedRow.record_id, SealedRow.kind, SealedRow.source, SealedRow.sealed_at, PersonKeyRow.wrapped)
        with self._read() as tx:
            rows = [
                row for part in _chunks(records)
                for row in tx.execute(select(*columns).join(PersonKeyRow).where(SealedRow.record_id.in_(part)))
            ]  # fmt: skip
        return {id: (kind, source, at, wrapped is None) for id, kind, source, at, wrapped in rows}

    def sealed_alone(self, but: Collection[str]) -> list[tuple[str, str, str, datetime]]:
        """Sealed records that can still be read, other than these: id, kind, source, since when."""
        live = (
            select(SealedRow.record_id, SealedRow.kind, SealedRow.source, SealedRow.sealed_at)
            .join(PersonKeyRow)
            .where(PersonKeyRow.wrapped.is_not(None))
        )
        with self._read() as tx:
            return [(id, kind, source, at) for id, kind, source, at in tx.execute(live) if id not in but]

    def _refuse_held(self, tx: Session, records: Sequence[Doomed]) -> None:
        """Raises Conflict where a hold stands over any of the records."""

    def _destroy_keys(self, tx: Session, keys: Sequence[str]) -> int:
        for part in _chunks(keys):
            gone = update(PersonKeyRow).where(PersonKeyRow.id.in_(part))
            tx.execute(gone.values(wrapped=None, destroyed_at=self._clock()))
            tx.execute(update(SealedRow).where(SealedRow.person_key.in_(part)).values(blob=b""))
        return len(keys)

    def _mark_erased(self, tx: Session, records: Sequence[Doomed], erasure: str, for_good: bool) -> None:
        marks: dict[str, str] = {}
        for each in records:
            marks[self.mark_of(each.kind, each.record)] = each.kind
            if for_good and each.external:
                marks[self.place_of(each.kind, each.source, each.external)] = each.kind
        known = {m for part in _chunks(list(marks)) for m in tx.scalars(_marks_among(part))}
        now = self._clock()
        rows = [{"mark": m, "kind": kind, "erasure": erasure, "at": now} for m, kind in marks.items() if m not in known]
        if rows:
            tx.execute(insert(ErasureRow), rows)

    def mark_of(self, kind: str, record: str) -> str:
        """The keyed hash under which an erased record is known."""
        return self._keys.pseudonym(f"erased/{kind}", record)

    def place_of(self, kind: str, source: str, external: str) -> str:
        """The keyed hash of an erased record's place in its source."""
        return self._keys.pseudonym(f"erased-place/{kind}", f"{source}/{external}")

    def erased_among(self, kind: str, rows: Iterable[tuple[str, str, str]]) -> frozenset[str]:
        """Of rows of record id, source and the source's own name, the ids of those that were erased."""
        with self._read() as tx:
            marks = frozenset(tx.scalars(select(ErasureRow.mark).where(ErasureRow.kind == kind)))
        if not marks:
            return frozenset()
        return frozenset(
            record for record, source, external in rows
            if self.mark_of(kind, record) in marks or self.place_of(kind, source, external or "") in marks
        )  # fmt: skip

    def _owe_purge(self, tx: Session, named: Collection[str]) -> None:
        owed = tx.get(Meta, PURGE_OWED)
        marks = sorted({*(_owed_marks(owed.value) if owed else ()), *map(self.mark_of_value, named)})
        if owed is None:
            tx.add(Meta(name=PURGE_OWED, value=json.dumps(marks)))
        else:
            owed.value = json.dumps(marks)

    def mark_of_value(self, value: str) -> str:
        """The keyed hash of what names an erased person, by which rejected rows of theirs are found."""
        return self._keys.pseudonym("erased-value", value)

    def owed_marks(self) -> frozenset[str]:
        """Keyed hashes of what rejected rows that are still to go hold."""
        with self._read() as tx:
            owed = tx.get(Meta, PURGE_OWED)
            return _owed_marks(owed.value) if owed else frozenset()

    def purge_is_owed(self) -> bool:
        with self._read() as tx:
            return tx.get(Meta, PURGE_OWED) is not None

    def purged(self) -> None:
        with self._write() as tx:
            tx.execute(delete(Meta).where(Meta.name == PURGE_OWED))

    # Certificates.

    def certify(self, actor: Actor, purpose: Purpose, erasure: str, body: Mapping[str, object]) -> Certificate:
        """Signs what an erasure did and keeps it. Raises Conflict when it has a certificate."""
        self.require(actor, Action.ERASE, purpose, erasure)
        whole = {
            "clew": "erasure-certificate/1",
            "id": erasure,
            "at": self._clock().isoformat(),
            "by": actor.id,
            **body,
        }
        certificate = signed(self._keys, json.dumps(whole, ensure_ascii=False, sort_keys=True))
        with self._write() as tx:
            if tx.get(CertificateRow, erasure) is not None:
                raise Conflict(f"erasure {erasure} has a certificate")
            tx.add(CertificateRow(id=erasure, body=certificate.body, signature=certificate.signature, at=self._clock()))
            self._log(tx, actor, "certify_erasure", erasure, purpose, {"digest": certificate_digest(certificate)})
        return certificate

    def certificates(self, actor: Actor, purpose: Purpose) -> Sequence[Certificate]:
        """All certificates, the oldest first."""
        self.require(actor, Action.READ_AUDIT, purpose, "certificates")
        with self._read() as tx:
            rows = tx.scalars(select(CertificateRow).order_by(CertificateRow.at))
            return [unsigned(row.body, row.signature, self._keys.public_key) for row in rows]


def _owed_marks(value: str) -> frozenset[str]:
    """An older clew kept a time here, and no marks."""
    return frozenset(json.loads(value)) if value.startswith("[") else frozenset()


def certificate_digest(certificate: Certificate) -> str:
    """What the log keeps of a certificate."""
    return sha256((certificate.body + certificate.signature).encode()).hexdigest()


def certificate_digests(tx: Session) -> dict[str, str]:
    """By erasure, as they are now."""
    rows = tx.scalars(select(CertificateRow))
    return {row.id: certificate_digest(unsigned(row.body, row.signature, "")) for row in rows}


def _live_among(ids: Sequence[str]):  # type: ignore[no-untyped-def]
    live = select(SealedRow).join(PersonKeyRow).where(PersonKeyRow.wrapped.is_not(None))
    return live.where(SealedRow.record_id.in_(list(ids)))


def _marks_among(marks: Sequence[str]):  # type: ignore[no-untyped-def]
    return select(ErasureRow.mark).where(ErasureRow.mark.in_(list(marks)))
