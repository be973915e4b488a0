"""A lead is a question put to a person: what speaks for it, what against, what would make it innocent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    looks: str = ""
    """A class of `leads.classing`, `unclear` among them; empty before a run gave one. It changes nothing."""
    sure: str = ""
    """What the number beside the class is: points, or a probability on how many judgements."""
    possible: tuple[str, ...] = ()
    """Classes that stay possible, in words; empty while no model is enabled."""
    asked: str = ""
    """Why an answer here would teach most; empty where it is not asked for."""
    blind: bool = False
    """Whoever asks answers it before its score is sent; points and reasons are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeLead:
    """A judged lead that is like this one."""

    lead: str
    question: str
    answer: str
    """The verdict, and the class where a person named one."""
    distance: float
    """Root mean square over the model's columns, in spreads: 0 is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassView:
    """What a lead looks like, and why: shown beside the question, never instead of it."""

    looks: str
    says: str
    says_not: str
    innocent: str
    sure: str
    promised: str
    """What the set of possible classes is, and promises."""
    shares: tuple[tuple[str, float], ...]
    """Every class in words with its points or probability, from 0 to 1."""
    speaks_for: tuple[tuple[str, float, str], ...]
    """Words, weight, source."""
    speaks_against: tuple[tuple[str, float, str], ...]
    alike: tuple[AlikeLead, ...]
    model: str
    """The enabled model's digest; empty for signs alone."""
    trained_on: str
    named: str
    """The class that a person last named for this lead; empty while nobody did."""


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
    classing: ClassView | None = None
    grown: Mapping[str, str] = field(default_factory=dict)
    """Judgement -> the name of the lead that it was given to, before that grew together with this one."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """Detector -> records of this lead that it could not read: reasons for and against may be missing."""
