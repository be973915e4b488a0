"""Checkpoints of the audit log, proofs from it, and its copy with another party: one log, seen through a Merkle tree."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clew.safeguards import checkpoint as notes
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.chain import Entry, Finding
from clew.safeguards.errors import NotFound, Tampered, UsageError
from clew.safeguards.merkle import Growing, consistency_proof, inclusion_proof
from clew.safeguards.permissions import Action
from clew.store.models import AuditRow
from clew.store.rights_models import CheckpointRow
from clew.store.trail import Trail, _entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries an auditor wants to see; what is not given, may be anything."""

    actor: str | None = None
    action: str | None = None
    object: str | None = None
    purpose: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Checkpoints(Trail):
    def checkpoint(self, actor: Actor, purpose: Purpose) -> str:
        """Signs how long the log is and its Merkle root, this act included, and keeps the note; answers it."""
        self.require(actor, Action.VERIFY_AUDIT, purpose, "checkpoint")
        with self._write() as tx:
            self._log(tx, actor, "checkpoint", "audit", purpose)
            tx.flush()
            return self._signed_now(tx)

    def _signed_now(self, tx: Session) -> str:
        tree = Growing()
        for entry in self._entries(tx):
            tree.add(notes.leaf_of(entry))
        note = notes.sign(self._keys, tree.size, tree.root())
        tx.add(CheckpointRow(size=tree.size, root=tree.root().hex(), note=note, at=self._clock()))
        return note

    def newest_checkpoint(self, least: int = 0) -> str | None:
        """The newest note that was kept, if it is over so many entries."""
        newest = select(CheckpointRow).where(CheckpointRow.size >= least).order_by(CheckpointRow.size.desc()).limit(1)
        with self._read() as tx:
            row = tx.scalar(newest)
            return row.note if row else None

    def prove(self, actor: Actor, purpose: Purpose, seq: int) -> dict[str, Any]:
        """An entry with the proof that it is in the log, under a checkpoint. Anyone can check it with the public key."""
        self.require(actor, Action.READ_AUDIT, purpose, f"entry {seq}")
        note = self.newest_checkpoint(seq) or self.checkpoint(actor, purpose)
        size = notes.read(note).size
        with self._snapshot() as tx:
            row = tx.get(AuditRow, seq)
            if row is None:
                raise NotFound("there is no such entry")
            proof = inclusion_proof(self._leaves(tx)[:size], seq - 1)
            entry = dict(notes.entry_fields(_entry(row)))
        return {"clew": "inclusion/1", "entry": entry, "index": seq - 1, "proof": _text(proof), "checkpoint": note}

    def prove_growth(self, actor: Actor, purpose: Purpose, earlier: str) -> dict[str, Any]:
        """The proof that the log of an earlier checkpoint is the beginning of today's. Raises Tampered where it is not."""
        self.require(actor, Action.VERIFY_AUDIT, purpose, "checkpoint")
        first = notes.checked(earlier, self._keys.public_key)
        note = self.checkpoint(actor, purpose)
        size = notes.read(note).size
        with self._snapshot() as tx:
            leaves = self._leaves(tx)[:size]
        if parted(leaves, first):
            raise Tampered(_WORDS[parted(leaves, first)])
        proof = consistency_proof(leaves, first.size)
        return {"clew": "consistency/1", "earlier": earlier, "proof": _text(proof), "checkpoint": note}

    def against(self, note: str, public_key: str | None = None) -> list[Finding]:
        """What of an earlier checkpoint does not hold any more of this log: cut, or another log from some entry on."""
        said = notes.checked(note, public_key or self._keys.public_key)
        with self._snapshot() as tx:
            rule = parted(self._leaves(tx), said)
        return (
            [Finding(said.size, said.size, rule, f"{_WORDS[rule]} (checkpoint over {said.size} entries)")]
            if rule
            else []
        )

    def leaves(self, actor: Actor, purpose: Purpose, start: int = 0) -> list[bytes]:
        """The hash of each entry from the `start`th on; they tell nothing of the entries."""
        self.require(actor, Action.VERIFY_AUDIT, purpose, "leaves")
        with self._snapshot() as tx:
            return self._leaves(tx)[start:]

    def _leaves(self, tx: Session) -> list[bytes]:
        return [notes.leaf_of(entry) for entry in self._entries(tx)]

    def entries_from(self, actor: Actor, purpose: Purpose, start: int = 0) -> Sequence[Entry]:
        """The entries after the `start`th, the oldest first."""
        self.require(actor, Action.READ_AUDIT, purpose, "entries")
        with self._read() as tx:
            rows = tx.scalars(select(AuditRow).where(AuditRow.seq > start).order_by(AuditRow.seq))
            return [_entry(row) for row in rows]

    def find_entries(
        self, actor: Actor, purpose: Purpose, asked: Asked, *, offset: int = 0, limit: int = 100
    ) -> tuple[Sequence[Entry], int]:
        """Entries as asked for, newest first, and how many there are. That the log was searched is recorded too."""
        self.require(actor, Action.READ_AUDIT, purpose, "entries")
        if limit < 1 or offset < 0:
            raise UsageError("limit: at least 1, and no negative offset")
        wanted = [
            getattr(AuditRow, name) == value
            for name in ("actor", "action", "object", "purpose")
            if (value := getattr(asked, name)) is not None
        ]
        wanted += [AuditRow.at >= asked.since] if asked.since else []
        wanted += [AuditRow.at < asked.until] if asked.until else []
        newest = select(AuditRow).where(*wanted).order_by(AuditRow.seq.desc()).offset(offset).limit(limit)
        with self._write() as tx:
            total = tx.scalar(select(func.count()).select_from(AuditRow).where(*wanted)) or 0
            found = [_entry(row) for row in tx.scalars(newest)]
            self._log(tx, actor, "search_audit", "audit", purpose, {"entries": total})
        return found, total

    def _verify_checkpoints(self, tx: Session, entries: Iterator[Entry]) -> Iterator[Entry | Finding]:
        """Passes entries on, and says at its size of each kept checkpoint whether it still holds."""
        kept = {row.size: row for row in tx.scalars(select(CheckpointRow))}
        tree = Growing()
        for entry in entries:
            tree.add(notes.leaf_of(entry))
            row = kept.pop(tree.size, None)
            if row is not None:
                yield from self._of_one(row, tree)
            yield entry
        for row in kept.values():
            yield Finding(row.size, row.size, "checkpoint", f"{_WORDS['cut']} (checkpoint over {row.size} entries)")

    def _of_one(self, row: CheckpointRow, tree: Growing) -> Iterator[Finding]:
        try:
            said = notes.checked(row.note, self._keys.public_key)
        except Tampered:
            said = None
        if said is None or (said.size, said.root.hex()) != (row.size, row.root):
            words = f"the checkpoint over {row.size} entries was not signed by this vault, or was changed"
            yield Finding(row.size, row.size, "checkpoint", words)
        elif said.root != tree.root():
            yield Finding(row.size, row.size, "checkpoint", f"{_WORDS['fork']} (checkpoint over {row.size} entries)")


_WORDS = {
    "cut": "the log is shorter than it was: entries were taken off its end",
    "fork": "the log is another one than it was: entries were changed, or it was replaced by another branch",
}


def parted(leaves: Sequence[bytes], earlier: notes.Checkpoint) -> str:
    """Cut or fork where an earlier checkpoint is not the beginning of these leaves; empty where it is."""
    if len(leaves) < earlier.size:
        return "cut"
    tree = Growing()
    for leaf in leaves[: earlier.size]:
        tree.add(leaf)
    return "" if tree.root() == earlier.root else "fork"


def _text(proof: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(node).decode() for node in proof]
