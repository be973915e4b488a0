"""What a network's page shows: what joins it, where and when it moves, what contradicts, what it asks. It judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clew.leads.types import Evidence, GraphEdge, GraphNode


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A network as a line in the list."""

    id: str
    adverts: int
    contacts: int
    texts: int
    places: int
    reports: int
    first: datetime | None
    last: datetime | None
    lead: str
    """The lead that asks about it; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One piece of evidence: what it is, whom it holds together, what it weighs and why no more."""

    id: str
    kind: str
    words: str
    label: str
    records: tuple[str, ...]
    """Records that are shown on the page."""
    count: int
    """Records of this network that it holds, shown or not."""
    weight: float
    reason: str
    hub: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StayRow:
    mover: str
    """A contact and a text, in short: `A`, `B`, …"""
    place: str
    first: datetime
    last: datetime
    adverts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRow:
    place: str
    to: str
    journeys: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePoint:
    """A place on the map. `label` is the city that was taken; `others` how many more the name may mean."""

    place: str
    label: str
    latitude: float
    longitude: float
    adverts: int
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitRow:
    mover: str
    tour: tuple[str, ...]
    tours: int
    first: datetime
    last: datetime
    days_each: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionRow:
    """One contact in two places sooner than anyone can travel."""

    contact: str
    place: str
    at: datetime
    record: str
    other_place: str
    other_at: datetime
    other_record: str
    km: float
    hours: float
    needed_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """What the network asks in a place; the local figures are None where too few ask there."""

    place: str
    currency: str
    hours: float | None
    own: float
    own_adverts: int
    area: str | None
    """Where others ask: the place, or its country where too few ask in the place."""
    askers: int | None
    low: float | None
    median: float | None
    high: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """A piece of an advert: `constant` of its template, `slot` (numbered) or `insertion`."""

    text: str
    kind: str
    slot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """Adverts of one text, cut into what they share and what each fills in."""

    cluster: int
    adverts: int
    shown: tuple[tuple[str, tuple[TextPiece, ...]], ...]
    """Record and its pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutText:
    """One advert of a text, cut into pieces."""

    record: str
    external_id: str
    posted: datetime | None
    place: str
    network: str
    """Its network's id; empty where it is in none."""
    pieces: tuple[TextPiece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """What a text's page shows: its adverts beside each other, the earliest first."""

    cluster: int
    adverts: int
    shown: tuple[CutText, ...]

    @property
    def slots(self) -> int:
        return max((piece.slot for text in self.shown for piece in text.pieces), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView:
    row: NetworkRow
    question: str
    """Of its lead; empty where none asks."""
    joins: tuple[Join, ...]
    members: tuple[Evidence, ...]
    hidden: int
    """Adverts that the page leaves out."""
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    points: tuple[PlacePoint, ...]
    unplaced: int
    """Adverts without a place, or in one that the gazetteer does not know."""
    stays: tuple[StayRow, ...]
    legs: tuple[LegRow, ...]
    circuits: tuple[CircuitRow, ...]
    contradictions: tuple[ContradictionRow, ...]
    contradicting: int
    """How many there are; the strongest are shown."""
    prices: tuple[PriceRow, ...]
    fewest: int
    """Askers behind a local figure."""
    templates: tuple[TemplateView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """A record or an identifier that hangs together with what was asked for."""

    kind: str
    label: str
    hops: int
    strength: float
    via: str
    texts: int | None
    hub: bool
    network: str
    """Its network's id; empty for an identifier, or a record in none."""
    posted: datetime | None
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpansionView:
    """What else belongs to it. `read` says what kinds of identifiers were understood, never their values."""

    read: tuple[str, ...]
    rows: tuple[FoundRow, ...]
    spent: bool
    nodes: int
    hops: int
