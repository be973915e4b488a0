"""Sealed records: the fields that identify a person or hold a person's words, each record under a key of its own.

Reading is a recorded act. Destroying the key makes the record unreadable (crypto-shredding): `store.erasing`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from clew.records.kinds import KINDS, Kind, Sensitivity
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Erased, MissingColumn, NotFound, UsageError
from clew.safeguards.keys import Use
from clew.safeguards.permissions import Action
from clew.store.models import PersonKeyRow, SealedRow, SourceRow
from clew.store.sealed_check import SEAL, about, mark, total
from clew.store.trail import Trail, why_text

_READS: Mapping[Action, frozenset[Sensitivity]] = {
    Action.READ_IDENTITY: frozenset({Sensitivity.IDENTITY, Sensitivity.PERSONAL}),
    Action.READ_SEALED_TEXT: frozenset({Sensitivity.PERSONAL}),
}
_CHUNK = 900
"""Ids in one statement."""


class Sealed(Trail):
    def seal_records(self, kind: str, source: str, table: pa.Table, *, actor: Actor, purpose: Purpose) -> int:
        """Seals the given fields of each record and says how many were new.

        `table` has the column record_id and some of the kind's sealed fields, as text; an empty cell is not kept. A
        record that is here already, or was erased, is left as it is.
        """
        known = _kind(kind)
        _check_columns(known, table)
        self.require(actor, Action.ADD_RECORDS, purpose, source)
        with self._write() as tx:
            if tx.get(SourceRow, source) is None:
                raise NotFound(f"there is no source {source}")
            marks = self._insert(tx, kind, source, table)
            detail = {"kind": kind, "records": len(marks), "digest": total(marks)}
            self._log(tx, actor, SEAL, source, purpose, detail)
        return len(marks)

    def _insert(self, tx: Session, kind: str, source: str, table: pa.Table) -> list[int]:
        """Adds what is new and answers a mark of each, for the log."""
        ids = table["record_id"].to_pylist()
        known = {i for part in _chunks(ids) for i in tx.scalars(_ids_among(part))}
        names = [name for name in table.column_names if name != "record_id"]
        rows = zip(ids, *(table[name].to_pylist() for name in names), strict=True)
        keys, blobs, now = [], [], self._clock()
        # One record after the other: each has its own key, so nothing can be shared between them.
        for record_id, *values in rows:
            if record_id in known:
                continue
            known.add(record_id)
            fields = {name: value for name, value in zip(names, values, strict=True) if value is not None}
            key_row, blob = self._seal_one(kind, record_id, fields)
            keys.append(key_row)
            blobs.append(
                {"record_id": record_id, "kind": kind, "source": source, "person_key": key_row["id"],
                 "blob": blob, "sealed_at": now}
            )  # fmt: skip
        if keys:
            tx.execute(insert(PersonKeyRow), keys)
            tx.execute(insert(SealedRow), blobs)
        audit_key = self._keys.key(Use.AUDIT)
        return [mark(audit_key, b["record_id"], kind, source, b["person_key"], now) for b in blobs]

    def _seal_one(self, kind: str, record_id: str, fields: dict[str, str]) -> tuple[dict[str, object], bytes]:
        key_id = "key_" + secrets.token_hex(12)
        key, wrapped = self._keys.new_person_key(key_id)
        plain = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return {"id": key_id, "wrapped": wrapped}, key.seal(plain, about(kind, record_id))

    def unseal(
        self, record_ids: Sequence[str], actor: Actor, purpose: Purpose,
        *, why: str, action: Action = Action.READ_IDENTITY,
    ) -> dict[str, dict[str, str]]:  # fmt: skip
        """The sealed fields of the records named, by record id; each reading is recorded before anything is opened.

        `read_sealed_text` opens what persons said, `read_identity` also who they are. Raises NotAllowed, NotFound when
        any id is unknown, Erased when any was erased: it is all or nothing.
        """
        if action not in _READS:
            raise UsageError("action: read_identity or read_sealed_text is needed")
        why, wanted = why_text(why), list(dict.fromkeys(record_ids))
        self.require(actor, action, purpose, wanted[0] if len(wanted) == 1 else f"{len(wanted)} records")
        with self._write(actor) as tx:
            rows = [row for part in _chunks(wanted) for row in tx.execute(_sealed_among(part))]
            _check_all_there(wanted, {row[0].record_id: row[1] for row in rows})
            entries = [(record_id, {"why": why}) for record_id in wanted]
            self._log_all(tx, entries, actor=actor, action=action.value, purpose=purpose)
        opened = {sealed.record_id: self._open(sealed, wrapped, _READS[action]) for sealed, wrapped in rows}
        for kind in {sealed.kind for sealed, _ in rows}:
            self.on_use(kind, {name for sealed, _ in rows if sealed.kind == kind for name in opened[sealed.record_id]})
        return opened

    def sealed_batches(
        self, kind: str, actor: Actor, purpose: Purpose, *, fields: Sequence[str] | None = None, size: int = 5_000,
        action: Action = Action.RUN_CHAIN,
    ) -> Iterator[pa.Table]:  # fmt: skip
        """All records of a kind for the detectors, as tables of record_id and `fields`, some of which are null.

        Without `fields` only what persons said is opened, not who they are. Needs `run_chain`, or `erase` where a person's
        records are looked for on their own behalf; one entry with the number of records is recorded at the call, before the
        first batch. Erased records are left out.
        """
        chosen = _chosen(_kind(kind), fields)
        self.require(actor, action, purpose, kind)
        with self._write() as tx:
            count = tx.scalar(select(func.count()).select_from(_readable(kind).subquery())) or 0
            words = f"chain read {count} sealed records"
            self._log(tx, actor, "chain_read", kind, purpose, {"words": words, "records": count, "fields": chosen})
        self.on_use(kind, chosen)
        return self._batches(kind, chosen, size)

    def _batches(self, kind: str, fields: Sequence[str], size: int) -> Iterator[pa.Table]:
        schema = pa.schema([(name, pa.string()) for name in ("record_id", *fields)])
        every = frozenset(Sensitivity)
        after = ""
        while True:
            page = _readable(kind).where(SealedRow.record_id > after).order_by(SealedRow.record_id).limit(size)
            with self._read() as tx:
                rows = list(tx.execute(page))
            if not rows:
                return
            after = rows[-1][0].record_id
            opened = [{"record_id": row.record_id, **self._open(row, wrapped, every)} for row, wrapped in rows]
            yield pa.Table.from_pylist(opened, schema)

    def _open(self, row: SealedRow, wrapped: bytes, shown: frozenset[Sensitivity]) -> dict[str, str]:
        key = self._keys.person_key(row.person_key, wrapped)
        fields: dict[str, str] = json.loads(key.unseal(row.blob, about(row.kind, row.record_id)))
        kind = KINDS[row.kind]
        return {name: value for name, value in fields.items() if kind.field(name).sensitivity in shown}

    def sealed_count(self, kind: str | None = None) -> int:
        """How many sealed records can still be read."""
        wanted = () if kind is None else (SealedRow.kind == kind,)
        live = select(func.count()).select_from(SealedRow).join(PersonKeyRow).where(PersonKeyRow.wrapped.is_not(None))
        with self._read() as tx:
            return tx.scalar(live.where(*wanted)) or 0

    def live_ids(self, kind: str) -> frozenset[str]:
        """Ids of the sealed records of a kind that can still be read."""
        live = select(SealedRow.record_id).join(PersonKeyRow).where(PersonKeyRow.wrapped.is_not(None))
        with self._read() as tx:
            return frozenset(tx.scalars(live.where(SealedRow.kind == kind)))

    def _forget(self, tx: Session, record_ids: Sequence[str]) -> None:
        """What else goes with records that are erased, in the same transaction."""


def _kind(name: str) -> Kind:
    if name not in KINDS or not KINDS[name].sealed:
        having = ", ".join(kind.plural for kind in KINDS.values() if kind.sealed)
        raise UsageError(f"kind: one with sealed fields is needed ({having})")
    return KINDS[name]


def _chosen(kind: Kind, fields: Sequence[str] | None) -> list[str]:
    if fields is None:
        return [name for name in kind.sealed if kind.field(name).sensitivity is Sensitivity.PERSONAL]
    for name in fields:
        if name not in kind.sealed:
            raise UsageError(f"{name}: not a sealed field of {kind.plural}")
    return list(fields)


def _check_columns(kind: Kind, table: pa.Table) -> None:
    if "record_id" not in table.column_names:
        raise MissingColumn("record_id", present=tuple(table.column_names))
    for field in table.schema:
        if field.name not in ("record_id", *kind.sealed):
            raise UsageError(f"{field.name}: not a sealed field of {kind.plural}")
        if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
            raise UsageError(f"{field.name}: text is needed to seal it")
    if table["record_id"].null_count:
        raise UsageError("record_id: every record needs one")


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _ids_among(ids: Iterable[str]):  # type: ignore[no-untyped-def]
    return select(SealedRow.record_id).where(SealedRow.record_id.in_(list(ids)))


def _sealed_among(ids: Iterable[str]):  # type: ignore[no-untyped-def]
    return select(SealedRow, PersonKeyRow.wrapped).join(PersonKeyRow).where(SealedRow.record_id.in_(list(ids)))


def _readable(kind: str):  # type: ignore[no-untyped-def]
    pairs = select(SealedRow, PersonKeyRow.wrapped).join(PersonKeyRow)
    return pairs.where(SealedRow.kind == kind, PersonKeyRow.wrapped.is_not(None))


def _check_all_known(wanted: Sequence[str], found: Iterable[str]) -> None:
    missing = [record_id for record_id in wanted if record_id not in set(found)]
    if missing:
        raise NotFound(f"sealed record {missing[0]} is not here ({len(missing)} in all)")


def _check_all_there(wanted: Sequence[str], keys: Mapping[str, bytes | None]) -> None:
    _check_all_known(wanted, keys.keys())
    erased = [record_id for record_id in wanted if keys[record_id] is None]
    if erased:
        raise Erased(f"record {erased[0]} was erased and cannot be read again ({len(erased)} in all)")
