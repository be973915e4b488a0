"""All that waits for a second signature, gathered from where each kind of it rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from clew.desk import ReleaseAsk
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import NotAllowed
from clew.safeguards.permissions import Action, decide
from clew.safeguards.second import TWO, Concern, agreed
from clew.safeguards.waiting import SIGNED_BY, Matter, Waiting, in_order, may_sign
from clew.store.deciding import SIGNATURE_HOLDS
from clew.store.safeguard_acts import KeptAct
from clew.workspace.assessing import Assessing
from clew.workspace.dossiers import Dossiers
from clew.workspace.person_subjects import LEAD, members_of
from clew.workspace.releasing import _fingerprint


class WaitingForTwo(Assessing, Dossiers):
    def waiting(self, actor: Actor) -> Sequence[Waiting]:
        """What waits that this person may sign or has signed, the longest first. Raises NotAllowed where they may sign nothing.

        The reading is recorded. Nothing is opened for it: titles, pseudonyms and names of staff alone.
        """
        matters = may_sign(actor)
        if not matters:
            raise NotAllowed("waiting is not allowed: no role of yours signs anything")
        look: Mapping[Matter, Callable[[Actor, Purpose], Iterator[Waiting]]] = {
            Matter.RELEASE: self._releases_wait,
            Matter.DISCLOSURE: self._disclosures_wait,
            Matter.CHILD: self._children_wait,
            Matter.REFERRAL: self._referrals_wait,
            Matter.EMERGENCY: self._emergencies_wait,
            Matter.ASSESSMENT: self._assessment_waits,
        }
        found = [each for matter in matters for each in look[matter](actor, self.purpose_for(actor, SIGNED_BY[matter]))]
        purpose = self.purpose_for(actor, SIGNED_BY[matters[0]])
        self.vault.record(actor, "read_waiting", "waiting", purpose, {"waiting": len(found)})
        return in_order(found)

    def _signed(self, acts: Sequence[KeptAct]) -> tuple[tuple[str, ...], datetime]:
        names = self.names()
        return tuple(names.get(act.actor, act.actor) for act in acts), acts[0].at

    def _releases_wait(self, actor: Actor, purpose: Purpose) -> Iterator[Waiting]:
        self.vault.require(actor, SIGNED_BY[Matter.RELEASE], purpose, "waiting")
        left = {release.fingerprint for release in self.vault.releases()}
        for acts in _by_mark(self.vault.waiting_releases()).values():
            if acts[0].body["fingerprint"] in left:
                continue
            ask = ReleaseAsk(**{**acts[0].body["ask"], "columns": tuple(acts[0].body["ask"]["columns"])})
            same = _fingerprint(self._asked(ask), ask) == acts[0].body["fingerprint"]
            changed = (
                "" if same else " The records changed since it was signed: it begins anew, with a first signature."
            )
            by, since = self._signed(acts)
            yield Waiting(
                matter=Matter.RELEASE, about=ask.title, by=by, since=since, until=acts[-1].at + SIGNATURE_HOLDS,
                asked=f"Release to {ask.recipient}: {TWO[Concern.RELEASE]}.{changed}",
                own=actor.id in {act.actor for act in acts}, at="/releases#waiting",
            )  # fmt: skip

    def _disclosures_wait(self, actor: Actor, purpose: Purpose) -> Iterator[Waiting]:
        signed = _by_mark(self.vault.waiting_signatures())
        for each in self.waiting_disclosures(actor, purpose):
            acts = signed[each.fingerprint]
            by, since = self._signed(acts)
            yield Waiting(
                matter=Matter.DISCLOSURE, about=each.ask.subject, by=by, since=since, until=each.until,
                asked=f"As {each.ask.to} to {each.ask.recipient}: {TWO[Concern.RELEASE]}, one of them a steward.",
                own=actor.id in {act.actor for act in acts}, at="/disclosures",
            )  # fmt: skip

    def _children_wait(self, actor: Actor, purpose: Purpose) -> Iterator[Waiting]:
        """Yeses on who is one person that one person gave, where a child is concerned."""
        sets, children, names = self._sets(), self._children(), self.names()
        shut = self._shut_cases(actor, Action.JUDGE_PERSONS, purpose)
        by_lead: dict[str, list[Judgement]] = {}
        for each in self.vault.judgements():
            if each.lead.startswith(LEAD):
                by_lead.setdefault(each.lead, []).append(each)
        closed = self.vault.closed_accounts() if by_lead else {}
        for lead, judged in by_lead.items():
            subject = lead.removeprefix(LEAD)
            members = set(members_of(subject, sets)) if ":" in subject or subject in sets else set()
            latest = _latest(judged)
            yes = [each for each in latest if each.verdict is Verdict.YES]
            waits = yes and len(yes) == len(latest) and members & children and agreed(judged, closed) is None
            if waits and not members & shut:
                yield Waiting(
                    matter=Matter.CHILD, about=subject, by=tuple(names.get(each.actor, each.actor) for each in yes),
                    since=yes[0].at, until=None, own=actor.id in {each.actor for each in yes},
                    asked=f"One person or several: {TWO[Concern.CHILD]}.", at=f"/persons/{subject}",
                )  # fmt: skip

    def _referrals_wait(self, actor: Actor, purpose: Purpose) -> Iterator[Waiting]:
        """Referrals in a child's best interest that one person signed and nobody sent."""
        names = self.names()
        for referral, record, signers in self.vault.signed_referrals():
            number = self._case_numbers([record]).get(record, "")
            facts = self.record_facts([number or record])
            open_ = all(
                self.vault.explain_access(actor, Action.REFER, purpose, each).decision.allowed for each in facts
            )
            if number and open_:
                yield Waiting(
                    matter=Matter.REFERRAL, about=number, by=tuple(names.get(who, who) for who, _ in signers),
                    since=signers[0][1], until=None, own=actor.id in {who for who, _ in signers},
                    asked="Send the referral in a child's best interest, or leave it: another person sends what one has signed.",
                    at=f"/cases/{number}#{referral}",
                )  # fmt: skip

    def _emergencies_wait(self, actor: Actor, purpose: Purpose) -> Iterator[Waiting]:
        if not decide(actor, Action.READ_ACCESS, purpose).allowed:
            return
        names = self.names()
        for grant in self.vault.emergency_accesses(actor, purpose):
            if not grant.reviewed:
                yield Waiting(
                    matter=Matter.EMERGENCY, about=grant.record, by=(names.get(grant.actor, grant.actor),), since=grant.at,
                    until=None, own=grant.actor == actor.id, at="/access#emergencies",
                    asked="Say whether emergency access was justified: somebody who did not take it reviews it within three days.",
                )  # fmt: skip

    def _assessment_waits(self, actor: Actor, purpose: Purpose) -> Iterator[Waiting]:  # noqa: ARG002 (one of several)
        if not self._unassessed():
            return
        view = self.assessment(actor)
        yield Waiting(
            matter=Matter.ASSESSMENT, about=view.name, by=(), since=None, until=None, own=False, at="/dpia",
            asked="Read and approve the impact assessment as it is now; nothing of real persons is processed before.",
        )  # fmt: skip


def _by_mark(acts: Sequence[KeptAct]) -> dict[str, list[KeptAct]]:
    found: dict[str, list[KeptAct]] = {}
    for act in acts:
        found.setdefault(act.about, []).append(act)
    return found


def _latest(judged: Sequence[Judgement]) -> list[Judgement]:
    """Each person's own latest answer that was not taken back, the oldest first."""
    gone = {each.reverses for each in judged if each.reverses}
    found: dict[str, Judgement] = {}
    for each in sorted(judged, key=lambda one: (one.at, one.id)):
        if each.id not in gone:
            found[each.actor] = each
    return sorted(found.values(), key=lambda one: (one.at, one.id))
