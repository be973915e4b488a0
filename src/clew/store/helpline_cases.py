"""What is recorded on a case, and its referrals: rows that only grow, sealed under the case's own key.

Whoever erases the case destroys what was recorded on it. A referral is sent only when every layer of consent that it
needs stands at yes for this service and today, or under a child's best interest: with a reason, and a recorded age of a
child or a second person's signature. That is checked here, whoever asks.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Blocked, Conflict, Erased, NotFound, UsageError
from clew.safeguards.keys import PersonKey, canonical
from clew.safeguards.permissions import Action
from clew.standards.services import name_of, referral_steps, terms
from clew.store.accounts import closed_accounts
from clew.store.helpline_consents import REFUSALS, CaseEvent, missing_consents, signers
from clew.store.models import CaseEventRow, PersonKeyRow, ReferralEventRow, ReferralRow, SealedRow
from clew.store.sealed import Sealed

KINDS: Final = (
    "journey", "exploitation", "control", "recruiter", "support", "consent", "document", "correction", "signature"
)  # fmt: skip
"""What can be recorded on a case. A signature stands under a referral in a child's best interest; a correction takes an earlier entry back, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a referral. `exception` says that it was sent in a child's best interest without full consent."""

    status: str
    exception: bool
    on: str
    """What the exception stood on: recorded-age or second-signature."""
    texts: Mapping[str, str] | None
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A referral with all its steps, the oldest first."""

    id: str
    codes: Mapping[str, str]
    """service: its id in the directory; organisation: its name at the time; need: a service code; shares: layers."""
    texts: Mapping[str, str] | None
    steps: Sequence[Step]
    actor: str
    at: datetime

    @property
    def status(self) -> str:
        return self.steps[-1].status


class CaseWork(Sealed):
    def record_on_case(
        self, actor: Actor, purpose: Purpose, case_record: str, kind: str,
        *, codes: Mapping[str, str], texts: Mapping[str, str], about: str | None = None, beside: Sequence[str] = (),
    ) -> str:  # fmt: skip
        """Adds one entry to a case and answers its id. `about` is the entry that it goes on with or takes back.

        `beside`: other records of the same case. The entry stands after all of theirs, whatever the clock says.
        """
        self.require(actor, Action.RECORD_SUPPORT, purpose, case_record)
        if kind not in KINDS:
            raise UsageError(f"kind: choose one of {', '.join(KINDS)}")
        if kind == "correction" and not (about and texts.get("reason", "").strip()):
            raise UsageError("correction: the entry and a reason are required")
        if kind == "signature":
            self.require(actor, Action.REFER, purpose, case_record)
        with self._write() as tx:
            key = self._case_key(tx, case_record)
            if kind == "signature":
                self._check_signature(tx, actor, case_record, key, codes, texts)
            if about is not None:
                self._check_about(tx, case_record, kind, about)
            id = "evt_" + secrets.token_hex(10)
            row = CaseEventRow(
                id=id, case_record=case_record, kind=kind, about=about, blob=_sealed(key, id, codes, texts),
                actor=actor.id, at=self._after_last(tx, {case_record, *beside}),
            )  # fmt: skip
            tx.add(row)
            tx.flush()
            detail = {"case": case_record, "kind": kind, "digest": event_digest(row)}
            self._log(tx, actor, Action.RECORD_SUPPORT.value, id, purpose, detail)
        return id

    def _after_last(self, tx: Session, records: Collection[str]) -> datetime:
        """Now, or just after the case's last entry: a clock set back must not put a withdrawal before the yes it ends."""
        last = tx.scalar(select(func.max(CaseEventRow.at)).where(CaseEventRow.case_record.in_(records)))
        return self._clock() if last is None else max(self._clock(), last + timedelta(microseconds=1))

    def _check_signature(
        self,
        tx: Session,
        actor: Actor,
        case_record: str,
        key: PersonKey,
        codes: Mapping[str, str],
        texts: Mapping[str, str],
    ) -> None:
        referral = tx.get(ReferralRow, codes.get("referral", ""))
        if referral is None or referral.case_record != case_record:
            raise NotFound("there is no such referral on this case")
        if not texts.get("reason", "").strip():
            raise UsageError("reason: required")
        if tx.scalar(_last_status(referral.id)) != "drafted":
            raise Conflict("referral: it was sent or closed before; a signature comes before that")
        events = [_event(each, key, with_texts=False) for each in tx.scalars(_events_of(case_record))]
        if actor.id in signers(events, referral.id):
            raise Conflict("signature: you signed this referral before")

    def _check_about(self, tx: Session, case_record: str, kind: str, about: str) -> None:
        earlier = tx.get(CaseEventRow, about)
        if earlier is None or earlier.case_record != case_record or earlier.kind == "correction":
            raise NotFound("there is no such entry on this case")
        gone = select(CaseEventRow.id).where(CaseEventRow.about == about, CaseEventRow.kind == "correction")
        if tx.scalar(gone) is not None:
            raise Conflict("the entry was taken back before")
        if kind not in ("correction", earlier.kind):
            raise UsageError("about: an entry of another kind cannot be gone on with")
        if kind == "correction" and earlier.kind == "consent":
            self._check_refusal_stays(_event(earlier, self._case_key(tx, case_record), with_texts=False))

    @staticmethod
    def _check_refusal_stays(said: CaseEvent) -> None:
        """Raises Conflict for a no or a withdrawal: only the person ends it, by a new answer. A yes can be taken back by anybody."""
        if said.codes.get("answer") in REFUSALS:
            raise Conflict(
                "correction: a no or a withdrawal is not taken back for the person; ask them again, and record what they answer"
            )

    def case_events(self, actor: Actor, purpose: Purpose, case_record: str, *, with_texts: bool) -> Sequence[CaseEvent]:
        """All that was recorded on a case, the oldest first, also what was taken back. Words need read_sealed_text."""
        self._require_reading(actor, purpose, case_record, with_texts)
        with self._write(actor) as tx:
            key = self._case_key(tx, case_record)
            rows = tx.scalars(_events_of(case_record)).all()
            self._log(
                tx, actor, Action.READ_SUPPORT.value, case_record, purpose, {"entries": len(rows), "words": with_texts}
            )
        return [_event(row, key, with_texts) for row in rows]

    def case_versions(self, records: Sequence[str]) -> Sequence[tuple[str, datetime]]:
        """Records of cases with when each came in, the newest first: of one case the first stands, erased or not."""
        found: list[tuple[str, datetime]] = []
        with self._read() as tx:
            for start in range(0, len(records), 900):
                part = records[start : start + 900]
                rows = select(SealedRow.record_id, SealedRow.sealed_at).where(SealedRow.record_id.in_(part))
                found += [(id, at) for id, at in tx.execute(rows.where(SealedRow.kind == "cases"))]
        return sorted(found, key=lambda one: (one[1], one[0]), reverse=True)

    def entry_case(self, entry: str) -> str:
        """The record id of the case that an entry was recorded on."""
        with self._read() as tx:
            row = tx.get(CaseEventRow, entry)
            if row is None:
                raise NotFound("there is no such entry on this case")
            return row.case_record

    def _require_reading(self, actor: Actor, purpose: Purpose, case_record: str, with_texts: bool) -> None:
        self.require(actor, Action.READ_SUPPORT, purpose, case_record)
        if with_texts:
            self.require(actor, Action.READ_SEALED_TEXT, purpose, case_record)

    # Referrals.

    def draft_referral(
        self, actor: Actor, purpose: Purpose, case_record: str, *, codes: Mapping[str, str], texts: Mapping[str, str]
    ) -> str:
        """Drafts a referral and answers its id. Nothing is sent by it."""
        self.require(actor, Action.REFER, purpose, case_record)
        unknown = set(filter(None, codes.get("shares", "").split())) - terms("consents").keys()
        if unknown or not codes.get("service"):
            raise UsageError("referral: a service is required, and what is passed on must be a layer of consent")
        with self._write() as tx:
            key = self._case_key(tx, case_record)
            id = "ref_" + secrets.token_hex(10)
            row = ReferralRow(
                id=id, case_record=case_record, blob=_sealed(key, id, codes, texts), actor=actor.id, at=self._clock()
            )
            tx.add(row)
            tx.flush()
            self._log(tx, actor, "draft_referral", id, purpose, {"case": case_record, "digest": referral_digest(row)})
            self._step(tx, actor, purpose, row, "drafted", key, texts={})
        return id

    def step_referral(
        self, actor: Actor, purpose: Purpose, referral: str, status: str,
        *, answer: str = "", best_interest: str = "", child: bool = False, child_recorded: bool = False,
        beside: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Takes a referral one step on: sent, accepted, declined or closed, each once and in order.

        Raises Blocked when it would be sent without the consents it needs. `best_interest` is the documented exception
        for a child: a reason, that the person is a child now, and either `child_recorded` (the case has an age of a child)
        or the signature of somebody else. `beside`: other records of the same case, whose consents count too.
        """
        self.require(actor, Action.REFER, purpose, referral)
        if best_interest.strip() and not child:
            raise UsageError("best interest: the exception is for a child alone; say that the person is a child now")
        try:
            with self._write() as tx:
                row = tx.get(ReferralRow, referral)
                if row is None:
                    raise NotFound("there is no such referral")
                key = self._case_key(tx, row.case_record)
                self._check_step(tx, row, status)
                excepted = ""
                if status == "sent":
                    events = self._events_together(tx, row.case_record, key, beside)
                    excepted = self._exception(
                        actor,
                        row,
                        key,
                        events,
                        best_interest,
                        child_recorded=child_recorded,
                        closed=closed_accounts(tx),
                    )
                texts = {"answer": answer.strip(), "best_interest": best_interest.strip() if excepted else ""}
                self._step(tx, actor, purpose, row, status, key, texts=texts, exception=excepted)
        except IntegrityError:
            raise Conflict("referral: another step was recorded at the same time; look at it again") from None

    def _check_step(self, tx: Session, row: ReferralRow, status: str) -> None:
        now = tx.scalar(_last_status(row.id)) or ""
        if status not in referral_steps():
            raise UsageError(f"status: choose one of {', '.join(referral_steps())}")
        if status not in referral_steps()[now]:
            after = " or ".join(referral_steps()[now]) or "nothing"
            raise Conflict(f"referral: it is {now}; what may follow is {after}")

    def _exception(
        self, actor: Actor, row: ReferralRow, key: PersonKey, events: Sequence[CaseEvent], best_interest: str,
        *, child_recorded: bool, closed: Collection[str],
    ) -> str:  # fmt: skip
        """Empty where consent covers the referral; else what the exception stands on. Raises Blocked without either.

        A signature of an account that is among the `closed` counts no more.
        """
        codes = _opened(key, row.id, row.blob)["codes"]
        missing = missing_consents(events, codes, self._clock().date())
        if not missing:
            return ""
        if not best_interest.strip():
            names = ", ".join(name_of("consents", layer) for layer in missing)
            raise Blocked(f"referral: it is not sent, no consent to this service is recorded that holds today: {names}")
        if child_recorded:
            return "recorded-age"
        if not set(signers(events, row.id)) - {actor.id, *closed}:
            raise Blocked(
                "referral: it is not sent, the case records no age of a child: somebody else must sign first, with a reason"
            )
        return "second-signature"

    def _events_together(self, tx: Session, case_record: str, key: PersonKey, beside: Sequence[str]) -> list[CaseEvent]:
        """What was recorded on all records of one case that can still be read, the oldest first."""
        events = [_event(each, key, with_texts=False) for each in tx.scalars(_events_of(case_record))]
        for other in beside:
            if other != case_record:
                try:
                    theirs = self._case_key(tx, other)
                except Erased:
                    continue
                events += [_event(each, theirs, with_texts=False) for each in tx.scalars(_events_of(other))]
        return sorted(events, key=lambda event: (event.at, event.id))

    def _step(
        self, tx: Session, actor: Actor, purpose: Purpose, referral: ReferralRow, status: str, key: PersonKey,
        *, texts: Mapping[str, str], exception: str = "",
    ) -> None:  # fmt: skip
        number = (
            tx.scalar(select(func.max(ReferralEventRow.number)).where(ReferralEventRow.referral == referral.id)) or 0
        ) + 1
        id = "rev_" + secrets.token_hex(10)
        codes = {"exception": "best-interest", "on": exception} if exception else {}
        row = ReferralEventRow(
            id=id, referral=referral.id, number=number, status=status, blob=_sealed(key, id, codes, texts), actor=actor.id,
            at=self._clock(),
        )  # fmt: skip
        tx.add(row)
        tx.flush()
        detail = {"referral": referral.id, "status": status, **codes, "digest": step_digest(row)}
        self._log(tx, actor, Action.REFER.value, id, purpose, detail)

    def referrals(self, actor: Actor, purpose: Purpose, case_record: str, *, with_texts: bool) -> Sequence[Referral]:
        """The referrals of a case, the newest first, each with all its steps."""
        self._require_reading(actor, purpose, case_record, with_texts)
        with self._write(actor) as tx:
            key = self._case_key(tx, case_record)
            rows = tx.scalars(
                select(ReferralRow).where(ReferralRow.case_record == case_record).order_by(ReferralRow.at.desc())
            ).all()
            steps = select(ReferralEventRow).where(ReferralEventRow.referral.in_([row.id for row in rows]))
            taken: dict[str, list[ReferralEventRow]] = {}
            for step in tx.scalars(steps.order_by(ReferralEventRow.number)):
                taken.setdefault(step.referral, []).append(step)
            self._log(
                tx,
                actor,
                Action.READ_SUPPORT.value,
                case_record,
                purpose,
                {"referrals": len(rows), "words": with_texts},
            )
        return [_referral(row, taken[row.id], key, with_texts) for row in rows]

    def referral_case(self, referral: str) -> str:
        """The record id of the case that a referral belongs to."""
        with self._read() as tx:
            row = tx.get(ReferralRow, referral)
            if row is None:
                raise NotFound("there is no such referral")
            return row.case_record

    def _case_key(self, tx: Session, case_record: str) -> PersonKey:
        row = tx.get(SealedRow, case_record)
        if row is None or row.kind != "cases":
            raise NotFound("there is no such case")
        wrapped = tx.get_one(PersonKeyRow, row.person_key).wrapped
        if wrapped is None:
            raise Erased("the case was erased: what was recorded on it cannot be read again")
        return self._keys.person_key(row.person_key, wrapped)


def _events_of(case_record: str):  # type: ignore[no-untyped-def]
    return (
        select(CaseEventRow).where(CaseEventRow.case_record == case_record).order_by(CaseEventRow.at, CaseEventRow.id)
    )


def _last_status(referral: str):  # type: ignore[no-untyped-def]
    mine = select(ReferralEventRow.status).where(ReferralEventRow.referral == referral)
    return mine.order_by(ReferralEventRow.number.desc()).limit(1)


def _sealed(key: PersonKey, id: str, codes: Mapping[str, str], texts: Mapping[str, str]) -> bytes:
    kept = {"codes": {k: v for k, v in codes.items() if v}, "texts": {k: v for k, v in texts.items() if v.strip()}}
    plain = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return key.seal(plain.encode("utf-8", "surrogatepass"), f"case/{id}")


def _opened(key: PersonKey, id: str, blob: bytes) -> dict[str, dict[str, str]]:
    opened: dict[str, dict[str, str]] = json.loads(key.unseal(blob, f"case/{id}"))
    return opened


def _event(row: CaseEventRow, key: PersonKey, with_texts: bool) -> CaseEvent:
    said = _opened(key, row.id, row.blob)
    return CaseEvent(
        id=row.id, kind=row.kind, about=row.about, codes=said["codes"], texts=said["texts"] if with_texts else None,
        actor=row.actor, at=row.at,
    )  # fmt: skip


def _referral(row: ReferralRow, steps: Sequence[ReferralEventRow], key: PersonKey, with_texts: bool) -> Referral:
    said = _opened(key, row.id, row.blob)
    texts = said["texts"] if with_texts else None
    taken = [_taken(step, key, with_texts) for step in steps]
    return Referral(id=row.id, codes=said["codes"], texts=texts, steps=taken, actor=row.actor, at=row.at)


def _taken(row: ReferralEventRow, key: PersonKey, with_texts: bool) -> Step:
    said = _opened(key, row.id, row.blob)
    return Step(
        status=row.status, exception="exception" in said["codes"], on=said["codes"].get("on", ""), texts=said["texts"] if with_texts else None,
        actor=row.actor, at=row.at,
    )  # fmt: skip


def event_digest(row: CaseEventRow) -> str:
    """What the audit log keeps of an entry on a case."""
    return _digest(row, "id", "case_record", "kind", "about", "actor")


def referral_digest(row: ReferralRow) -> str:
    return _digest(row, "id", "case_record", "actor")


def step_digest(row: ReferralEventRow) -> str:
    return _digest(row, "id", "referral", "number", "status", "actor")


def _digest(row: CaseEventRow | ReferralRow | ReferralEventRow, *names: str) -> str:
    fields = [(name, str(getattr(row, name))) for name in names]
    return sha256(canonical([*fields, ("blob", sha256(row.blob).hexdigest()), ("at", row.at.isoformat())])).hexdigest()
