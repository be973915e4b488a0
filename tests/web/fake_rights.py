"""Rows, emergency accesses and reviews as pages see them: one of each, invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from clew.desk import CourtOrder
from clew.safeguards.access import By, Grant, Row, Scope, Standing
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.blind import Agreement, agreement
from clew.safeguards.errors import NotAllowed
from clew.safeguards.permissions import Action, decide
from clew.safeguards.reviews import Review

AT = datetime(2026, 11, 1, tzinfo=UTC)
GRANT = Grant(
    id="sfg_" + "a" * 20, actor="acc_other", record="K-2001", names=frozenset(), purpose=Purpose.CASE_SUPPORT,
    until=AT, reason="danger <b>now</b>", at=AT,
)  # fmt: skip
ROW = Row(
    id="sfg_" + "b" * 20,
    scope=Scope.RECORD,
    values=("K-2001",),
    by=By.ACCOUNT,
    only=("acc_other",),
    reason="<i>team</i>",
)
REVIEW = Review(
    id="sfg_" + "c" * 20, subject="K-2001", matter="case", came="in person", told_in="", received=date(2026, 11, 1),
    extended=False, outcome="", reason="", by="", answered=None, taken_by="acc_other",
)  # fmt: skip

ORDER = CourtOrder(
    subject="K1", reference="3 <Gs> 12/26", authority="Reg<ional court", date="2026-05-31", reason="asked <whole",
    recipient="Pol<ice", by="Ot<her", at=GRANT.at,
)  # fmt: skip


class FakeRights:
    def names(self) -> Mapping[str, str]:
        return {"acc_other": "Ot<her>"}

    def _reading(self, actor: Actor, action: Action) -> None:
        if not any(decide(actor, action, purpose).allowed for purpose in Purpose):
            raise NotAllowed(f"{action} is not allowed")

    def access_rows(self, actor: Actor) -> Standing:
        self._reading(actor, Action.READ_ACCESS)
        return Standing(rows=[ROW])

    def emergency_accesses(self, actor: Actor) -> Sequence[Grant]:
        self._reading(actor, Action.READ_ACCESS)
        return [GRANT]

    def court_orders(self, actor: Actor) -> Sequence[CourtOrder]:
        self._reading(actor, Action.READ_ACCESS)
        return [ORDER]

    def answer_agreement(self, actor: Actor) -> Agreement:
        self._reading(actor, Action.READ_ACCESS)
        return agreement([])

    def reviews(self, actor: Actor, purpose: Purpose) -> Sequence[Review]:
        self._reading(actor, Action.TAKE_REVIEW)
        return [REVIEW]

    def break_glass(self, actor: Actor, purpose: Purpose, name: str, reason: str, hours: float) -> Grant:
        raise NotAllowed("break_glass is not allowed")

    def review_access(self, actor: Actor, grant: str, justified: bool, reason: str) -> None:
        raise NotAllowed("review_access is not allowed")

    def ask_review(self, actor: Actor, purpose: Purpose, subject: str, **_: object) -> str:
        raise NotAllowed("take_review is not allowed")

    def answer_review(self, actor: Actor, purpose: Purpose, review: str, outcome: str, reason: str) -> None:
        raise NotAllowed("answer_review is not allowed")
