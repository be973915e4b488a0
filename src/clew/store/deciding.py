"""Second signatures, first answers before the score, and reviews that persons ask for: kept as acts, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.blind import Answer
from clew.safeguards.errors import Conflict, NotAllowed, NotFound, UsageError
from clew.safeguards.permissions import Action, decide
from clew.safeguards.reviews import Review, check_answer, check_ask
from clew.store.accounts import actor_of
from clew.store.ledger import Ledger
from clew.store.models import AccountRow, ReleaseRow
from clew.store.safeguard_acts import KeptAct, SafeguardActs
from clew.store.trail import why_text

SIGNATURE_HOLDS: Final = timedelta(days=7)
"""A first signature under a release that nobody joined by then counts no more."""
MOST_BUDGET: Final = 20.0
"""In epsilon. Beyond it a promise means next to nothing."""


class Deciding(SafeguardActs, Ledger):
    # Two persons under a release.

    def sign_release(
        self, actor: Actor, purpose: Purpose, mark: str, *, action: Action = Action.RELEASE,
        asked: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        """Keeps a person's signature under exactly this release; the same again does nothing. `asked` is on which terms."""
        self.require(actor, action, purpose, mark)
        with self._write() as tx:
            if actor.id not in self._signers(tx, mark):
                self._act(tx, actor, purpose, "sign_release", mark, asked or {})

    def keep_order(self, actor: Actor, purpose: Purpose, subject: str, said: Mapping[str, object]) -> None:
        """Keeps a court's order as an act of whoever signs under it; the same again of the same person does nothing."""
        self.require(actor, Action.DISCLOSE, purpose, subject)
        with self._write() as tx:
            kept = self._acts(tx, "court_order", about=subject)
            if not any(act.actor == actor.id and act.body == said for act in kept):
                self._act(tx, actor, purpose, "court_order", subject, said)

    def orders(self) -> Sequence[KeptAct]:
        """Orders under which somebody signed, the oldest first."""
        with self._read() as tx:
            return self._acts(tx, "court_order")

    def waiting_signatures(self) -> Sequence[KeptAct]:
        """Signatures under disclosures that hold today and say on which terms, the oldest first; what left since is not among them."""
        with self._read() as tx:
            left = frozenset(tx.scalars(select(ReleaseRow.fingerprint)))
            acts = self._signatures(tx)
        return [a for a in acts if "subject" in a.body and a.about not in left]

    def waiting_releases(self) -> Sequence[KeptAct]:
        """Signatures under drafts of releases that hold today, the oldest first, whether or not they left since."""
        with self._read() as tx:
            return [act for act in self._signatures(tx) if "ask" in act.body]

    # The budget of a dataset.

    def set_budget(self, actor: Actor, purpose: Purpose, dataset: str, epsilon: float, reason: str) -> None:
        """Keeps what a dataset may give away in all, in epsilon, and why. Raises UsageError outside 0 to 20 or without a reason."""
        self.require(actor, Action.RELEASE, purpose, dataset)
        if not 0 < epsilon <= MOST_BUDGET:
            raise UsageError(f"budget: an epsilon above 0 and at most {MOST_BUDGET:g} is needed")
        with self._write() as tx:
            self._act(tx, actor, purpose, "set_budget", dataset, {"epsilon": epsilon, "why": why_text(reason)})

    def budget_of(self, dataset: str) -> float | None:
        """What a steward set last, or None."""
        with self._read() as tx:
            acts = self._acts(tx, "set_budget", about=dataset)
        return float(acts[-1].body["epsilon"]) if acts else None

    def release_signers(self, mark: str) -> frozenset[str]:
        """Accounts whose signature under this release holds today."""
        with self._read() as tx:
            return self._signers(tx, mark)

    def _signers(self, tx: Session, mark: str) -> frozenset[str]:
        return frozenset(act.actor for act in self._signatures(tx, mark))

    def _signatures(self, tx: Session, mark: str | None = None) -> list[KeptAct]:
        """Signatures that hold: of the last week, of accounts that are open and by their roles of today may still sign the like."""
        acts = [a for a in self._acts(tx, "sign_release", about=mark) if self._clock() - a.at <= SIGNATURE_HOLDS]
        signers = {
            row.id: row for row in tx.scalars(select(AccountRow).where(AccountRow.id.in_({a.actor for a in acts})))
        }
        left = {id for id, row in signers.items() if row.closed_at is not None}
        people = {id: actor_of(row) for id, row in signers.items() if id not in left}
        return [act for act in acts if act.actor not in left and _may_sign(people.get(act.actor), act)]

    # Answers before the score.

    def note_first_answer(self, actor: Actor, purpose: Purpose, lead: str, judgement: str) -> None:
        """Records that this judgement was given before its score was sent to whoever gave it."""
        with self._write() as tx:
            self._act(tx, actor, purpose, "first_answer", lead, {"judgement": judgement})

    def blind_judgements(self) -> frozenset[str]:
        """Ids of judgements that were given before the score."""
        with self._read() as tx:
            return frozenset(act.body["judgement"] for act in self._acts(tx, "first_answer"))

    def answers(self) -> Sequence[Answer]:
        """Every answer to a lead, and whether it was given before the score."""
        blind = self.blind_judgements()
        return [
            Answer(lead=j.lead, actor=j.actor, verdict=j.verdict, blind=j.id in blind, at=j.at)
            for j in self.judgements() if ":" not in j.lead
        ]  # fmt: skip

    # Reviews that a person affected asks for.

    def ask_review(
        self, actor: Actor, purpose: Purpose, subject: str, *, matter: str, came: str, told_in: str, received: date
    ) -> str:
        """Takes in that a person asks for a review; answers its number. What they said rests sealed, in `told_in`."""
        self.require(actor, Action.TAKE_REVIEW, purpose, subject)
        check_ask(matter, came, received, self._clock().date())
        body = {"matter": matter, "came": came, "told_in": told_in, "received": received.isoformat()}
        with self._write() as tx:
            return self._act(tx, actor, purpose, "ask_review", subject, body)

    def answer_review(self, actor: Actor, purpose: Purpose, review: str, outcome: str, *, reason: str) -> None:
        """A person's answer to a review, by somebody who did not judge the matter before.

        `changed` needs a judgement of theirs on the matter since it was asked: nothing changes state without one.
        `more_time` puts the limit off once, by two months (GDPR art. 12(3)).
        """
        self.require(actor, Action.ANSWER_REVIEW, purpose, review)
        reason = why_text(reason)
        with self._write() as tx:
            asked = next((act for act in self._acts(tx, "ask_review") if act.id == review), None)
            if asked is None:
                raise NotFound("there is no such review")
            found = _review(asked, self._acts(tx, "answer_review", about=review))
            check_answer(found, outcome, self._clock().date())
            made = self.judgements(asked.about)
            if any(each.actor == actor.id and each.at < asked.at for each in made):
                raise NotAllowed("answer_review is not allowed: whoever judged it before does not review it")
            if outcome == "changed" and not any(each.actor == actor.id and each.at >= asked.at for each in made):
                raise Conflict("review: judge the matter anew first, with a reason; then say that it was changed")
            self._act(tx, actor, purpose, "answer_review", review, {"outcome": outcome, "reason": reason})

    def reviews(self, actor: Actor, purpose: Purpose) -> Sequence[Review]:
        """All reviews asked for, the open ones with the nearest limit first."""
        if not self._may_read_reviews(actor, purpose):
            self.require(actor, Action.ANSWER_REVIEW, purpose, "reviews")
        with self._read() as tx:
            answers: dict[str, list[KeptAct]] = {}
            for act in self._acts(tx, "answer_review"):
                answers.setdefault(act.about, []).append(act)
            found = [_review(act, answers.get(act.id, [])) for act in self._acts(tx, "ask_review")]
        return sorted(found, key=lambda each: (not each.is_open, each.due))

    @staticmethod
    def _may_read_reviews(actor: Actor, purpose: Purpose) -> bool:
        return any(decide(actor, a, purpose).allowed for a in (Action.TAKE_REVIEW, Action.READ_ACCESS))


def _may_sign(person: Actor | None, act: KeptAct) -> bool:
    """Whether their roles of today let them sign this kind: under a release for many, or for one named recipient.

    Whom the vault has no account of, such as whoever acts for the workspace itself, keeps what they signed.
    """
    action = Action.DISCLOSE if "subject" in act.body else Action.RELEASE
    return person is None or any(decide(person, action, p).allowed for p in Purpose)


def _review(asked: KeptAct, answers: Sequence[KeptAct]) -> Review:
    said = {act.body["outcome"]: act for act in answers}
    last = next((act for act in reversed(answers) if act.body["outcome"] != "more_time"), None)
    if not asked.about:
        raise UsageError("review: what it is about is required")
    return Review(
        id=asked.id, subject=asked.about, matter=asked.body["matter"], came=asked.body["came"],
        told_in=asked.body["told_in"], received=date.fromisoformat(asked.body["received"]), extended="more_time" in said,
        outcome=last.body["outcome"] if last else "", reason=last.body["reason"] if last else "",
        by=last.actor if last else "", answered=last.at if last else None, taken_by=asked.actor,
    )  # fmt: skip
