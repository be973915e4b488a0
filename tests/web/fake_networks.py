"""Invented networks for the pages: what joins them, two tours, one contradiction, prices, a template with slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from clew.leads.network_view import (
    CircuitRow,
    ContradictionRow,
    CutText,
    ExpansionView,
    FoundRow,
    Join,
    LegRow,
    NetworkRow,
    NetworkView,
    PlacePoint,
    PriceRow,
    StayRow,
    TemplateView,
    TextPiece,
    TextView,
)
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotAllowed, NotFound, UsageError

DAY = datetime(2024, 3, 3, 9, 30, tzinfo=UTC)


def network_row(number: int) -> NetworkRow:
    return NetworkRow(
        id=f"net_{number:04x}",
        adverts=41 - number,
        contacts=3,
        texts=4,
        places=4,
        reports=number % 2,
        first=DAY,
        last=DAY + timedelta(days=40),
        lead=f"lead_{number:04d}" if number < 9 else "",
    )


def network_view(row: NetworkRow) -> NetworkView:
    from fake_desk import evidence, lead_row, lead_view

    lead = lead_view(lead_row(0), ())
    members = tuple(evidence(n) for n in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11))
    ids = tuple(item.record for item in members)
    pieces = (
        TextPiece(text="Dinner with ", kind="constant"),
        TextPiece(text="Vera", kind="slot", slot=1),
        TextPiece(text=", rooms in ", kind="constant"),
        TextPiece(text="Lyon", kind="slot", slot=2),
        TextPiece(text=" this week", kind="insertion"),
    )
    places = (("Lyon", 45.76, 4.84), ("Turin", 45.07, 7.69), ("Basel", 47.56, 7.59))
    return NetworkView(
        row=row,
        question="Do these 41 adverts have one organiser?",
        joins=(
            Join(id="join_0", kind="phone", words="same telephone number", label="+33 1 42 55 50 00", records=ids[:8],
                 count=19, weight=0.43, reason="Colleagues share one."),
            Join(id="join_1", kind="author, place_time", words="perhaps one hand and same site and place", label="two texts",
                 records=ids[:2], count=2, weight=0.65, reason="Habits are a proposal."),
            Join(id="join_2", kind="url", words="same web address", label="hotel-by-the-lake.example", records=ids[2:9],
                 count=12, weight=0.0, reason="A hotel's page is named by many.", hub=True),
        ),
        members=members,
        hidden=row.adverts - len(members),
        nodes=tuple(node for node in lead.nodes if node.kind != "advert" or node.id in ids),
        edges=tuple(edge for edge in lead.edges if edge.source in ids),
        points=tuple(
            PlacePoint(place=name, label=f"{name}, EU", latitude=lat, longitude=lon, adverts=9 - n, others=n)
            for n, (name, lat, lon) in enumerate(places)
        ),
        unplaced=2,
        stays=tuple(
            StayRow(mover="A", place=places[n % 3][0], first=DAY + timedelta(days=7 * n), last=DAY + timedelta(days=7 * n + 3), adverts=2)
            for n in range(6)
        ),
        legs=tuple(
            LegRow(place=a[0], to=b[0], journeys=2, first=DAY, last=DAY + timedelta(days=21))
            for a, b in zip(places, (*places[1:], places[0]), strict=True)
        ),
        circuits=(
            CircuitRow(mover="A", tour=("Lyon", "Turin", "Basel"), tours=2, first=DAY, last=DAY + timedelta(days=38), days_each=21.0),
        ),
        contradictions=(
            ContradictionRow(contact="+33 1 42 55 50 00", place="Lyon", at=DAY, record=ids[0], other_place="Basel",
                             other_at=DAY + timedelta(hours=1), other_record=ids[1], km=290.0, hours=1.0, needed_hours=3.4),
        ),
        contradicting=1,
        prices=(
            PriceRow(place="Lyon", currency="EUR", hours=1.0, own=80.0, own_adverts=9, area="all of FR", askers=31, low=120.0, median=150.0, high=200.0, ratio=0.533),
            PriceRow(place="Basel", currency="CHF", hours=None, own=90.0, own_adverts=2, area=None, askers=None, low=None, median=None, high=None, ratio=None),
        ),
        fewest=12,
        templates=(TemplateView(cluster=3, adverts=7, shown=((ids[0], pieces), (ids[1], pieces[:3]))),),
    )  # fmt: skip


class FakeNetworks:
    empty: bool

    _said: Callable[[Any], Any]
    """Of the desk that this is a part of."""

    def networks(self, actor: Actor, purpose: Purpose, *, offset: int, limit: int) -> tuple[Sequence[NetworkRow], int]:
        rows = [] if self.empty else [network_row(n) for n in range(30)]
        return self._said(rows[offset : offset + limit]), len(rows)

    def network(self, actor: Actor, purpose: Purpose, network: str) -> NetworkView:
        if purpose is Purpose.ADMINISTRATION:
            raise NotAllowed("read_lead: no rule allows it under the purpose administration")
        row = next((network_row(n) for n in range(30) if network_row(n).id == network), None)
        if row is None:
            raise NotFound("there is no such network")
        return self._said(network_view(row))

    def text(self, actor: Actor, purpose: Purpose, cluster: int) -> TextView:
        if purpose is Purpose.ADMINISTRATION:
            raise NotAllowed("read_lead: no rule allows it under the purpose administration")
        if cluster != 3:
            raise NotFound("there is no such text")
        view = network_view(network_row(0))
        rows = tuple(
            CutText(record=record, external_id=f"A-{n}", posted=DAY, place="Lyon", network="net_0000", pieces=pieces)
            for n, (record, pieces) in enumerate(view.templates[0].shown)
        )
        return self._said(TextView(cluster=3, adverts=7, shown=rows))

    def texts_of(self, actor: Actor, purpose: Purpose, records: Sequence[str]) -> Mapping[str, int]:
        return dict.fromkeys(records[:3], 3)

    def expand(self, actor: Actor, purpose: Purpose, text: str) -> ExpansionView:
        if "555" not in text:
            raise UsageError("search: no number, e-mail address, account name, web address or wallet was read in it")
        base = {"via": "", "texts": None, "hub": False, "network": "", "posted": None, "place": ""}
        rows = (
            FoundRow(**{**base, "kind": "phone", "label": "+33 1 42 55 50 00", "hops": 0, "strength": 1.0, "texts": 4}),
            FoundRow(**{**base, "kind": "advert", "label": "A-1001", "hops": 1, "strength": 0.43, "via": "+33 1 42 55 50 00",
                        "network": "net_0000", "posted": DAY, "place": "Lyon"}),
            FoundRow(**{**base, "kind": "url", "label": "hotel.example", "hops": 2, "strength": 0.26, "via": "A-1001", "texts": 900, "hub": True}),
        )  # fmt: skip
        return self._said(ExpansionView(read=("phone",), rows=rows, spent=True, nodes=300, hops=6))
