"""The dossier of a lead: the question, reasons for and against, the answer, the evidence with its custody, method and limits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from clew.leads.types import Contribution, Direction
from clew.publish.dossier.pages import Dossier, Quote
from clew.publish.exports.shared import Entry, Known, Shared
from clew.safeguards.acts import Judgement
from clew.safeguards.document import Block, Heading, Items, Rows, Words

Blocks = tuple[Block | Quote, ...]
METHOD = (
    "Detectors read identifiers, prices, places and wordings from each record; every claim keeps its place in the text.",
    "Records that share an identifier, a text or a picture are joined; identifiers that very many share join nothing.",
    "Published signs add or take points. Each reason names its source and what would make it innocent.",
    "A person answers the question and signs. No state changes without a signed, dated, reversible judgement.",
)
LIMITS = (
    "The points are points, not a probability that anybody was trafficked. No public benchmark measures trafficking.",
    "What a record says is a claim of whoever wrote it. Adverts are often untrue, copied or written by others.",
    "A shared phone or text has innocent explanations; each is named with the reason that it would explain.",
    "A sign that was not found may not have been looked for, or may have been hidden.",
    "Whoever an identifier belongs to may be in need of help. Nobody is accused by standing here.",
)


def lead_dossier(known: Known, shared: Shared, names: Mapping[str, str], *, key: str, version: str) -> Dossier:
    """What this recipient may have of a lead, as pages. `names` are those of accounts; `key` verifies signatures."""
    return Dossier(
        title=f"Dossier of lead {shared.lead}",
        mark=mark_of(shared.recipient.name, shared.tlp),
        at=shared.at,
        blocks=(
            *_head(shared),
            Heading("The question"),
            Words(shared.question),
            Words(f"{shared.points:g} points. {shared.label}"),
            *_reasons("Reasons for", [r for r in shared.reasons if r.direction is Direction.FOR], shared),
            *_reasons("Reasons against", [r for r in shared.reasons if r.direction is Direction.AGAINST], shared),
            *judgements(known.judgements, names, key),
            *_identifiers(shared),
            *_evidence(known, shared),
            *method(version, _detectors(known, shared)),
        ),
    )


def mark_of(recipient: str, tlp: str) -> str:
    return f"{tlp} · for {recipient} alone"


def _head(shared: Shared) -> Blocks:
    who = shared.recipient
    return (
        Words(
            "This document discloses a lead to the recipient named here. It is not anonymous, it is not for the public, and "
            "it proves nothing by itself: it shows what was found, why a question is asked, and what a person answered."
        ),
        Rows(
            "On what terms",
            ("Recipient", "Agreement", "For", "Sharing level"),
            ((who.name, who.agreement, who.purpose, shared.tlp),),
        ),
    )


def _reasons(title: str, reasons: Sequence[Contribution], shared: Shared) -> Blocks:
    if not reasons:
        return (Heading(title), Words("None is shared here. That may only mean that none was found, or looked for."))
    number = {entry.id: place for place, entry in enumerate(shared.entries, 1)}
    rows = [
        (r.words, f"{r.points:+g}", r.innocent or "Nothing known.", r.source, ", ".join(_numbers(r.evidence, number)) or "the whole")
        for r in reasons
    ]  # fmt: skip
    head = ("Reason", "Points", "Would be innocent if", "Source of the sign", "Evidence")
    return (Heading(title), Rows("Each with its strength and its evidence by number", head, tuple(rows)))


def _numbers(records: Sequence[str], number: Mapping[str, int]) -> list[str]:
    found = sorted(number[record] for record in records if record in number)
    return [str(place) for place in found[:12]] + (["..."] if len(found) > 12 else [])


def judgements(given: Sequence[Judgement], names: Mapping[str, str], key: str) -> Blocks:
    """Every answer, also those taken back, with who signed, when, why, and the signature."""
    blocks: list[Block | Quote] = [Heading("Judgements")]
    back = {each.reverses: each for each in given if each.reverses}
    for each in given:
        undone = f" Taken back on {day(back[each.id].at)}." if each.id in back else ""
        who = names.get(each.actor, each.actor)
        verdict = each.verdict.value.replace("_", " ")
        blocks += [
            Heading(f"{verdict.capitalize()}, signed by {who} on {day(each.at)}", 2),
            Quote(each.reason),
            Words(f"Judgement {each.id}.{undone} Signature (Ed25519): {each.signature}"),
        ]
    if not given:
        blocks.append(Words("Nobody has judged this."))
    return (*blocks, Words(f"Signatures are verified with the workspace's public key {key}."))


def _identifiers(shared: Shared) -> Blocks:
    number = {entry.id: place for place, entry in enumerate(shared.entries, 1)}
    rows = [
        (i.kind, i.value, str(len(i.records)), day(i.first), day(i.last), ", ".join(_numbers(i.records, number)))
        for i in shared.identifiers
    ]
    if not rows:
        return (Heading("Identifiers"), Words("None is shared here."))
    head = ("Kind", "Value", "Records", "First", "Last", "Evidence")
    caption = "What records hold, as read by detectors; whose they are is not known"
    return (Heading("Identifiers"), Rows(caption, head, tuple(rows)))


def _evidence(known: Known, shared: Shared) -> Blocks:
    blocks: list[Block | Quote] = [
        Heading("Evidence and custody"),
        Words(
            "A record's id is a hash over its kind, source and all its fields; nothing of a record can change without it. The SHA-256 is over the "
            "text as received, in UTF-8; a character written here by its number, as in [U+1F48B KISS MARK], counts as itself."
        ),
    ]
    for place, entry in enumerate(shared.entries, 1):
        blocks += [Heading(f"Record {place}: {entry.label or entry.id}", 2), _custody(entry, known)]
        blocks.append(Quote(entry.text) if entry.text else Words("The text is not part of this dossier."))
    return tuple(blocks)


def _custody(entry: Entry, known: Known) -> Block:
    text = hashlib.sha256(entry.text.encode()).hexdigest() if entry.text else "no text here"
    read = sorted({m.detector for m in known.mentions if m.record == entry.id and m.detector})
    return Rows(
        f"Custody of record {entry.id}",
        ("Kind, source", "Terms of the source", "Posted", "Received", "Read by", "SHA-256 of the text"),
        (
            (
                f"{entry.kind}, {entry.source}",
                f"{entry.terms or 'not recorded'}; TLP:{entry.level.value.upper()}",
                f"{instant(entry.posted)}; {entry.place or 'place not known'}",
                instant(entry.received),
                ", ".join(read) or "no detector found anything",
                text,
            ),
        ),
    )


def _detectors(known: Known, shared: Shared) -> Sequence[str]:
    here = {entry.id for entry in shared.entries}
    return sorted({m.detector for m in known.mentions if m.record in here and m.detector})


def method(version: str, detectors: Sequence[str]) -> Blocks:
    """How it was made and what it cannot say."""
    return (
        Heading("Method"),
        Items(METHOD),
        Words(f"Made with clew {version}. Detectors with versions: {', '.join(detectors) or 'none'}."),
        Words(
            "The same records, judgements and terms give this file anew, byte by byte, with the same typesetter and fonts."
        ),
        Heading("Limits"),
        Items(LIMITS),
    )


def day(at: datetime | None) -> str:
    return at.astimezone(UTC).date().isoformat() if at else "not known"


def instant(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else "not known"
