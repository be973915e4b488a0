"""What is known of a lead, and the part of it that one named recipient may have: sharing levels decide, never the format.

A lead is not anonymous: it holds phone numbers, accounts and addresses that persons use. What leaves of it is disclosed
to one recipient under an agreement; it is never a public release. Left out whatever the level: names, texts of adverts,
what was told in tips, calls and talks, and the words of a judgement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.leads.explain import standing
from clew.leads.types import Contribution
from clew.records.source import Tlp
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import Blocked, UsageError

KINDS = ("phone", "email", "handle", "url", "domain", "wallet", "picture")
"""Kinds of identifiers that may leave. Names that adverts use are none of them."""
OPEN = frozenset({"advert"})
"""Kinds of records that may leave: what was told in confidence, and what people paid, stays."""
STRICTNESS = {Tlp.CLEAR: 0, Tlp.GREEN: 1, Tlp.AMBER: 2, Tlp.AMBER_STRICT: 3, Tlp.RED: 4}
MOST_EVIDENCE = 12
"""Records that a reason names at most (`leads.features`)."""
MOST = 200
"""Characters of a recipient's name, of an agreement and of a purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who gets it, under which agreement, for what, and how far they may pass it on."""

    name: str
    agreement: str
    purpose: str
    level: Tlp = Tlp.AMBER
    """The strictest level that this recipient is let in to, and the mark of what they get."""
    organisation: str = ""
    """As sources name it; the recipient's own name where nothing else is said."""

    def __post_init__(self) -> None:
        for field in ("name", "agreement", "purpose"):
            value = getattr(self, field).strip()
            if not value:
                raise UsageError(
                    f"{field}: required: a lead is disclosed to somebody, under an agreement, for a purpose"
                )
            if len(value) > MOST or not value.isprintable():
                raise UsageError(f"{field}: one line of at most {MOST} characters")
        if self.level is Tlp.RED:
            raise UsageError("level: red never leaves in an export: it is for the persons in the room")
        if STRICTNESS[self.level] < STRICTNESS[Tlp.AMBER]:
            raise UsageError("level: a lead is amber or amber+strict: it is about persons, and nothing of it is proven")

    @property
    def house(self) -> str:
        return (self.organisation or self.name).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record that a lead stands on."""

    id: str
    kind: str
    source: str
    level: Tlp
    organisation: str = ""
    """Whose data they are; empty for the house's own."""
    posted: datetime | None = None
    place: str = ""
    received: datetime | None = None
    label: str = ""
    """The name that the source gave it."""
    terms: str = ""
    """Under which terms the source gave it: legal basis and purpose."""
    text: str | None = None
    """For a dossier alone; None while it stays sealed."""


@dataclass(frozen=True, slots=True)
class Mention:
    """An identifier that a record holds."""

    record: str
    kind: str
    value: str
    detector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All of a lead that is open to those who sign, before sharing levels are asked."""

    lead: str
    question: str
    points: float
    label: str
    entries: Sequence[Entry]
    mentions: Sequence[Mention]
    reasons: Sequence[Contribution]
    judgements: Sequence[Judgement]
    looks: str = ""
    """The class that a person named last, e.g. independent_work; empty while nobody did."""
    withheld: int = 0
    """Records that are not open to those who sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    kind: str
    value: str
    records: tuple[str, ...]
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the recipient may have."""

    lead: str
    question: str
    points: float
    label: str
    mark: Tlp
    recipient: Recipient
    entries: tuple[Entry, ...]
    identifiers: tuple[Identifier, ...]
    reasons: tuple[Contribution, ...]
    judged: Judgement
    left_out: Mapping[str, int]
    """Why -> how many; what the steward reads before signing, and the recipient does not get."""

    @property
    def at(self) -> datetime:
        """The moment of the judgement that stands: what leaves is dated by it, so that the same gives the same bytes."""
        return self.judged.at

    @property
    def tlp(self) -> str:
        return f"TLP:{self.mark.value.upper()}"


def share(known: Known, recipient: Recipient) -> Shared:
    """The part of a lead that a recipient may have. Raises Blocked where none may leave.

    Only a lead that a person answered with yes leaves; one that looks like independent work to a person never does.
    A reason leaves only with all the records that it stands on; where any record stays behind, numbers are of the rest.
    """
    judged = _may_leave(known)
    left: Counter[str] = Counter()
    entries = [entry for entry in known.entries if not (why := _held(entry, recipient)) or _count(left, why)]
    if known.withheld:
        left["records that are not open to those who sign"] += known.withheld
    if not entries:
        raise Blocked("export: no record of this lead may go to this recipient; its sharing levels say so")
    here = {entry.id: entry for entry in entries}
    whole = len(entries) == len(known.entries) and not known.withheld
    adverts_whole = not known.withheld and all(e.id in here for e in known.entries if e.kind in OPEN)
    reasons = tuple(r for r in known.reasons if whole or _stands(r, here, adverts_whole=adverts_whole))
    if len(reasons) < len(known.reasons):
        left["reasons that stand on records which stay behind"] += len(known.reasons) - len(reasons)
    _note_unnamed(known, here, left)
    return Shared(
        lead=known.lead,
        question=known.question if whole else _asked_of(known.question, len(entries)),
        points=known.points if whole else round(sum(r.points for r in reasons), 2),
        label=known.label if whole else "Points, not a probability; of the reasons that are shared alone.",
        mark=max((recipient.level, *(e.level for e in entries)), key=STRICTNESS.__getitem__),
        recipient=recipient,
        entries=tuple(sorted(entries, key=_when)),
        identifiers=_identifiers(known.mentions, here),
        reasons=reasons,
        judged=judged,
        left_out=dict(sorted(left.items())),
    )


def _may_leave(known: Known) -> Judgement:
    stands = standing(known.judgements)
    if stands is None:
        raise Blocked("export: nobody has judged this lead; only what a person answered with yes leaves")
    if stands.verdict is not Verdict.YES:
        raise Blocked("export: the answer that stands on this lead is not yes; it does not leave")
    if known.looks == "independent_work":
        raise Blocked("export: a person named this lead independent work; it never leaves")
    return stands


def _held(entry: Entry, recipient: Recipient) -> str:
    """Why a record stays behind, or nothing."""
    if entry.kind not in OPEN:
        return f"{entry.kind} records: only adverts are shared"
    if entry.level is Tlp.RED:
        return "records marked red"
    own = bool(entry.organisation) and entry.organisation.casefold() == recipient.house.casefold()
    if entry.level is Tlp.AMBER_STRICT and not own:
        return "records marked amber+strict of an organisation other than the recipient's"
    if STRICTNESS[entry.level] > STRICTNESS[recipient.level]:
        return "records stricter than the level that the recipient is let in to"
    return ""


def _count(left: Counter[str], why: str) -> bool:
    left[why] += 1
    return False


def _stands(reason: Contribution, here: Mapping[str, Entry], *, adverts_whole: bool) -> bool:
    """Whether all that a reason counts is shared. A full list of evidence may count more adverts than it names."""
    named = bool(reason.evidence) and all(record in here for record in reason.evidence)
    return named and (adverts_whole or len(reason.evidence) < MOST_EVIDENCE)


def _asked_of(question: str, records: int) -> str:
    """The question with the number of the records that are shared: the other number would tell how many are not."""
    return re.sub(r"\d+", str(records), question, count=1)


def _note_unnamed(known: Known, here: Mapping[str, Entry], left: Counter[str]) -> None:
    names = {(m.kind, m.value) for m in known.mentions if m.kind == "name" and m.record in here}
    if names:
        left["names that adverts use"] += len(names)
    gone = {(m.kind, m.value) for m in known.mentions if m.kind in KINDS} - {
        (m.kind, m.value) for m in known.mentions if m.record in here
    }
    if gone:
        left["identifiers that only records which stay behind hold"] += len(gone)


def _identifiers(mentions: Iterable[Mention], here: Mapping[str, Entry]) -> tuple[Identifier, ...]:
    found: dict[tuple[str, str], set[str]] = {}
    for each in mentions:
        if each.kind in KINDS and each.record in here:
            found.setdefault((each.kind, each.value), set()).add(each.record)
    order = sorted(found, key=lambda item: (KINDS.index(item[0]), -len(found[item]), item[1]))
    return tuple(_identifier(kind, value, [here[r] for r in sorted(found[kind, value])]) for kind, value in order)


def _identifier(kind: str, value: str, entries: Sequence[Entry]) -> Identifier:
    dated = [entry.posted for entry in entries if entry.posted]
    return Identifier(
        kind=kind,
        value=value,
        records=tuple(entry.id for entry in entries),
        first=min(dated, default=None),
        last=max(dated, default=None),
    )


def _when(entry: Entry) -> tuple[bool, float, str]:
    return entry.posted is None, entry.posted.timestamp() if entry.posted else 0.0, entry.id
