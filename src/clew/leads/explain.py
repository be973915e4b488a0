"""Says in words what a lead asks, why, and how sure anyone can be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from clew.leads.rules import Rule, rules
from clew.leads.types import Contribution, Direction
from clew.safeguards.acts import Judgement, Verdict

ENOUGH_JUDGED = 30
"""Judged leads of similar points below which no share of confirmed ones is shown."""


def lead_id(anchor: str) -> str:
    """A lead is named after the earliest record of its network, so it keeps its name while the network grows."""
    return "lead_" + hashlib.sha256(anchor.encode()).hexdigest()[:16]


def question(*, adverts: int, texts: int, offers: bool) -> str:
    """The question that the lead puts to a person."""
    if offers:
        return (
            f"Do these {adverts} adverts offer work that keeps people by debt or papers?"
            if adverts > 1
            else "Does this advert offer work that keeps people by debt or papers?"
        )
    if texts <= 1:
        return f"Is someone else behind these {adverts} adverts of one text?"
    return f"Do these {adverts} adverts have one organiser?"


def contribution(row: Mapping[str, object], evidence: Sequence[str]) -> Contribution:
    """A stored reason in words."""
    rule = _by_name()[str(row["sign"])]
    points = float(str(row["points"]))
    return Contribution(
        sign=rule.name,
        direction=Direction.FOR if points > 0 else Direction.AGAINST,
        points=round(points, 2),
        words=rule.words.replace("{n}", str(row["number"])),
        innocent=rule.innocent,
        source=rule.source,
        evidence=tuple(evidence),
    )


def short_words(sign: str, number: int) -> str:
    """One reason as a line in the queue."""
    return _by_name()[sign].words.replace("{n}", str(number))


def _by_name() -> Mapping[str, Rule]:
    return {rule.name: rule for rule in rules()}


def innocent_reading(reasons: Sequence[Contribution]) -> str:
    """What would make the whole innocent: the innocent readings of the strongest reasons for, together."""
    strongest = sorted((r for r in reasons if r.direction is Direction.FOR and r.innocent), key=lambda r: -r.points)[:3]
    if not strongest:
        return "Nothing weighs for a closer look; ordinary work explains all of it."
    return "It would be innocent if all of this held: " + " ".join(r.innocent for r in strongest)


def standing(judgements: Iterable[Judgement]) -> Judgement | None:
    """The judgement that holds now: the latest one that no other has taken back and that takes none back itself alone."""
    listed = sorted(judgements, key=lambda j: (j.at, j.id))
    reversed_ids = {j.reverses for j in listed if j.reverses}
    standing_ones = [j for j in listed if j.id not in reversed_ids]
    return standing_ones[-1] if standing_ones else None


def honest_label(points: float, judged: Sequence[tuple[float, Verdict]]) -> str:
    """What the number is: points, until enough similar leads were judged to say how many were confirmed.

    `judged` holds points and verdict of every lead judged yes or no so far. Similar means within one point.
    """
    answered = [(p, verdict) for p, verdict in judged if verdict is not Verdict.NOT_SURE]
    similar = [verdict for p, verdict in answered if abs(p - points) <= 1]
    if len(similar) < ENOUGH_JUDGED:
        return f"Points, not a probability: {len(answered)} leads judged so far, {len(similar)} of them similar to this one."
    confirmed = sum(verdict is Verdict.YES for verdict in similar)
    return f"About {round(10 * confirmed / len(similar))} in 10 such leads were confirmed; {len(similar)} judged so far. Points, not a probability."
