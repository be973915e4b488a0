"""What may not stay any longer goes: by source, kind and purpose, whatever nobody holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.erasure import Certificate
from clew.safeguards.permissions import Action
from clew.safeguards.retention import days_kept, is_due
from clew.store.erasing import Doomed
from clew.store.lake import ARRIVALS
from clew.workspace.erasing import ErasingPersons

REJECTS_DAYS = 30
"""Rejected rows are kept to be put right, and no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Records of one source and kind: how many, how long they stay and why, when the first is due, how many are due."""

    source: str
    source_name: str
    kind: str
    records: int
    days: int
    reason: str
    next_due: datetime | None
    due: int
    held: int
    """Of those due."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What a run of retention took away; no certificate where nothing was due."""

    records: int
    held: int
    rejects: int
    certificate: Certificate | None


class Retaining(ErasingPersons):
    def retention(self, actor: Actor, purpose: Purpose, now: datetime | None = None) -> list[Kept]:
        """What stays how long, by source and kind. Changes nothing."""
        self.vault.require(actor, Action.ERASE, purpose, "retention")
        return [kept for kept, _ in self._by_place(now or datetime.now(UTC))]

    def expire(self, actor: Actor, purpose: Purpose, now: datetime | None = None) -> Expired:
        """Takes away what is due and not held, as an erasure does, and signs a certificate of it. For every night.

        What expired may come in again under a new agreement; the same record, in the same words, may not.
        """
        self.vault.require(actor, Action.ERASE, purpose, "retention")
        now = now or datetime.now(UTC)
        due, held = [], 0
        for kept, records in self._by_place(now):
            due += records
            held += kept.held
        rejects = self._expire_rejects(now)
        certificate = None
        if due:
            erasure, keys = self.vault.destroy(due, actor, purpose, why="retention: their time is over", for_good=False)
            kinds: dict[str, int] = {}
            for each in due:
                kinds[each.kind] = kinds.get(each.kind, 0) + 1
            body: dict[str, object] = {
                "ground": "GDPR art. 5(1)(e)",
                "records": kinds,
                "keys_destroyed": keys,
                "held_back": held,
            }
            certificate = self._purge(actor, purpose, erasure, due, body)
        self.vault.record(
            actor, "expire", "retention", purpose, {"records": len(due), "held": held, "rejects": rejects}
        )
        return Expired(len(due), held, rejects, certificate)

    def _by_place(self, now: datetime) -> Iterable[tuple[Kept, list[Doomed]]]:
        """Of each source and kind what is kept, and the records that are due and not held."""
        rules, holds = self.vault.retention_rules(), self.vault.holds()
        sources = {source.id: source for source in self.vault.sources()}
        places: dict[tuple[str, str], list[tuple[Doomed, datetime | None]]] = {}
        for doomed, arrived in self._arrived():
            places.setdefault((doomed.source, doomed.kind), []).append((doomed, arrived))
        for (source_id, kind), records in sorted(places.items()):
            source = sources.get(source_id)
            own, purpose = (source.retention_days, source.purpose) if source else (0, "")
            days, reason = days_kept(own, rules, source=source_id, kind=kind, purpose=purpose)
            over = [each for each, at in records if at is None or is_due(at, days, now)]
            free = [
                each for each in over if not any(hold.covers(each.record, each.source, each.kind) for hold in holds)
            ]
            first = min((at for _, at in records if at is not None), default=None)
            kept = Kept(
                source=source_id, source_name=source.name if source else "", kind=kind, records=len(records), days=days,
                reason=reason, next_due=first + timedelta(days=days) if first else None, due=len(over),
                held=len(over) - len(free),
            )  # fmt: skip
            yield kept, free

    def _arrived(self) -> Iterable[tuple[Doomed, datetime | None]]:
        """Every record that can still be read with when it came in: as the vault sealed it, else as the lake noted it."""
        seen: set[str] = set()
        for table, kind in self._tables():
            rows = self.lake.query(
                f'SELECT record_id, source_id, external_id, arrived FROM "{table}" LEFT JOIN {ARRIVALS} USING (record_id)'  # noqa: S608 (ours)
            ).to_pylist()
            sealed = self.vault.sealed_records([row["record_id"] for row in rows])
            for row in rows:
                id = row["record_id"]
                at = sealed[id][2] if id in sealed else row["arrived"]
                if id not in seen:
                    seen.add(id)
                    yield Doomed(id, kind, row["source_id"], row["external_id"] or ""), at
        for id, kind, source, at in self.vault.sealed_alone(seen):
            yield Doomed(id, kind, source), at

    def _expire_rejects(self, now: datetime) -> int:
        """Removes files of rejected rows that are older than `REJECTS_DAYS`; says how many."""
        before = (now - timedelta(days=REJECTS_DAYS)).timestamp()
        old = [path for path in (self.folder / "rejects").glob("*.rejects.csv*") if path.stat().st_mtime <= before]
        for path in old:
            path.unlink()
        return len(old)
