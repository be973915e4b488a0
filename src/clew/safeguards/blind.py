"""Answers before the score: which leads a person judges without seeing it, and how far the score pulls answers.

People follow a number that they are shown (automation bias). In a share of leads, drawn for each person by a keyed hash,
the score is not sent before that person's first answer. What is then compared says how much it would have moved them.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.safeguards.acts import Verdict
from clew.safeguards.shares import Share

ENOUGH = 20
"""Answers below which no share is shown as a finding."""


def is_blind(key: bytes, lead: str, actor: str, share: float) -> bool:
    """Whether this person answers this lead before its score; the same answer each time, and nobody can foretell it.

    >>> is_blind(b"k", "lead_1", "acc_1", 0.0), is_blind(b"k", "lead_1", "acc_1", 1.0)
    (False, True)
    """
    drawn = hmac.digest(key, f"blind\0{lead}\0{actor}".encode(), "sha256")
    return int.from_bytes(drawn[:8], "big") < share * 2**64


def mixed(key: bytes, leads: Sequence[str], actor: str, blind: Sequence[bool]) -> list[int]:
    """The places of `leads` (most points first) in a person's queue: blind ones anywhere, the others in their order.

    Where a blind lead stands follows from a keyed hash of person and lead alone, so that its place says nothing of its score.

    >>> mixed(b"k", ["a", "b", "c"], "acc_1", [False] * 3)
    [0, 1, 2]
    """
    seen = max(len(leads) - sum(blind), 1)
    stands: list[tuple[float, str, int]] = []
    rank = 0
    for place, (lead, hidden) in enumerate(zip(leads, blind, strict=True)):
        drawn = hmac.digest(key, f"place\0{lead}\0{actor}".encode(), "sha256")
        stands.append((int.from_bytes(drawn[:8], "big") / 2**64 if hidden else (rank + 0.5) / seen, lead, place))
        rank += not hidden
    return [place for _, _, place in sorted(stands)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One person's answer to one lead. `blind`: given before its score was sent to them."""

    lead: str
    actor: str
    verdict: Verdict
    blind: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Part(Share):
    """A share of answers, with whether they are enough to say it."""

    @property
    def enough(self) -> bool:
        return self.whole >= ENOUGH


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How answers given before the score compare with those given after."""

    blind: int
    seen: int
    changed: Part
    """Of blind answers, those that the same person changed once they had seen the score."""
    same: Part
    """Of leads answered by one person blind and by another with the score, those answered alike."""
    kappa: float | None
    """Cohen's kappa of these pairs: agreement beyond chance; None where there are too few or all answer alike."""
    yes_blind: Part
    yes_seen: Part


def agreement(answers: Iterable[Answer]) -> Agreement:
    """Compares answers; each person's first on a lead counts, and their last for whether they changed it."""
    by_person: dict[tuple[str, str], list[Answer]] = {}
    for each in sorted(answers, key=lambda a: a.at):
        by_person.setdefault((each.lead, each.actor), []).append(each)
    firsts = [given[0] for given in by_person.values()]
    blind = [each for each in firsts if each.blind]
    seen = [each for each in firsts if not each.blind]
    changed = sum(by_person[a.lead, a.actor][-1].verdict is not a.verdict for a in blind)
    pairs = _pairs(blind, seen)
    return Agreement(
        blind=len(blind), seen=len(seen), changed=Part(part=changed, whole=len(blind)),
        same=Part(part=sum(a is b for a, b in pairs), whole=len(pairs)), kappa=kappa(pairs),
        yes_blind=_yes(blind), yes_seen=_yes(seen),
    )  # fmt: skip


def _pairs(blind: list[Answer], seen: list[Answer]) -> list[tuple[Verdict, Verdict]]:
    """One pair a lead: the earliest blind answer, and the earliest of somebody else who saw the score."""
    first: dict[str, Answer] = {}
    for each in blind:
        first.setdefault(each.lead, each)
    other: Mapping[str, Answer] = {
        a.lead: a for a in reversed(seen) if a.lead in first and a.actor != first[a.lead].actor
    }
    return [(first[lead].verdict, other[lead].verdict) for lead in sorted(other)]


def kappa(pairs: list[tuple[Verdict, Verdict]]) -> float | None:
    """Cohen (1960). None below `ENOUGH` pairs, or where chance alone would make all alike.

    >>> kappa([(Verdict.YES, Verdict.YES), (Verdict.NO, Verdict.NO)] * 10)
    1.0
    """
    if len(pairs) < ENOUGH:
        return None
    n = len(pairs)
    observed = sum(a is b for a, b in pairs) / n
    chance = sum(sum(a is v for a, _ in pairs) * sum(b is v for _, b in pairs) for v in Verdict) / n**2
    return None if chance == 1 else round((observed - chance) / (1 - chance), 3)


def _yes(answers: list[Answer]) -> Part:
    return Part(part=sum(each.verdict is Verdict.YES for each in answers), whole=len(answers))
