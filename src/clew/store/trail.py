"""The audit log in the vault. What must be recorded is recorded in the transaction that does it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clew.safeguards import chain
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Blocked, NotAllowed, Tampered, UsageError
from clew.safeguards.keys import KeyRing, Use
from clew.safeguards.permissions import Action, decide
from clew.store.database import Database
from clew.store.models import AuditRow, HeadRow

Detail = str | Mapping[str, object]

_BATCH = 5_000


class Trail(Database):
    """An open database that records acts, and refuses and records those that are not allowed."""

    def __init__(self, engine: Engine, keys: KeyRing, clock: Callable[[], datetime] | None = None) -> None:
        super().__init__(engine, keys)
        self._clock = clock or (lambda: datetime.now(UTC))
        self.on_use: Callable[[str, Iterable[str]], None] = lambda kind, fields: None  # noqa: ARG005
        """Told which sealed fields of which kind (plural) were opened; never of whom."""
        self.gates: dict[Action, Callable[[], str]] = {}
        """What else must hold before an act that is allowed: each answers why it does not, or nothing."""

    def record(self, actor: Actor | str, action: str, object: str, purpose: str, detail: Detail = "") -> None:  # noqa: A002
        """Records an act that has no transaction of its own here, such as running the chain or a search."""
        with self._write() as tx:
            self._log(tx, actor, action, object, purpose, detail)

    def require(self, actor: Actor, action: Action, purpose: Purpose, about: str = "", *, gated: bool = True) -> None:
        """Lets an allowed act pass. A refused one is recorded with its reason, then raises NotAllowed, or Blocked at a gate.

        Not `gated` is what processes nothing and must not wait, such as a backup.
        """
        decision = decide(actor, action, purpose)
        if not decision.allowed:
            refusal = {"asked": action.value, "because": decision.reason}
            self.record(actor, "refused", about, purpose, refusal)
            raise NotAllowed(f"{action} is not allowed: {decision.reason}")
        shut = self.gates[action]() if gated and action in self.gates else ""
        if shut:
            self.record(actor, "refused", about, purpose, {"asked": action.value, "because": shut})
            raise Blocked(shut)

    def audit(
        self, actor: Actor, purpose: Purpose, *, offset: int = 0, limit: int = 100, about: str | None = None
    ) -> tuple[Sequence[chain.Entry], int]:
        """Entries, newest first, and how many there are in all; `about` keeps those on one object."""
        self.require(actor, Action.READ_AUDIT, purpose)
        wanted = () if about is None else (AuditRow.object == about,)
        newest = select(AuditRow).where(*wanted).order_by(AuditRow.seq.desc()).offset(offset).limit(limit)
        with self._read() as tx:
            total = tx.scalar(select(func.count()).select_from(AuditRow).where(*wanted)) or 0
            return [_entry(row) for row in tx.scalars(newest)], total

    def last_count(self, action: str, name: str) -> int:
        """The number that the newest entry of an action recorded under this name; 0 where there is none."""
        newest = select(AuditRow.detail).where(AuditRow.action == action).order_by(AuditRow.seq.desc()).limit(1)
        with self._read() as tx:
            detail = tx.scalar(newest)
        return int(json.loads(detail).get(name, 0)) if detail else 0

    def recorded(self, action: str, about: str) -> bool:
        """Whether the log has an act of this kind on this object."""
        with self._read() as tx:
            found = select(AuditRow.seq).where(AuditRow.object == about, AuditRow.action == action).limit(1)
            return tx.scalar(found) is not None

    def head(self) -> chain.Head:
        """The end of the log as it is now. Kept elsewhere, it shows later whether the whole vault was put back."""
        with self._read() as tx:
            row = tx.get_one(HeadRow, 1)
            return _head(row)

    def _log(
        self,
        tx: Session,
        actor: Actor | str,
        action: str,
        about: str,
        purpose: str,
        detail: Detail = "",
    ) -> None:
        self._log_all(tx, [(about, detail)], actor=actor, action=action, purpose=purpose)

    def _log_all(
        self, tx: Session, acts: Iterable[tuple[str, Detail]],
        *, actor: Actor | str, action: str, purpose: str, first: bool = False,
    ) -> None:  # fmt: skip
        """Adds one entry an object. The head's row stays locked until the end: no two writers fork the log.

        Only the very first entry may come without a head. Raises Tampered when the head is not the log's.
        """
        row = tx.get(HeadRow, 1, with_for_update=True, populate_existing=True)
        if row is None and not first:
            raise Tampered("the head of the audit log is missing: nothing is added to it")
        head, at, key = _head(row) if row else None, self._clock(), self._keys.key(Use.AUDIT)
        who = actor if isinstance(actor, str) else actor.id
        entries = []
        for about, detail in acts:
            text = detail if isinstance(detail, str) else as_json(detail)
            act = chain.Act(at=at, actor=who, action=action, object=about, purpose=str(purpose), detail=text)
            entry, head = chain.append(key, head, act)
            entries.append({name: getattr(entry, name) for name in _COLUMNS})
        if entries and head:
            try:
                tx.execute(insert(AuditRow), entries)
            except IntegrityError:
                raise Tampered("the audit log goes on past its head: nothing is added to it") from None
            row = row or HeadRow(id=1)
            row.count, row.hash, row.mac = head.count, head.hash, head.mac
            tx.add(row)

    def _found(self, tx: Session) -> None:
        about = [(self._keys.id, {"public_key": self._keys.public_key})]
        self._log_all(tx, about, actor="", action="create_vault", purpose="", first=True)

    def _entries(self, tx: Session) -> Iterator[chain.Entry]:
        columns = [getattr(AuditRow, name) for name in _COLUMNS]
        rows = tx.execute(select(*columns).order_by(AuditRow.seq).execution_options(yield_per=_BATCH))
        for row in rows:
            yield chain.Entry(**row._mapping)  # noqa: SLF001

    def _verify_chain(
        self, tx: Session, entries: Iterable[chain.Entry], anchors: Iterable[chain.Head]
    ) -> list[chain.Finding]:
        row = tx.get(HeadRow, 1)
        return chain.verify(entries, _head(row) if row else None, self._keys.key(Use.AUDIT), anchors=anchors)


_COLUMNS = ("seq", "at", "actor", "action", "object", "purpose", "detail", "previous", "hash")


def as_json(fields: Mapping[str, object]) -> str:
    """One line of JSON, names in order."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def why_text(why: str) -> str:
    """The reason that a person gives for an act. Raises UsageError when it is blank."""
    if not why.strip():
        raise UsageError("why: a reason is required")
    return why.strip()


def _entry(row: AuditRow) -> chain.Entry:
    return chain.Entry(**{name: getattr(row, name) for name in _COLUMNS})


def _head(row: HeadRow) -> chain.Head:
    return chain.Head(count=row.count, hash=row.hash, mac=row.mac)
