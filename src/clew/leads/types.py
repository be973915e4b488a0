"""A lead is a question put to a person: what speaks for it, what against, what would make it innocent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clew.safeguards.acts import Judgement, Verdict


class Direction(StrEnum):
    FOR = "for"
    AGAINST = "against"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One reason in a lead: how many points it adds or takes, why, and what an innocent reading would be."""

    sign: str
    direction: Direction
    points: float
    words: str
    innocent: str
    source: str
    evidence: tuple[str, ...] = ()
    """Record ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One record as shown on a lead, with the spans that count. `text` is None for a record that stays sealed."""

    record: str
    kind: str
    external_id: str
    source: str
    posted: datetime | None
    place: str | None
    text: str | None
    spans: tuple[tuple[int, int, str], ...] = ()
    """(start, end, signal kind)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A lead as a line in the queue. `points` are points, not a probability."""

    id: str
    question: str
    points: float
    adverts: int
    places: int
    first: datetime | None
    last: datetime | None
    strongest_for: str
    strongest_against: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    id: str
    kind: str
    """A record kind, or a signal kind for a shared identifier."""
    label: str
    hub: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEdge:
    source: str
    target: str
    relation: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """Everything the lead page shows."""

    row: LeadRow
    contributions: tuple[Contribution, ...]
    innocent: str
    """What would make the whole innocent, in one sentence."""
    evidence: tuple[Evidence, ...]
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    hidden_nodes: int
    """How many nodes the graph leaves out because the network is large."""
    judgements: tuple[Judgement, ...]
    label: str
    """The honest label of the number, e.g. 'points, not a probability: 12 judged so far'."""
