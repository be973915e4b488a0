"""The acts of persons that change what clew believes or lets out: judgements and releases.

Both are append-only. A judgement is undone by another one that reverses it; a release cannot be undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A person's signed, dated, reversible answer with a reason."""

    id: str
    lead: str
    verdict: Verdict
    reason: str
    actor: str
    at: datetime
    reverses: str | None
    """The judgement that this one takes back, if any."""
    signature: str
    """Ed25519 over the canonical form of all other fields, in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What left: to whom, under which guarantee, what it spent, its hash."""

    id: str
    title: str
    dataset: str
    """What was released from, e.g. cases."""
    method: str
    """anonymise or synthesise."""
    guarantee: str
    """In words and numbers, e.g. k = 11 over gender, age."""
    epsilon: float
    """Spent of the dataset's differential-privacy budget; 0 for a k-anonymous release."""
    recipient: str
    rows: int
    sha256: str
    """Of the released file."""
    fingerprint: str
    """Of what was asked: dataset content, method and settings. No two releases share one."""
    actor: str
    at: datetime
    report: str
    """The disclosure report as JSON."""
