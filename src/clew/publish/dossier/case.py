"""The dossier of a case: what is recorded, how it stands to the law's elements, custody; who the person is stays sealed by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.publish.dossier.lead import Blocks, judgements, mark_of
from clew.publish.dossier.pages import Dossier
from clew.publish.exports.shared import Entry, Recipient
from clew.records.source import Tlp
from clew.safeguards.acts import Judgement
from clew.safeguards.document import Block, Heading, Items, Rows, Words

LIMITS = (
    "What is recorded was told by or about the person, at the time and to whom it was told. It was not proven here.",
    "Unknown is not no, and not asked is neither: they are kept apart.",
    "How facts stand to the elements of a law is a reading aid, not a finding. The original law decides.",
    "The person consented to what they consented to: this document is for the purpose named on it and no other.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What a case's dossier says. `identity` is empty unless it was opened for this recipient, with the reason."""

    number: str
    facts: Mapping[str, str]
    answers: Mapping[str, str]
    elements: Sequence[tuple[str, str, str]]
    """Element, answer, evidence."""
    meaning: str
    judgements: Sequence[Judgement]
    entry: Entry
    identity: Mapping[str, str]
    entitled: str = ""
    """Why the recipient is entitled to the identity."""
    at: datetime
    consent: str
    """What the person said to giving this on, in words; or which order stands in its place."""
    order: str = ""
    """Reference of a court's order under which it is given on."""


def case_dossier(
    case: CaseFacts, recipient: Recipient, mark: Tlp, names: Mapping[str, str], *, key: str, version: str
) -> Dossier:
    """A case as pages, for one recipient."""
    tlp = f"TLP:{mark.value.upper()}"
    return Dossier(
        title=f"Dossier of case {case.number}",
        mark=mark_of(recipient.name, tlp),
        at=case.at,
        blocks=(
            Words("This document discloses a person's case to the recipient named here. It is not anonymous and not for the public."),
            Rows("On what terms", ("Recipient", "Agreement", "For", "Sharing level"), ((recipient.name, recipient.agreement, recipient.purpose, tlp),)),
            *_identity(case),
            Heading("What is recorded"),
            Rows("Facts", ("Field", "Value"), tuple(case.facts.items())),
            *_answers(case),
            *_elements(case),
            *(judgements(case.judgements, names, key) if case.judgements else ()),
            Heading("Custody"),
            _custody(case),
            Heading("Method and limits"),
            Words(f"Made with clew {version} from the record as it stands after its latest correction. The same record and terms give this file anew, byte by byte."),
            Items(LIMITS),
        ),
    )  # fmt: skip


def _identity(case: CaseFacts) -> Blocks:
    title = Heading("Who the person is")
    if not case.identity:
        return (title, Words("Sealed. The case is named by a pseudonym; the identity is not part of this dossier."))
    why = Words(f"Opened for this recipient, by a recorded act, because: {case.entitled}")
    return (title, why, Rows("Identity", ("Field", "Value"), tuple(case.identity.items())))


def _answers(case: CaseFacts) -> tuple[Block, ...]:
    if not case.answers:
        return ()
    rows = tuple((name.replace("_", " "), value.replace("_", " ")) for name, value in case.answers.items())
    return (Rows("Answers: yes, no, unknown and not asked are four things", ("Asked", "Answer"), rows),)


def _elements(case: CaseFacts) -> tuple[Block, ...]:
    if not case.elements:
        return ()
    head = ("Element", "Answer", "Evidence in the record")
    return (
        Heading("How the facts stand to the Palermo Protocol, art. 3"),
        Words(case.meaning),
        Rows("Elements", head, tuple((e, answer.replace("_", " "), why or "none") for e, answer, why in case.elements)),
    )


def _custody(case: CaseFacts) -> Block:
    from clew.publish.dossier.lead import instant

    entry = case.entry
    head = ("Record id", "Source", "Terms of the source", "Received", "Consent to giving it on")
    terms = f"{entry.terms or 'not recorded'}; TLP:{entry.level.value.upper()}"
    return Rows("Where it comes from", head, ((entry.id, entry.source, terms, instant(entry.received), case.consent),))
