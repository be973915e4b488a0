"""What the audit log must agree with in the helpline's and the cases' tables: a digest for each row, by kind of act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from clew.safeguards.permissions import Action
from clew.store.helpline_cases import event_digest, referral_digest, step_digest
from clew.store.helpline_rows import (
    WHOLE,
    contact_digest,
    first_note,
    is_emptied,
    note_digest,
    older_digest,
    version_digest,
)
from clew.store.helpline_services import DIRECTORY, directory_digest
from clew.store.models import (
    CaseEventRow,
    ContactEventRow,
    ContactRow,
    ContactVersionRow,
    PersonKeyRow,
    ReferralEventRow,
    ReferralRow,
    SealedRow,
)

HELPLINE_ACTS: Mapping[str, str] = {
    Action.LOG_CONTACT.value: "contact",
    "correct_contact": "earlier version of a contact",
    "note_contact": "note on a contact",
    Action.MANAGE_DIRECTORY.value: "service of the",
    Action.RECORD_SUPPORT.value: "entry on a case",
    "draft_referral": "referral",
    Action.REFER.value: "step of a referral",
}
"""Action in the log -> what it made, in words."""

Noted = Mapping[str, Mapping[str, tuple[int, str]]]
"""Action -> object -> number and digest of the last entry."""


def helpline_digests(tx: Session, noted: Noted) -> Mapping[str, Mapping[str, str]]:
    """Action in the log -> id -> digest of the row as it stands. Entries of an older clew are met in its own way."""
    contacts, notes = _contacts(tx, noted)
    return {
        Action.LOG_CONTACT.value: contacts,
        "correct_contact": {row.id: version_digest(row) for row in tx.scalars(select(ContactVersionRow))},
        "note_contact": notes,
        Action.MANAGE_DIRECTORY.value: _directory(tx, noted),
        Action.RECORD_SUPPORT.value: {row.id: event_digest(row) for row in tx.scalars(select(CaseEventRow))},
        "draft_referral": {row.id: referral_digest(row) for row in tx.scalars(select(ReferralRow))},
        Action.REFER.value: {row.id: step_digest(row) for row in tx.scalars(select(ReferralEventRow))},
    }


def _contacts(tx: Session, noted: Noted) -> tuple[dict[str, str], dict[str, str]]:
    """Of contacts, and of notes but the first of each, which is part of its contact.

    An erased contact must be empty, and is then what its entry recorded: that it was erased has an entry of its own.
    """
    notes: dict[str, dict[str, ContactEventRow]] = defaultdict(dict)
    for note in tx.scalars(select(ContactEventRow)):
        notes[note.contact][note.id] = note
    sealed = select(ContactRow, SealedRow.blob, PersonKeyRow.wrapped).outerjoin(
        SealedRow, SealedRow.record_id == ContactRow.id
    )
    found, later = {}, {}
    for row, blob, wrapped in tx.execute(sealed.outerjoin(PersonKeyRow, SealedRow.person_key == PersonKeyRow.id)):
        mine = notes.pop(row.id, {})
        before = noted["log_contact"].get(row.id, (0, ""))[1]
        erased = blob is not None and wrapped is None
        first = mine.pop(first_note(row.id), None)
        if erased:
            empty = is_emptied(row, [*([first] if first else []), *mine.values()])
            found[row.id] = before if empty and first else "not empty"
        elif before.startswith(WHOLE):
            found[row.id] = contact_digest(row, blob or b"", first)
        else:
            found[row.id] = older_digest(row, first)
        for id, note in mine.items():
            emptied = erased and note.status is None and note.case_record is None
            later[id] = noted["note_contact"].get(id, (0, ""))[1] if emptied else note_digest(note)
    later |= {id: note_digest(note) for strays in notes.values() for id, note in strays.items()}
    return found, later


def _directory(tx: Session, noted: Noted) -> dict[str, str]:
    """One digest over all entries. An import by an older clew left none to compare with; the next import does."""
    entry = noted[Action.MANAGE_DIRECTORY.value].get(DIRECTORY)
    if entry is not None and not entry[1]:
        return {DIRECTORY: ""}
    digest, count = directory_digest(tx)
    return {DIRECTORY: digest} if entry is not None or count else {}
