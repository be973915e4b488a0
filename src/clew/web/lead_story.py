"""A lead as its page tells it: findings in words, charts as plain data, evidence in the order it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clew.leads.types import Contribution, Direction, Evidence, GraphNode, LeadView
from clew.records.kinds import KINDS
from clew.safeguards.acts import Judgement
from clew.web import words
from clew.web.evidence_text import EXCERPT, Piece, excerpt, pieces

RECORD_KINDS = frozenset(KINDS) | {kind.name for kind in KINDS.values()}
HEAVY = frozenset({"conversation", "conversations", "tip", "tips", "call", "calls"})
"""Kinds in which a person speaks of what was done to them: folded with a plain label."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One record of evidence, numbered as on the page."""

    number: int
    of: Evidence
    pieces: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    """Empty when the text is short enough to be shown whole."""
    heavy: bool

    @property
    def anchor(self) -> str:
        return f"evidence-{self.number}"

    @property
    def name(self) -> str:
        return f"{words.plain(self.of.kind).capitalize()} {self.of.external_id}"


@dataclass(frozen=True, slots=True)
class Shared:
    """One identifier in the graph: what shares it."""

    node: GraphNode
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A judgement in the history, with the one that took it back, if any."""

    judgement: Judgement
    taken_back_by: Judgement | None


@dataclass(frozen=True, slots=True)
class Story:
    view: LeadView
    exhibits: tuple[Exhibit, ...]
    speaks_for: tuple[Contribution, ...]
    speaks_against: tuple[Contribution, ...]
    most: float
    shared: tuple[Shared, ...]
    history: tuple[Told, ...]
    by_record: Mapping[str, Exhibit]
    names: Mapping[str, str]
    """Node of the graph -> what it is called."""

    def exhibit(self, record: str) -> Exhibit | None:
        return self.by_record.get(record)

    def shown(self, records: Iterable[str]) -> tuple[Exhibit, ...]:
        return tuple(found for record in records if (found := self.exhibit(record)))

    @property
    def dated(self) -> tuple[Exhibit, ...]:
        known = [e for e in self.exhibits if e.of.posted]
        return tuple(sorted(known, key=lambda e: moment_of(e.of.posted)))

    @property
    def undated(self) -> int:
        return len(self.exhibits) - len(self.dated)

    def place(self, reason: Contribution) -> str:
        """The anchor of a reason on the page."""
        return f"reason-{self.view.contributions.index(reason) + 1}"

    def cited(self, record: str) -> tuple[Contribution, ...]:
        """The reasons in which a record counts: the thread back from evidence."""
        return tuple(c for c in (*self.speaks_for, *self.speaks_against) if record in c.evidence)

    def name(self, node: str) -> str:
        """What a node of the graph is called."""
        return self.names.get(node, node)

    def can_take_back(self, judgement: str) -> bool:
        return any(told.judgement.id == judgement and not told.taken_back_by for told in self.history)

    @property
    def standing(self) -> Judgement | None:
        """The newest judgement that was not taken back."""
        return next((told.judgement for told in self.history if not told.taken_back_by), None)


def tell(view: LeadView) -> Story:
    biggest = sorted(view.contributions, key=lambda c: -abs(c.points))
    exhibits = tuple(_exhibit(number, item) for number, item in enumerate(view.evidence, start=1))
    return Story(
        view=view,
        exhibits=exhibits,
        speaks_for=tuple(c for c in biggest if c.direction is Direction.FOR),
        speaks_against=tuple(c for c in biggest if c.direction is Direction.AGAINST),
        most=max((abs(c.points) for c in biggest), default=0.0),
        shared=_shared(view),
        history=_history(view.judgements),
        by_record={exhibit.of.record: exhibit for exhibit in exhibits},
        names={node.id: node.label for node in view.nodes},
    )


def _exhibit(number: int, item: Evidence) -> Exhibit:
    text = item.text or ""
    short = excerpt(text, item.spans) if len(text) > EXCERPT + 80 else ()
    return Exhibit(number, item, pieces(text, item.spans), short, item.kind in HEAVY)


def _shared(view: LeadView) -> tuple[Shared, ...]:
    ends: dict[str, list[str]] = {}
    for edge in view.edges:
        ends.setdefault(edge.source, []).append(edge.target)
        ends.setdefault(edge.target, []).append(edge.source)
    found = [
        Shared(node, tuple(dict.fromkeys(ends.get(node.id, ()))))
        for node in view.nodes
        if node.kind not in RECORD_KINDS
    ]
    return tuple(sorted(found, key=lambda s: (s.node.hub, -len(s.records), s.node.label)))


def _history(judgements: Sequence[Judgement]) -> tuple[Told, ...]:
    undone = {judgement.reverses: judgement for judgement in judgements if judgement.reverses}
    newest = sorted(judgements, key=lambda j: moment_of(j.at), reverse=True)
    return tuple(Told(judgement, undone.get(judgement.id)) for judgement in newest)


def moment_of(moment: datetime | None) -> datetime:
    """A time to sort by: one without zone is taken as UTC, one that is missing comes first."""
    if moment is None:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def graph_finding(story: Story) -> str:
    """The graph's title: what it shows, in one sentence."""
    holding = [s for s in story.shared if not s.node.hub]
    hubs = len(story.shared) - len(holding)
    if not story.shared:
        links = words.count(len(story.view.edges), "link")
        return f"{links} between these records, none of them a shared identifier"
    joined = words.count(len({record for s in holding for record in s.records}), "record")
    title = (
        f"{words.count(len(holding), 'shared identifier')} {'holds' if len(holding) == 1 else 'hold'} {joined} together"
    )
    return title + (f"; {words.count(hubs, 'hub')} left out of the count" if hubs else "")


def timeline_finding(story: Story) -> str:
    """The timeline's title: from when to when, in how many places, where most."""
    dated = story.dated
    if not dated:
        return "None of these records says when it was posted"
    places = Counter(e.of.place for e in dated if e.of.place)
    first, last = words.day(dated[0].of.posted), words.day(dated[-1].of.posted)
    span = f"on {first}" if first == last else f"between {first} and {last}"
    title = f"{words.count(len(dated), 'record')} {span}"
    if not places:
        return title + "; no place is known"
    where, most = places.most_common(1)[0]
    if len(places) == 1:
        return f"{title}, all with a known place in {where}"
    return f"{title} in {len(places)} places; most in {where} ({most})"


def chart_data(story: Story) -> dict[str, Any]:
    """What the graph and the timeline draw, and which exhibit each record is."""
    return {
        "exhibits": {e.of.record: {"anchor": e.anchor, "name": e.name} for e in story.exhibits},
        "nodes": [
            {"id": n.id, "kind": words.plain(n.kind), "label": n.label, "hub": n.hub, "record": n.kind in RECORD_KINDS}
            for n in story.view.nodes
        ],
        "edges": [
            {"source": e.source, "target": e.target, "relation": words.plain(e.relation), "weight": e.weight}
            for e in story.view.edges
        ],
        "times": [
            {
                "record": e.of.record,
                "at": e.of.posted.isoformat() if e.of.posted else "",
                "place": e.of.place or "place not known",
                "name": e.name,
            }
            for e in story.dated
        ],
    }
