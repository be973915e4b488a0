"""The record of a case as support works with it: journey, control, plan, contacts, referrals, consents, documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from clew.desk import (
    CaseEntry,
    CaseRecordView,
    ConsentLine,
    DirectoryView,
    EarlierFile,
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
from clew.safeguards.errors import Conflict, Erased, NotFound, UsageError
from clew.safeguards.permissions import Action, decide
from clew.standards.services import REFERRAL_CONSENTS, clean, name_of, referral_steps, terms
from clew.store.helpline_cases import Referral
from clew.store.helpline_consents import CaseEvent, Consent, missing_consents, signers, standing_consents
from clew.workspace.helping import Helping, facts_said
from clew.workspace.helping_contacts import point_of

_FORMS = ("sexual_exploitation", "forced_labour", "other_exploitation")


GROWN_UP = 18
"""Years (Convention on the Rights of the Child, art. 1)."""


class CaseHelping(Helping):
    def case_record(self, actor: Actor, purpose: Purpose, number: str) -> CaseRecordView:
        """All that was recorded on a case but who the person is. Words are opened where whoever asks may read them.

        Where the case's file was corrected, what was recorded under the earlier file belongs to it still.
        """
        self.vault.require(actor, Action.READ_SUPPORT, purpose, number)
        records = self._records_of(number)
        case = self._row_of(records[0])
        words = decide(actor, Action.READ_SEALED_TEXT, purpose).allowed
        events = self._case_events(actor, purpose, records, with_texts=words)
        referrals = self._case_referrals(actor, purpose, records, with_texts=words)
        contacts = [
            row for record in records for row in self.vault.contacts(actor, purpose, case_record=record, limit=200)[0]
        ]
        return CaseRecordView(
            facts={name: case[name] or "" for name in ("recruiter_relation", "sector", "trafficking_status")},
            child=_child_then(case).value,
            entries=self._entries(events),
            journey=_journey(events),
            contacts=self._lines(sorted(contacts, key=lambda row: row.received, reverse=True)),
            referrals=[self._referral(actor, referral, events) for referral in referrals],
            consents=self._consents(events, referrals),
            services={r.codes["service"]: r.codes.get("organisation", "") for r in referrals if r.status == "drafted"},
            words_open=words,
            qualification=self._qualification(records[0]),
            earlier=self._earlier_files(records),
        )

    def _case_events(
        self, actor: Actor, purpose: Purpose, records: Sequence[str], *, with_texts: bool
    ) -> Sequence[CaseEvent]:
        """What was recorded on all records of a case, the oldest first. Raises Erased where the one that stands was."""
        events = list(self.vault.case_events(actor, purpose, records[0], with_texts=with_texts))
        for record in records[1:]:
            with suppress(Erased):
                events += self.vault.case_events(actor, purpose, record, with_texts=with_texts)
        return sorted(events, key=lambda event: (event.at, event.id))

    def _case_referrals(
        self, actor: Actor, purpose: Purpose, records: Sequence[str], *, with_texts: bool
    ) -> Sequence[Referral]:
        referrals = list(self.vault.referrals(actor, purpose, records[0], with_texts=with_texts))
        for record in records[1:]:
            with suppress(Erased):
                referrals += self.vault.referrals(actor, purpose, record, with_texts=with_texts)
        return sorted(referrals, key=lambda referral: referral.at, reverse=True)

    def _earlier_files(self, records: Sequence[str]) -> Sequence[EarlierFile]:
        """What the case's file was before each correction, the newest first: when it came in and what was changed."""
        came = self.vault.case_versions(records)
        rows = [self._row_of(record) for record, _ in came]
        return [
            EarlierFile(added=at, changed=tuple(name for name in old if name != "record_id" and old[name] != new[name]))
            for (_, at), old, new in zip(came[1:], rows[1:], rows, strict=False)
        ]

    def _consents(
        self, events: Sequence[CaseEvent], referrals: Sequence[Referral]
    ) -> Mapping[str, Sequence[ConsentLine]]:
        names = {referral.codes["service"]: referral.codes.get("organisation", "") for referral in referrals}
        today = datetime.now(UTC).date()
        return {
            layer: [
                ConsentLine(
                    answer=each.answer, to=each.to, to_name=_to_name(each, names), until=each.until,
                    over=each.answer == "yes" and layer in REFERRAL_CONSENTS and not each.allows(today),
                )
                for each in standing
            ]
            for layer, standing in standing_consents(events).items()
        }  # fmt: skip

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
        records = self._records_of(number)
        codes, texts = check_entry(kind, form, today=datetime.now(UTC).date())
        to = codes.get("to", "")
        if to.startswith("svc_") and self.directory(actor, purpose).get(to) is None:
            raise UsageError("to: there is no such entry in the directory")
        record = records[0]
        if (
            about is not None or kind == "signature"
        ):  # goes with what it is about, also where that is on an earlier record
            record = self.vault.entry_case(about) if about else self.vault.referral_case(codes["referral"])
            if record not in records:
                raise NotFound("there is no such entry on this case")
        return self.vault.record_on_case(
            actor, purpose, record, kind, codes=codes, texts=texts, about=about, beside=records
        )

    # Referrals.

    def services_for_case(
        self, actor: Actor, purpose: Purpose, number: str, ask: ServiceAsk, *, offset: int = 0, limit: int = 50
    ) -> DirectoryView:
        """Services for the person of a case: what is known of them comes from the case, so that no address holds it."""
        self.vault.require(actor, Action.REFER, purpose, number)
        return self._found(actor, purpose, ask, self._facts(actor, purpose, number), offset, limit)

    def _facts(self, actor: Actor, purpose: Purpose, number: str) -> Facts:
        """What the case says that rules of services ask for. Of the age now only the lower end is known."""
        records = self._records_of(number)
        case = self._row_of(records[0])
        events = self._case_events(actor, purpose, records, with_texts=False)
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
        if need and need not in entry.services:
            raise UsageError("need: the directory does not say that this service offers it")
        codes = {"service": entry.id, "organisation": entry.organisation, "need": need, "shares": " ".join(shares)}
        texts = {"note": form.get("note", "")}
        return self.vault.draft_referral(actor, purpose, record, codes=codes, texts=texts)

    def step_referral(
        self, actor: Actor, purpose: Purpose, number: str, referral: str, status: str, form: Mapping[str, str]
    ) -> None:
        """Takes a referral of this case one step on. Sent only with consent, or in a child's best interest.

        `form` holds answer, best_interest (the reason) and child ('yes': the person is a child now). The exception needs
        an age of a child in the case's file, or somebody else's signature.
        """
        self.vault.require(actor, Action.REFER, purpose, referral)
        records = self._records_of(number)
        if self.vault.referral_case(referral) not in records:
            raise NotFound("there is no such referral on this case")
        case = self._row_of(records[0])
        reason, then = form.get("best_interest", ""), _age(case)
        if status == "sent" and reason.strip() and _is_grown(case, datetime.now(UTC).date()):
            raise Conflict("best interest: by the age in the case's file the person is grown up, so is no child now")
        self.vault.step_referral(
            actor, purpose, referral, status,
            answer=form.get("answer", ""), best_interest=reason, child=form.get("child", "") == "yes",
            child_recorded=then is not None and then.is_child is Answer.YES, beside=records,
        )  # fmt: skip

    def _referral(self, actor: Actor, referral: Referral, events: Sequence[CaseEvent]) -> ReferralView:
        names, codes = self.names(), referral.codes
        steps = [
            ReferralStep(
                status=step.status, exception=step.exception, on=step.on, answer=(step.texts or {}).get("answer", ""),
                reason=(step.texts or {}).get("best_interest", ""), by=names.get(step.actor, step.actor), at=step.at,
            )
            for step in referral.steps
        ]  # fmt: skip
        closed = self.vault.closed_accounts()  # whose signature counts no more
        signed = [who for who in signers(events, referral.id) if who not in closed]
        return ReferralView(
            id=referral.id, service=codes["service"], organisation=codes.get("organisation", ""), need=codes.get("need", ""),
            shares=tuple(filter(None, codes.get("shares", "").split())), note=(referral.texts or {}).get("note", ""),
            steps=steps, next=referral_steps()[referral.status],
            missing=missing_consents(events, codes, datetime.now(UTC).date()),
            signed=tuple(names.get(who, who) for who in signed), signed_by_other=any(who != actor.id for who in signed),
        )  # fmt: skip


def _age(case: Mapping[str, Any], name: str = "age") -> AgeRange | None:
    """An age of the file: when it was registered, or under its own name when the person was trafficked."""
    given = case[name]
    return AgeRange(given["low"], given["high"]) if given and given["low"] is not None else None


def _child_then(case: Mapping[str, Any]) -> Answer:
    """Whether the person was a child when it began. Who was grown up when registered may have been one: that is unknown."""
    before, registered = _age(case, "age_when_trafficked"), _age(case)
    if before is not None and before.is_child is not Answer.UNKNOWN:
        return before.is_child
    return Answer.YES if registered is not None and registered.is_child is Answer.YES else Answer.UNKNOWN


def _is_grown(case: Mapping[str, Any], today: date) -> bool:
    """Whether the file's age, and the years since the case was registered, leave no child."""
    registered, trafficked = case["registered"], _age(case, "age_when_trafficked")
    then = _age(case) or trafficked
    if trafficked is not None and trafficked.is_child is Answer.NO:
        return True
    if then is None or then.low is None:
        return False
    last = registered["last"] if registered else None
    years = max(0, today.year - last.year - ((today.month, today.day) < (last.month, last.day))) if last else 0
    return then.is_child is Answer.NO or then.low + years >= GROWN_UP


def _to_name(consent: Consent, names: Mapping[str, str]) -> str:
    if consent.to.startswith("any:"):
        return f"any service of this kind: {name_of('services', consent.to.removeprefix('any:'))}"
    return names.get(consent.to, consent.to)


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
