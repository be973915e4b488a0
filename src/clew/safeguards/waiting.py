"""What one person signed and what waits for another one: a list of matters, each with who may give the second signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.permissions import Action, decide


class Matter(StrEnum):
    RELEASE = "release"
    DISCLOSURE = "disclosure"
    CHILD = "child"
    REFERRAL = "referral"
    EMERGENCY = "emergency"
    ASSESSMENT = "assessment"


SIGNED_BY: Final[Mapping[Matter, Action]] = {
    Matter.RELEASE: Action.RELEASE,
    Matter.DISCLOSURE: Action.DISCLOSE,
    Matter.CHILD: Action.JUDGE_PERSONS,
    Matter.REFERRAL: Action.REFER,
    Matter.EMERGENCY: Action.REVIEW_ACCESS,
    Matter.ASSESSMENT: Action.APPROVE_DPIA,
}
"""Matter -> what whoever signs it next must be allowed. Of biometrics nothing can wait: no detector of them is let in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One matter that waits. It holds no words of a person and no identity."""

    matter: Matter
    about: str
    """What it is about: a title, a lead, a case's number, a proposal, a version of the assessment."""
    asked: str
    """What is asked of the next person, in words."""
    by: tuple[str, ...]
    """Names of those who signed, the first one first; none where nobody has."""
    since: datetime | None
    until: datetime | None
    """When the first signature counts no more; None where it has no end."""
    own: bool
    """Whether whoever asks has signed it: then another person must."""
    at: str
    """Where it is looked at and signed, as an address of the pages."""

    def days(self, now: datetime) -> int | None:
        """Whole days since the first signature."""
        return None if self.since is None else max(0, (now - self.since).days)


def may_sign(actor: Actor) -> tuple[Matter, ...]:
    """The matters that this person may give a signature on, under one purpose or another."""
    return tuple(m for m, action in SIGNED_BY.items() if any(decide(actor, action, p).allowed for p in Purpose))


def in_order(found: Sequence[Waiting]) -> list[Waiting]:
    """What waits longest first; what nobody signed yet last."""
    return sorted(found, key=lambda each: (each.since is None, each.since or each.until, each.matter, each.about))
