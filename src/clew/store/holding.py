"""Legal holds and rules of retention in the vault: placed, lifted and changed by persons, with a reason, never overwritten."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Conflict, NotFound, UsageError
from clew.safeguards.keys import canonical
from clew.safeguards.permissions import Action
from clew.safeguards.retention import SCOPES, Hold, RetentionRule
from clew.store.erasing import Doomed
from clew.store.rights_models import HoldEventRow, RetentionEventRow
from clew.store.rotating import Rotating
from clew.store.trail import why_text


class Holding(Rotating):
    def place_hold(self, actor: Actor, purpose: Purpose, scope: str, value: str, *, reason: str) -> str:
        """Keeps a record, a source or a kind from expiring and from being erased; answers the hold's id."""
        if scope not in SCOPES or not value.strip():
            raise UsageError(f"hold: one of {', '.join(SCOPES)} and its id are needed")
        return self._hold(actor, purpose, "hld_" + secrets.token_hex(6), scope, value.strip(), 0, reason)

    def lift_hold(self, actor: Actor, purpose: Purpose, hold: str, *, reason: str) -> None:
        """Ends a hold. NotFound when none of that id stands."""
        standing = next((each for each in self.holds() if each.id == hold), None)
        if standing is None:
            raise NotFound("there is no such hold")
        self._hold(actor, purpose, hold, standing.scope, standing.value, 1, reason)

    def _hold(self, actor: Actor, purpose: Purpose, hold: str, scope: str, value: str, lifted: int, reason: str) -> str:
        reason = why_text(reason)
        self.require(actor, Action.ERASE, purpose, hold)
        row = HoldEventRow(
            id="hev_" + secrets.token_hex(8), hold=hold, scope=scope, value=value, lifted=lifted, reason=reason,
            actor=actor.id, at=self._clock(),
        )  # fmt: skip
        with self._write() as tx:
            tx.add(row)
            tx.flush()
            detail = {"hold": hold, "scope": scope, "lifted": bool(lifted), "digest": _digest(row, _HOLD)}
            self._log(tx, actor, "hold", row.id, purpose, detail)
        return hold

    def holds(self) -> Sequence[Hold]:
        """Those that stand, the oldest first."""
        with self._read() as tx:
            return _standing(tx)

    def _refuse_held(self, tx: Session, records: Sequence[Doomed]) -> None:
        for hold in _standing(tx):
            held = [each for each in records if hold.covers(each.record, each.source, each.kind)]
            if held:
                raise Conflict(f"{len(held)} of these records are held by {hold.id}: lift it first, with a reason")

    def set_retention(self, actor: Actor, purpose: Purpose, rule: RetentionRule, *, withdraw: bool = False) -> None:
        """Sets how long records of a source, kind and purpose stay, or withdraws the rule."""
        self.require(actor, Action.ERASE, purpose, "retention")
        row = RetentionEventRow(
            id="ret_" + secrets.token_hex(8), source=rule.source, kind=rule.kind, purpose=rule.purpose,
            days=None if withdraw else rule.days, reason=rule.reason, actor=actor.id, at=self._clock(),
        )  # fmt: skip
        with self._write() as tx:
            tx.add(row)
            tx.flush()
            self._log(tx, actor, "set_retention", row.id, purpose, {"days": row.days, "digest": _digest(row, _RULE)})

    def retention_rules(self) -> Sequence[RetentionRule]:
        """Those in force."""
        latest: dict[tuple[str, str, str], RetentionEventRow] = {}
        with self._read() as tx:
            for row in tx.scalars(select(RetentionEventRow).order_by(RetentionEventRow.at, RetentionEventRow.id)):
                latest[row.source, row.kind, row.purpose] = row
        return [
            RetentionRule(source=row.source, kind=row.kind, purpose=row.purpose, days=row.days, reason=row.reason)
            for row in latest.values()
            if row.days is not None
        ]


def _standing(tx: Session) -> list[Hold]:
    events = tx.scalars(select(HoldEventRow).order_by(HoldEventRow.at, HoldEventRow.id)).all()
    lifted = {row.hold for row in events if row.lifted}
    return [
        Hold(id=row.hold, scope=row.scope, value=row.value, reason=row.reason, actor=row.actor, at=row.at)
        for row in events
        if row.hold not in lifted
    ]


_HOLD = ("id", "hold", "scope", "value", "lifted", "reason", "actor", "at")
_RULE = ("id", "source", "kind", "purpose", "days", "reason", "actor", "at")


def hold_digests(tx: Session) -> dict[str, str]:
    return {row.id: _digest(row, _HOLD) for row in tx.scalars(select(HoldEventRow))}


def rule_digests(tx: Session) -> dict[str, str]:
    return {row.id: _digest(row, _RULE) for row in tx.scalars(select(RetentionEventRow))}


def _digest(row: HoldEventRow | RetentionEventRow, names: tuple[str, ...]) -> str:
    said = ((name, str(getattr(row, name))) for name in names)
    return sha256(canonical(said)).hexdigest()
