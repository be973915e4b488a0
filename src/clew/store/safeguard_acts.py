"""Acts on rights in the vault: added in one transaction with their entry in the log, never changed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.keys import canonical
from clew.store.safeguard_models import SafeguardActRow
from clew.store.trail import Trail, as_json

ACTS: Final[Mapping[str, str]] = {
    "own": "owner of a source",
    "share": "share",
    "narrow": "row that narrows",
    "end_row": "end of a row",
    "compatible": "compatible purpose",
    "break_glass": "emergency access",
    "review_glass": "review of an emergency access",
    "allow_glass": "leave to take emergency access again",
    "sign_release": "signature under a release",
    "set_budget": "budget of a dataset",
    "first_answer": "first answer to a lead",
    "score_shown": "showing of a score",
    "ask_review": "review asked for",
    "court_order": "order of a court",
    "answer_review": "answer to a review",
    "rectify": "rectification",
}
"""Kind of act, which is also its name in the log -> what it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAct:
    id: str
    kind: str
    about: str
    body: Mapping[str, Any]
    actor: str
    at: datetime


class SafeguardActs(Trail):
    def _act(
        self, tx: Session, actor: Actor, purpose: Purpose, kind: str, about: str, body: Mapping[str, object]
    ) -> str:
        """Keeps an act that was checked before; answers its id."""
        row = SafeguardActRow(
            id=f"sfg_{secrets.token_hex(10)}",
            kind=kind,
            about=about,
            body=as_json(body),
            actor=actor.id,
            at=self._clock(),
        )
        tx.add(row)
        tx.flush()
        self._log(tx, actor, kind, row.id, purpose, {"about": about, "digest": act_digest(row)})
        return row.id

    def _acts(self, tx: Session, *kinds: str, about: str | None = None) -> list[KeptAct]:
        """Acts of these kinds, the oldest first."""
        wanted: list[ColumnElement[bool]] = [SafeguardActRow.kind.in_(kinds)]
        if about is not None:
            wanted.append(SafeguardActRow.about == about)
        rows = tx.scalars(select(SafeguardActRow).where(*wanted).order_by(SafeguardActRow.at, SafeguardActRow.id))
        return [_kept(row) for row in rows]


def _kept(row: SafeguardActRow) -> KeptAct:
    return KeptAct(id=row.id, kind=row.kind, about=row.about, body=json.loads(row.body), actor=row.actor, at=row.at)


def act_digest(row: SafeguardActRow) -> str:
    """What the audit log keeps of an act."""
    said = [(name, str(getattr(row, name))) for name in ("id", "kind", "about", "body", "actor")]
    return sha256(canonical([*said, ("at", row.at.isoformat())])).hexdigest()


def _digests(kind: str, tx: Session) -> dict[str, str]:
    rows = tx.scalars(select(SafeguardActRow).where(SafeguardActRow.kind == kind))
    return {row.id: act_digest(row) for row in rows}


SAFEGUARD_ACTS = {kind: (what, partial(_digests, kind)) for kind, what in ACTS.items()}
"""Act -> what it makes, and the digests of what is there, for `verify`."""


def ended(acts: Sequence[KeptAct]) -> frozenset[str]:
    """Ids of the rows that were ended."""
    return frozenset(act.about for act in acts if act.kind == "end_row")
