"""What a contact's rows hold, and what the audit log keeps of them: digests of all that rests in the open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from clew.safeguards.keys import canonical
from clew.store.models import ContactEventRow, ContactRow, ContactVersionRow

CALLER = "caller"
"""The name under which numbers are hashed. It is not the detectors' name for phones, and must not become it."""

OPEN = ("channel", "received", "area", "country", "topic", "language")
"""What rests in the open of a contact, under its pseudonym."""
ERASED_AT = datetime(1970, 1, 1, tzinfo=UTC)
"""When an erased contact was received, as far as the vault still says."""
AREA_UNKNOWN = "area not recognised"
"""As `intake.hotline` puts it in the place of words that no gazetteer knows."""
EMPTIED: Mapping[str, object] = {
    "channel": "", "received": ERASED_AT, "area": "", "country": "", "topic": "", "language": "", "caller": None,
}  # fmt: skip
"""What an erasure leaves of a contact's row: who logged it, and when."""

WHOLE = "2:"
"""Before a digest over all of a contact. Those of an older clew lack the mark, the first note, the caller and the seal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A contact to be kept. `id` is made from the file's own id where it comes from a file, so that it comes in once."""

    channel: str
    received: datetime
    area: str = ""
    country: str = ""
    topic: str = "other"
    language: str = ""
    status: str = "not_known"
    number: str | None = field(default=None, repr=False)
    """E.164."""
    text: str = field(default="", repr=False)
    area_words: str = field(default="", repr=False)
    """The area as it was given, where it is not recognised."""
    id: str = ""

    @property
    def sealed(self) -> dict[str, str]:
        said = {"caller": self.number, "text": self.text, "area": self.area_words}
        return {name: value for name, value in said.items() if value}


def open_part(row: ContactRow | NewContact) -> dict[str, object]:
    return {name: getattr(row, name) for name in OPEN}


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """Names of what differs, in order."""
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def first_note(contact: str, correction: int = 0) -> str:
    """The id of the note that a contact comes with, or that its nth correction brings."""
    return "cev_" + contact.removeprefix("ctc_") + (f".{correction}" if correction else "")


def is_emptied(row: ContactRow, notes: Iterable[ContactEventRow]) -> bool:
    """Whether nothing personal rests in the open of a contact."""
    open_values = all(getattr(row, name) == value for name, value in EMPTIED.items())
    return open_values and all(note.status is None and note.case_record is None for note in notes)


def contact_digest(
    row: ContactRow | Mapping[str, Any], blob: bytes, first: ContactEventRow | Mapping[str, Any] | None
) -> str:
    """Over everything: the row with the number's hash, what is sealed, and the note that the contact came with."""
    given = [(name, said(_of(row, name))) for name in ("id", *OPEN, "caller", "actor", "logged_at")]
    note = [(f"note {name}", said(_of(first, name))) for name in _NOTE] if first is not None else []
    return WHOLE + sha256(canonical([*given, ("blob", sha256(blob).hexdigest()), *note])).hexdigest()


def older_digest(row: ContactRow, first: ContactEventRow | None) -> str:
    """As an older clew made it. What it left out of the first note is known from how that note was always made."""
    if first is None or first.case_record is not None or (first.actor, first.at) != (row.actor, row.logged_at):
        return "the first note was changed"
    given = [(name, said(getattr(row, name))) for name in ("id", *OPEN, "actor")]
    return sha256(canonical([*given, ("status", first.status)])).hexdigest()


_NOTE = ("id", "contact", "status", "case_record", "actor", "at")


def note_digest(row: ContactEventRow) -> str:
    return sha256(canonical((name, said(getattr(row, name))) for name in _NOTE)).hexdigest()


def version_digest(row: ContactVersionRow) -> str:
    fields = [(name, said(getattr(row, name))) for name in ("id", "contact", "number", "changed", "actor", "at")]
    return sha256(canonical([*fields, ("blob", sha256(row.blob).hexdigest())])).hexdigest()


def _of(row: object, name: str) -> object:
    return row[name] if isinstance(row, Mapping) else getattr(row, name)


def said(value: object) -> str:
    """A value as digests take it."""
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)
