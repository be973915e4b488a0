"""Judgement stays human: two persons where a child, a body or a release is concerned; answers before the score; reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime

import pyarrow as pa

from clew.desk import ProposalView, ReleaseAsk, WaitingRelease
from clew.leads.types import Evidence, LeadRow, LeadView
from clew.publish import check
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Release, Verdict
from clew.safeguards.blind import Agreement, agreement, is_blind, mixed
from clew.safeguards.errors import Blocked
from clew.safeguards.permissions import Action
from clew.safeguards.reviews import Review
from clew.safeguards.second import TWO, Concern, agreed, concerns
from clew.store.deciding import SIGNATURE_HOLDS
from clew.workspace.guarded import Guarded
from clew.workspace.person_subjects import LEAD, Members, members_of
from clew.workspace.releasing import DATASET, _fingerprint, mark_of

MOST_ASKED = 1_000
"""More leads than are ever asked for at once."""
BLIND = "The score comes after your first answer, so that it does not lead you. Read the evidence, then answer."


class Judging(Guarded):
    # Two persons under a release.

    def sign_release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> None:
        """A first signature, under exactly the draft that was looked at: nothing leaves by it."""
        self._sign_draft(actor, purpose, ask, self._mark(actor, purpose, ask))

    def release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> Release:
        """Releases what another person signed before. The first signature is kept, and nothing leaves.

        Raises Blocked where nobody else has signed the same draft, title and recipient within a week.
        """
        mark = self._mark(actor, purpose, ask)
        if not self.vault.release_signers(mark) - {actor.id}:
            check(sum(self.failed().values()))
            self._sign_draft(actor, purpose, ask, mark)
            raise Blocked(
                f"release: nothing has left; {TWO[Concern.RELEASE]}. Your signature is kept for a week: another person "
                "who may release looks at the same and signs it next"
            )
        return super().release(actor, purpose, ask)

    def waiting_releases(self, actor: Actor, purpose: Purpose) -> Sequence[WaitingRelease]:
        """What somebody signed and that waits for another person, the oldest first."""
        self.vault.require(actor, Action.READ_RELEASES, purpose, DATASET)
        left = {release.fingerprint for release in self.vault.releases()}
        names = self.names()
        found: dict[str, WaitingRelease] = {}
        for act in self.vault.waiting_releases():
            if act.body["fingerprint"] in left:
                continue
            ask = ReleaseAsk(**{**act.body["ask"], "columns": tuple(act.body["ask"]["columns"])})
            by = (*(found[act.about].by if act.about in found else ()), names.get(act.actor, act.actor))
            found[act.about] = WaitingRelease(id=act.about, ask=ask, by=by, until=act.at + SIGNATURE_HOLDS)
        return list(found.values())

    def _sign_draft(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk, mark: str) -> None:
        body = {"ask": asdict(ask), "fingerprint": _fingerprint(self._asked(ask), ask)}
        self.vault.sign_release(actor, purpose, mark, asked=body)

    def _mark(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> str:
        """What a signature is under: all of what was asked, title and recipient too, and the draft that was made of it."""
        self.vault.require(actor, Action.RELEASE, purpose, DATASET)
        table, made = self._asked_with_fingerprint(ask)
        return mark_of(made, ask, self._draft(table, made, ask))

    # Two persons where a child or a body is concerned.

    def _verdicts(self, sets: Mapping[str, Members]) -> dict[str, Verdict]:
        """The verdicts in force on who is one person; on a child's cases only where two persons agree.

        A no keeps apart and joins nothing: one person's is enough.
        """
        held = super()._verdicts(sets)
        children = self._children()
        two = {s for s, v in held.items() if v is Verdict.YES and children & set(members_of(s, sets))}
        closed = self.vault.closed_accounts() if two else {}
        both = {s: agreed(self.vault.judgements(LEAD + s), closed) for s in two}
        return {s: v for s, v in held.items() if s not in two or ((found := both[s]) and found.verdict is v)}

    def proposal(self, actor: Actor, purpose: Purpose, subject: str) -> ProposalView:
        view = super().proposal(actor, purpose, subject)
        child = bool(self._children() & set(members_of(subject, self._sets())))
        return replace(view, two=tuple(TWO[concern] for concern in concerns((), child=child)))

    def _children(self) -> frozenset[str]:
        """Cases of whom the file says, or does not rule out, that the person was a child."""
        sql = (
            "SELECT record_id FROM cases WHERE (age.low IS NOT NULL AND age.low < 18) "
            "OR (age_when_trafficked.low IS NOT NULL AND age_when_trafficked.low < 18)"
        )
        return frozenset(self.lake.query(sql)["record_id"].to_pylist())

    # Answers before the score.

    def is_blind(self, actor: Actor, lead: str) -> bool:
        """Whether this person has still to answer this lead before its score is sent."""
        if not is_blind(self.keys.key("blind-answers"), lead, actor.id, self.settings.blind_share):
            return False
        return all(each.actor != actor.id for each in self.vault.judgements(lead))

    def leads(
        self, actor: Actor, purpose: Purpose, *, judged: bool | None = None, query: str = "", offset: int = 0,
        limit: int = 50, asked: bool = False,
    ) -> tuple[Sequence[LeadRow], int]:  # fmt: skip
        if not self.settings.blind_share:
            return super().leads(actor, purpose, judged=judged, query=query, offset=offset, limit=limit, asked=asked)
        if asked:  # few; that a model is unsure of a lead is said of none before its first answer
            every, _ = super().leads(actor, purpose, judged=judged, query=query, limit=MOST_ASKED, asked=True)
            seen = [row for row in every if not self.is_blind(actor, row.id)]
            return seen[offset : offset + limit], len(seen)
        rows, total = super().leads(actor, purpose, judged=judged, query=query, offset=offset, limit=limit)
        return [_without_score(row) if self.is_blind(actor, row.id) else row for row in rows], total

    def _in_order(self, actor: Actor, leads: pa.Table) -> pa.Table:
        """Leads whose score is not sent yet stand anywhere: in order of points, their place would tell it."""
        share = self.settings.blind_share
        if not share:
            return leads
        key, names = self.keys.key("blind-answers"), leads["lead"].to_pylist()
        answered = {each.lead for each in self.vault.judgements() if each.actor == actor.id}
        blind = [name not in answered and is_blind(key, name, actor.id, share) for name in names]
        return leads.take(pa.array(mixed(key, names, actor.id, blind), pa.int64()))

    def lead(self, actor: Actor, purpose: Purpose, lead: str) -> LeadView:
        view = super().lead(actor, purpose, lead)
        if not self.is_blind(actor, view.row.id):
            return view
        plain = tuple(_without_signs(record) for record in view.evidence)
        return replace(
            view, row=_without_score(view.row), evidence=plain, contributions=(), innocent="", judgements=(), label=BLIND, classing=None,
            grown={},
        )  # fmt: skip

    def judge(
        self, actor: Actor, purpose: Purpose, lead: str, verdict: Verdict, reason: str, reverses: str | None = None
    ) -> Judgement:
        blind = self.is_blind(actor, self._followed().get(lead, lead))
        made = super().judge(actor, purpose, lead, verdict, reason, reverses)
        if blind:
            self.vault.note_first_answer(actor, purpose, made.lead, made.id)
        return made

    def answer_agreement(self, actor: Actor) -> Agreement:
        """How answers before the score compare with those after."""
        purpose = self.purpose_for(actor, Action.READ_ACCESS)
        self.vault.require(actor, Action.READ_ACCESS, purpose, "answers")
        return agreement(self.vault.answers())

    # Reviews.

    def ask_review(
        self, actor: Actor, purpose: Purpose, subject: str, *, matter: str, came: str, told_in: str = "",
        received: date | None = None,
    ) -> str:  # fmt: skip
        """Takes in that a person affected asks for a review of a lead, a case or a proposal; answers its number."""
        day = received or datetime.now(UTC).date()
        return self.vault.ask_review(actor, purpose, subject, matter=matter, came=came, told_in=told_in, received=day)

    def answer_review(self, actor: Actor, purpose: Purpose, review: str, outcome: str, reason: str) -> None:
        self.vault.answer_review(actor, purpose, review, outcome, reason=reason)

    def reviews(self, actor: Actor, purpose: Purpose) -> Sequence[Review]:
        return self.vault.reviews(actor, purpose)


def _without_signs(record: Evidence) -> Evidence:
    """One record without the marks on words that are a sign: they are the reasons, shown in the text."""
    return replace(record, spans=tuple(span for span in record.spans if span[2] != "wording"))


def _without_score(row: LeadRow) -> LeadRow:
    """A line of the queue without what the score is made of."""
    return replace(
        row, points=0.0, strongest_for="", strongest_against="", verdict=None, blind=True, looks="", sure="", possible=(),
        asked="",
    )  # fmt: skip
