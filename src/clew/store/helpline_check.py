"""What the audit log must agree with in the helpline's and the cases' tables: a digest for each row, by kind of act."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from clew.safeguards.permissions import Action
from clew.store.helpline import contact_digest, first_note, note_digest
from clew.store.helpline_cases import event_digest, referral_digest, step_digest
from clew.store.models import CaseEventRow, ContactEventRow, ContactRow, ReferralEventRow, ReferralRow

HELPLINE_ACTS: Mapping[str, str] = {
    Action.LOG_CONTACT.value: "contact",
    "note_contact": "note on a contact",
    Action.RECORD_SUPPORT.value: "entry on a case",
    "draft_referral": "referral",
    Action.REFER.value: "step of a referral",
}
"""Action in the log -> what it made, in words."""


def helpline_digests(tx: Session) -> Mapping[str, Mapping[str, str]]:
    """Action in the log -> id -> digest of the row as it stands."""
    notes = {row.id: row for row in tx.scalars(select(ContactEventRow))}
    contacts = {}
    for row in tx.scalars(select(ContactRow)):
        first = notes.pop(first_note(row.id), None)  # it is part of the contact's own entry
        contacts[row.id] = contact_digest(row, first.status if first else None)
    return {
        Action.LOG_CONTACT.value: contacts,
        "note_contact": {id: note_digest(row) for id, row in notes.items()},
        Action.RECORD_SUPPORT.value: {row.id: event_digest(row) for row in tx.scalars(select(CaseEventRow))},
        "draft_referral": {row.id: referral_digest(row) for row in tx.scalars(select(ReferralRow))},
        Action.REFER.value: {row.id: step_digest(row) for row in tx.scalars(select(ReferralEventRow))},
    }
