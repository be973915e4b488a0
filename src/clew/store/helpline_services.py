"""The directory of services in the vault: entries as they were imported last. They name organisations, not persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import String, func, insert, select, type_coerce, update
from sqlalchemy.orm import Session

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.keys import canonical
from clew.safeguards.permissions import Action
from clew.store.models import ServiceRow
from clew.store.trail import Trail

DIRECTORY = "directory"
"""What the log calls all entries together."""


@dataclass(frozen=True, slots=True)
class Put:
    """What became of the entries given."""

    new: int
    changed: int
    same: int


class Services(Trail):
    def put_services(
        self, actor: Actor, purpose: Purpose, entries: Mapping[str, tuple[str, str]], *, origin: str
    ) -> Put:
        """Takes entries in by id: (organisation, body). An entry that is here is replaced by its newer self."""
        self.require(actor, Action.MANAGE_DIRECTORY, purpose, "directory")
        with self._write() as tx:
            here = {row.id: row.body for row in tx.execute(select(ServiceRow.id, ServiceRow.body))}
            now = self._clock()
            new = [id for id in entries if id not in here]
            changed = [id for id, (_, body) in entries.items() if id in here and here[id] != body]
            rows = [_row(id, entries[id], actor, now) for id in new]
            if rows:
                tx.execute(insert(ServiceRow), rows)
            for id in changed:
                values = {k: v for k, v in _row(id, entries[id], actor, now).items() if k != "id"}
                tx.execute(update(ServiceRow).where(ServiceRow.id == id).values(**values))
            put = Put(len(new), len(changed), len(entries) - len(new) - len(changed))
            digest, count = directory_digest(tx)
            detail = {
                "origin": origin, "new": put.new, "changed": put.changed, "same": put.same, "entries": count, "digest": digest,
            }  # fmt: skip
            self._log(tx, actor, Action.MANAGE_DIRECTORY.value, DIRECTORY, purpose, detail)
        return put

    def services_state(self) -> tuple[int, datetime | None]:
        """How many entries there are and when the latest came in: when this changes, what was read before is old."""
        with self._read() as tx:
            count, latest = tx.execute(select(func.count(), func.max(ServiceRow.imported_at))).one()
            return count, latest

    def services(self, actor: Actor, purpose: Purpose) -> Sequence[str]:
        """The bodies of all entries, by id."""
        self.require(actor, Action.READ_DIRECTORY, purpose, "directory")
        with self._read() as tx:
            return list(tx.scalars(select(ServiceRow.body).order_by(ServiceRow.id)))


def directory_digest(tx: Session) -> tuple[str, int]:
    """Over all of every entry, by id; and how many there are."""
    columns = (ServiceRow.id, ServiceRow.organisation, ServiceRow.body, ServiceRow.actor)
    written = select(*columns, type_coerce(ServiceRow.imported_at, String)).order_by(ServiceRow.id)
    names = ("id", "organisation", "body", "actor", "imported_at")
    whole, count = sha256(), 0
    for row in tx.execute(written):
        whole.update(canonical(zip(names, row, strict=True)))
        count += 1
    return whole.hexdigest(), count


def _row(id: str, entry: tuple[str, str], actor: Actor, now: datetime) -> dict[str, object]:
    return {"id": id, "organisation": entry[0], "body": entry[1], "actor": actor.id, "imported_at": now}
