"""The data protection impact assessment (GDPR art. 35, LED art. 27): what it covers, its name, and whether it stands.

It is made from the configuration as it is. What says whose data are processed how is *material*: an approval is of exactly
that, and of nothing else. Counts of records and accounts and releases made are shown and are not material.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from clew.safeguards.acts import Judgement, Verdict

SUBJECT = "dpia:"
DEMO = "dpia-demo:"
"""What an approval is a judgement on, before the name. A demo's approval covers invented data alone."""
QUESTIONS: Mapping[str, str] = {
    "controller": "Who is responsible (organisation, contact)?",
    "officer": "Who is the data protection officer, or whom do persons ask?",
    "necessity": "Why is this processing necessary for the purpose, and why is nothing less enough?",
    "proportionality": "Why is what it does to people in proportion to the harm it prevents?",
    "exception": "Which exception of GDPR art. 9(2), or law under LED art. 10, allows sensitive data?",
    "views": "What did persons concerned or their organisations say (GDPR art. 35(9))?",
    "advice": "What did the data protection officer advise (GDPR art. 35(2))?",
    "transfers": "Do data leave the country or the European Economic Area, and on what ground?",
    "devices": "How are disks and backups encrypted, and where does the key lie?",
}
"""What no configuration can say. An answer that is missing is an open point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTerms:
    """A source with its terms and the kinds of records it gives; `planned` where nothing of it came in yet."""

    id: str
    name: str
    basis: str
    purpose: str
    retention_days: int
    tlp: str
    kinds: tuple[str, ...]
    planned: bool = False

    @property
    def invented(self) -> bool:
        return self.basis == "synthetic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything that an assessment is made from."""

    sources: tuple[SourceTerms, ...]
    kinds: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    """Kind (plural) -> fields that rest sealed, fields that rest open; of all kinds there are."""
    settings: Mapping[str, str]
    retention: tuple[tuple[str, str, str, str], ...]
    """Rules in force: source, kind, purpose, days."""
    permissions: tuple[tuple[str, str, str], ...]
    """Role, purpose, what it may do."""
    detectors: tuple[tuple[str, str, str], ...]
    """Name, what it finds, what it must never be used for."""
    models: tuple[tuple[str, str], ...]
    """Digest and what it learnt from, of models that are enabled."""
    storage: Mapping[str, str]
    facts: frozenset[str]
    """Names of what raises a risk, as in `standards/legal_risks.yaml`."""
    answers: Mapping[str, str]
    records: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, int] = field(default_factory=dict)
    """Role -> accounts that have it."""
    releases: tuple[tuple[str, str, str], ...] = ()
    """Title, recipient, guarantee."""

    @property
    def real(self) -> bool:
        """Whether any source is about real persons."""
        return any(not source.invented for source in self.sources)

    @property
    def kinds_given(self) -> tuple[str, ...]:
        return tuple(sorted({kind for source in self.sources for kind in source.kinds}))


def material(config: Configuration) -> dict[str, Any]:
    """What an approval is of, in one way of writing. Whether a source is planned or came in makes no difference."""
    return {
        "sources": {
            each.id: [each.name, each.basis, each.purpose, each.retention_days, each.tlp, sorted(each.kinds)]
            for each in config.sources
        },
        "fields": {
            f"{kind} {where}": list(part)
            for kind in config.kinds_given
            for where, part in zip(("sealed", "open"), config.kinds.get(kind, ()), strict=False)
        },
        "settings": dict(config.settings),
        "retention": sorted(config.retention),
        "permissions": sorted(config.permissions),
        "detectors": sorted(config.detectors),
        "models": sorted(config.models),
        "storage": dict(config.storage),
        "answers": {name: config.answers.get(name, "").strip() for name in QUESTIONS},
    }


def name_of(config: Configuration) -> str:
    """Names an assessment by what is material in it."""
    text = json.dumps(material(config), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What is material and differs, as (added, removed or changed; what), part by part. Values of answers are not repeated."""
    found: list[tuple[str, str]] = []
    for part in sorted(before.keys() | now.keys()):
        old, new = _entries(before.get(part)), _entries(now.get(part))
        found += [("added", f"{part}: {new[key]}") for key in new if key not in old]
        found += [("removed", f"{part}: {old[key]}") for key in old if key not in new]
        found += [
            ("changed", f"{part}: {old[key]} became {new[key]}") for key in new if old.get(key, new[key]) != new[key]
        ]
    return tuple(found)


def _entries(part: Any) -> dict[str, str]:
    """The entries of a part by what they are of, each in words."""
    if isinstance(part, Mapping):
        return {str(key): f"{key} {_words(value)}".strip() for key, value in part.items()}
    entries = [each if isinstance(each, list | tuple) else [each] for each in part or ()]
    return {_words(each[:-1] or each): _words(each) for each in entries}


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_words(each) for each in value if each not in ("", [], ()))
    return str(value)


class Standing(StrEnum):
    """How an assessment stands."""

    NOT_NEEDED = "not needed"
    """All data here are invented: nobody's data are processed."""
    MISSING = "missing"
    STALE = "stale"
    """Another configuration was approved."""
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DEMO = "approved for a demo"
    APPROVED = "approved"

    @property
    def open(self) -> bool:
        """Whether processing may go on."""
        return self in (Standing.NOT_NEEDED, Standing.DEMO, Standing.APPROVED)


def standing(
    name: str, *, real: bool, judgements: Sequence[Judgement], days: int, now: datetime
) -> tuple[Standing, Judgement | None]:
    """How the assessment of that name stands, and the approval (or its end) that says so.

    An approval holds for `days` and for one configuration; the latest word on it counts. A demo's approval is no approval
    where any source is real.
    """
    reversed_ones = {each.reverses for each in judgements}
    said = [each for each in judgements if each.id not in reversed_ones and each.reverses is None]
    mine = [each for each in said if each.lead == SUBJECT + name]
    if mine:
        last = mine[-1]
        if last.verdict is not Verdict.YES:
            return (Standing.WITHDRAWN if real else Standing.NOT_NEEDED), last
        if last.at + timedelta(days=days) > now:
            return Standing.APPROVED, last
        return (Standing.EXPIRED if real else Standing.NOT_NEEDED), last
    if not real:
        demo = [each for each in said if each.lead == DEMO + name and each.verdict is Verdict.YES]
        return (Standing.DEMO, demo[-1]) if demo else (Standing.NOT_NEEDED, None)
    others = [each for each in said if each.lead.startswith(SUBJECT) and each.verdict is Verdict.YES]
    return (Standing.STALE, others[-1]) if others else (Standing.MISSING, None)


def last_approved(judgements: Sequence[Judgement]) -> str:
    """The name of the assessment that was approved last, for real; '' for none."""
    reversed_ones = {each.reverses for each in judgements}
    names = [
        each.lead.removeprefix(SUBJECT)
        for each in judgements
        if each.lead.startswith(SUBJECT) and each.verdict is Verdict.YES and each.id not in reversed_ones
    ]
    return names[-1] if names else ""
