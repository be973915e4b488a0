"""All that the vault holds of a person's records, for the person who asks for it (GDPR art. 15): one recorded act."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Erased, NotFound
from clew.safeguards.permissions import Action
from clew.store.helpline_cases import CaseWork, _events_of, _opened
from clew.store.helpline_rows import CALLER
from clew.store.models import (
    AuditRow,
    ContactEventRow,
    ContactRow,
    ContactVersionRow,
    PersonKeyRow,
    ReferralEventRow,
    ReferralRow,
    SealedRow,
)
from clew.store.sealed_check import about
from clew.store.trail import why_text


class AccessCopies(CaseWork):
    def access_copy(self, record: str, actor: Actor, purpose: Purpose, *, why: str) -> dict[str, Any]:
        """One sealed record with all that was recorded on it, in clear, and when it was read before. NotFound, Erased.

        Who works here is not named in it: what was done with the data, when and for what, is.
        """
        why = why_text(why)
        self.require(actor, Action.READ_IDENTITY, purpose, record)
        with self._write() as tx:
            row = tx.get(SealedRow, record)
            wrapped = tx.get_one(PersonKeyRow, row.person_key).wrapped if row else None
            if row is None:
                raise NotFound("there is no such record")
            if wrapped is None:
                raise Erased("the record was erased")
            key = self._keys.person_key(row.person_key, wrapped)
            read = tx.execute(
                select(AuditRow.at, AuditRow.action, AuditRow.purpose)
                .where(AuditRow.object == record)
                .order_by(AuditRow.seq)
            ).all()
            self._log(tx, actor, Action.READ_IDENTITY.value, record, purpose, {"why": why, "access": True})
            copy: dict[str, Any] = {
                "sealed": json.loads(key.unseal(row.blob, about(row.kind, record))),
                "sealed_at": row.sealed_at.isoformat(),
                "acts": [{"at": at.isoformat(), "act": act, "purpose": said} for at, act, said in read],
            }
            referrals = tx.scalars(
                select(ReferralRow).where(ReferralRow.case_record == record).order_by(ReferralRow.at)
            ).all()
            steps = tx.scalars(
                select(ReferralEventRow)
                .where(ReferralEventRow.referral.in_([r.id for r in referrals]))
                .order_by(ReferralEventRow.number)
            ).all()
            copy["recorded"] = [_said(e.kind, e.at, _opened(key, e.id, e.blob)) for e in tx.scalars(_events_of(record))]
            copy["referrals"] = [
                _said("referral", r.at, _opened(key, r.id, r.blob))
                | {"steps": [_said(s.status, s.at, _opened(key, s.id, s.blob)) for s in steps if s.referral == r.id]}
                for r in referrals
            ]
            versions = tx.scalars(
                select(ContactVersionRow).where(ContactVersionRow.contact == record).order_by(ContactVersionRow.number)
            )
            copy["before"] = [
                {"until": v.at.isoformat(), "was": json.loads(key.unseal(v.blob, f"contact-version/{v.id}"))}
                for v in versions
            ]
        return copy

    def contacts_of(self, cases: Sequence[str], numbers: Sequence[str], actor: Actor, purpose: Purpose) -> list[str]:
        """Contacts that belong to these cases, or came from these numbers (E.164): their ids."""
        self.require(actor, Action.READ_CONTACTS, purpose, "contacts")
        callers = [self._keys.pseudonym(CALLER, number) for number in numbers]
        with self._read() as tx:
            notes = tx.execute(
                select(ContactEventRow.contact, ContactEventRow.case_record)
                .where(ContactEventRow.case_record.is_not(None))
                .order_by(ContactEventRow.at, ContactEventRow.id)
            )
            latest: dict[str, str] = {contact: case or "" for contact, case in notes}  # the last note counts
            rung = tx.scalars(select(ContactRow.id).where(ContactRow.caller.in_(callers)))
            return sorted({contact for contact, case in latest.items() if case in set(cases)} | set(rung))


def _said(what: str, at: Any, opened: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"what": what, "at": at.isoformat(), **opened["codes"], **opened["texts"]}
