"""The record of a case as support works with it: journey, control, plan, contacts, referrals, consents, documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from clew.desk import (
    CaseEntry,
    CaseRecordView,
    DirectoryView,
    JourneyStage,
    ReferralStep,
    ReferralView,
    ServiceAsk,
)
from clew.intake.directory_rules import Facts
from clew.intake.hotline_casework import check_entry
from clew.leads.qualification_view import QualificationView, qualification_view
from clew.leads.qualify import qualify
from clew.records import Answer
from clew.records.imprecise import AgeRange, DateInterval
from clew.records.write import textual
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Conflict, NotFound, UsageError
from clew.safeguards.permissions import Action, decide
from clew.standards.services import clean, referral_steps, terms
from clew.store.helpline_cases import CaseEvent, Referral, needed_consents, standing_consents
from clew.workspace.helping import Helping, facts_said, point_of

_FORMS = ("sexual_exploitation", "forced_labour", "other_exploitation")


class CaseHelping(Helping):
    def case_record(self, actor: Actor, purpose: Purpose, number: str) -> CaseRecordView:
        """All that was recorded on a case but who the person is. Words are opened where whoever asks may read them."""
        self.vault.require(actor, Action.READ_SUPPORT, purpose, number)
        case = self._case_row(number)
        record = case["record_id"]
        words = decide(actor, Action.READ_SEALED_TEXT, purpose).allowed
        events = self.vault.case_events(actor, purpose, record, with_texts=words)
        referrals = self.vault.referrals(actor, purpose, record, with_texts=words)
        contacts, _ = self.vault.contacts(actor, purpose, case_record=record, limit=200)
        consents = standing_consents(events)
        return CaseRecordView(
            facts={name: case[name] or "" for name in ("recruiter_relation", "sector", "trafficking_status")},
            child=then.is_child.value if (then := _age(case)) else Answer.UNKNOWN.value,
            entries=self._entries(events),
            journey=_journey(events),
            contacts=self._lines(contacts),
            referrals=[self._referral(referral, consents) for referral in referrals],
            consents=consents,
            words_open=words,
            qualification=self._qualification(record),
        )

    def _case_row(self, number: str) -> Mapping[str, Any]:
        rows = self.lake.query("SELECT * FROM cases WHERE external_id = $1", [number]).to_pylist()
        if not rows:
            raise NotFound("there is no such case")
        return dict(rows[0])

    def _qualification(self, record: str) -> QualificationView | None:
        """What the file's own fields support; None where no field of this case speaks of any element."""
        row = self.lake.query("SELECT * FROM cases WHERE record_id = $1", [record])
        table = textual(row.drop_columns(["source_id", "external_id"]).rename_columns({"record_id": "id"}))
        try:
            return qualification_view(qualify(table).table, record)
        except UsageError:
            return None

    def _entries(self, events: Sequence[CaseEvent]) -> Sequence[CaseEntry]:
        names = self.names()
        gone = {event.about: (event.texts or {}).get("reason", "") for event in events if event.kind == "correction"}
        return [
            CaseEntry(
                id=event.id, kind=event.kind, about=event.about, codes=event.codes, texts=event.texts,
                by=names.get(event.actor, event.actor), at=event.at, taken_back=event.id in gone,
                why_taken_back=gone.get(event.id, ""),
            )
            for event in events
        ]  # fmt: skip

    def record_on_case(
        self, actor: Actor, purpose: Purpose, number: str, kind: str, form: Mapping[str, str], about: str | None = None
    ) -> str:
        """Adds one entry to a case, checked; answers its id."""
        self.vault.require(actor, Action.RECORD_SUPPORT, purpose, number)
        record = self._case_of(number)
        codes, texts = check_entry(kind, form, today=datetime.now(UTC).date())
        return self.vault.record_on_case(actor, purpose, record, kind, codes=codes, texts=texts, about=about)

    # Referrals.

    def services_for_case(
        self, actor: Actor, purpose: Purpose, number: str, ask: ServiceAsk, *, offset: int = 0, limit: int = 50
    ) -> DirectoryView:
        """Services for the person of a case: what is known of them comes from the case, so that no address holds it."""
        self.vault.require(actor, Action.REFER, purpose, number)
        return self._found(actor, purpose, ask, self._facts(actor, purpose, number), offset, limit)

    def _facts(self, actor: Actor, purpose: Purpose, number: str) -> Facts:
        """What the case says that rules of services ask for. Of the age now only the lower end is known."""
        case = self._case_row(number)
        events = self.vault.case_events(actor, purpose, case["record_id"], with_texts=False)
        gone = {event.about for event in events if event.kind == "correction"}
        told = {e.codes["form"] for e in events if e.kind == "exploitation" and e.id not in gone}
        told |= {name for name in _FORMS if case[name] == Answer.YES}
        then = _age(case)
        return Facts(
            age=AgeRange(then.low, None) if then else None,
            gender=clean("gender", case["gender"] or ""),
            status=clean("status", case["trafficking_status"] or ""),
            form=frozenset(told),
        )

    def facts_for_case(self, actor: Actor, purpose: Purpose, number: str) -> Mapping[str, str]:
        self.vault.require(actor, Action.REFER, purpose, number)
        return facts_said(self._facts(actor, purpose, number))

    def draft_referral(
        self,
        actor: Actor,
        purpose: Purpose,
        number: str,
        service: str,
        form: Mapping[str, str],
        shares: Sequence[str] = (),
    ) -> str:
        """Drafts a referral to an entry of the directory; nothing is sent by it. Answers its id."""
        self.vault.require(actor, Action.REFER, purpose, number)
        record = self._case_of(number)
        entry = self.directory(actor, purpose).get(service)
        if entry is None:
            raise NotFound("there is no such entry in the directory")
        need = clean("services", form.get("need", "")) or ""
        codes = {"service": entry.id, "organisation": entry.organisation, "need": need, "shares": " ".join(shares)}
        texts = {"note": form.get("note", "")}
        return self.vault.draft_referral(actor, purpose, record, codes=codes, texts=texts)

    def step_referral(
        self, actor: Actor, purpose: Purpose, number: str, referral: str, status: str, form: Mapping[str, str]
    ) -> None:
        """Takes a referral of this case one step on. Sent only with consent, or in a child's best interest.

        `form` holds answer, best_interest (the reason) and child ('yes': the person is a child now).
        """
        self.vault.require(actor, Action.REFER, purpose, referral)
        case = self._case_row(number)
        if self.vault.referral_case(referral) != case["record_id"]:
            raise NotFound("there is no such referral on this case")
        reason, then = form.get("best_interest", ""), _age(case)
        if status == "sent" and reason.strip() and then is not None and then.is_child is Answer.NO:
            raise Conflict(
                "best interest: the case says that the person was grown up when trafficked, so is no child now"
            )
        self.vault.step_referral(
            actor, purpose, referral, status,
            answer=form.get("answer", ""), best_interest=reason, child=form.get("child", "") == "yes",
        )  # fmt: skip

    def _referral(self, referral: Referral, consents: Mapping[str, str]) -> ReferralView:
        names, codes = self.names(), referral.codes
        steps = [
            ReferralStep(
                status=step.status, exception=step.exception, answer=(step.texts or {}).get("answer", ""),
                reason=(step.texts or {}).get("best_interest", ""), by=names.get(step.actor, step.actor), at=step.at,
            )
            for step in referral.steps
        ]  # fmt: skip
        needed = [layer for layer in needed_consents(codes) if layer in terms("consents")]
        return ReferralView(
            id=referral.id, service=codes["service"], organisation=codes.get("organisation", ""), need=codes.get("need", ""),
            shares=tuple(filter(None, codes.get("shares", "").split())), note=(referral.texts or {}).get("note", ""),
            steps=steps, next=referral_steps()[referral.status],
            missing=tuple(layer for layer in needed if consents.get(layer) != "yes"),
        )  # fmt: skip


def _age(case: Mapping[str, Any]) -> AgeRange | None:
    given = case["age"]
    return AgeRange(given["low"], given["high"]) if given and given["low"] is not None else None


def _journey(events: Sequence[CaseEvent]) -> Sequence[JourneyStage]:
    """Stages that were not taken back, in the order of their dates; those without a date come last."""
    gone = {event.about for event in events if event.kind == "correction"}
    stages = []
    for event in events:
        if event.kind == "journey" and event.id not in gone:
            latitude, longitude = point_of(event.codes["place"], event.codes.get("country", ""))
            stages.append(
                JourneyStage(
                    entry=event.id, stage=event.codes["stage"], place=event.codes["place"], first=event.codes.get("first", ""),
                    last=event.codes.get("last", ""), latitude=latitude, longitude=longitude,
                )
            )  # fmt: skip
    order = list(terms("stages"))
    return sorted(stages, key=lambda stage: (_start(stage), order.index(stage.stage)))


def _start(stage: JourneyStage) -> str:
    given = stage.first or stage.last
    return DateInterval.parse(given).first.isoformat() if given else "9999"
