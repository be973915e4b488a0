"""The parts of one network's page, each worked out from the lake: what joins it, how it moves, what it asks, its texts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from string import ascii_uppercase
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clew.leads import journeys
from clew.leads.coordinates import cities_of, likeliest, points_of
from clew.leads.local_prices import HOURLY, LOCAL, against_local, priced
from clew.leads.network_view import (
    CircuitRow,
    ContradictionRow,
    Join,
    LegRow,
    PlacePoint,
    PriceRow,
    StayRow,
    TemplateView,
    TextPiece,
)
from clew.leads.types import GraphEdge, GraphNode
from clew.links import aligned
from clew.links.evidence import evidence_kinds
from clew.store.lake import Lake
from clew.workspace.weighing import wider_areas

SHOWN_CONTRADICTIONS = 30
SHOWN_STAYS = 200
SHOWN_PRICES = 40
SHOWN_TEMPLATES, SHOWN_TEXTS = 4, 3
CONTACTS = ("phone", "email", "handle")

POSTINGS = """
SELECT a.record_id AS record, a.posted, a.place, k.cluster, c.key, any_value(c.kind) AS kind
FROM adverts a JOIN members m USING (record_id) LEFT JOIN clusters k USING (record_id)
LEFT JOIN claims c ON c.record_id = a.record_id AND c.kind IN ('phone', 'email', 'handle')
WHERE m.network = $1 GROUP BY ALL ORDER BY a.posted, a.record_id, c.key
"""


def network_id(anchor: str) -> str:
    """A network is named after its earliest advert, as its lead is."""
    return "net_" + hashlib.sha256(anchor.encode()).hexdigest()[:16]


class Parts:
    """Reads the postings of one network once and answers what its page asks."""

    def __init__(self, lake: Lake, number: int) -> None:
        self._lake = lake
        self._number = number

    @cached_property
    def _postings(self) -> pa.Table:
        """record, posted, place, cluster, key, kind: a row for each contact of each advert, at least one an advert."""
        return self._lake.query(POSTINGS, [self._number])

    @cached_property
    def _adverts(self) -> pa.Table:
        return (
            self._postings.group_by("record", use_threads=False)
            .aggregate([("posted", "first"), ("place", "first"), ("cluster", "first")])
            .rename_columns(["record", "posted", "place", "cluster"])
        )

    @cached_property
    def _contacts(self) -> Mapping[str, str]:
        keys = [key for key in pc.unique(self._postings["key"]).to_pylist() if key]
        rows = self._lake.query(
            "SELECT key, any_value(value) AS value, any_value(kind) AS kind FROM claims WHERE key IN (SELECT unnest($1::VARCHAR[])) GROUP BY key",
            [keys],
        )
        return {row["key"]: row["value"] or f"{row['kind']} (sealed)" for row in rows.to_pylist()}

    # What joins it.

    def joins(self, shown: Sequence[str]) -> tuple[Join, ...]:
        """Every piece of evidence that holds two adverts or more together, the widest first; then hubs, which join nothing."""
        edges = self._lake.query(
            "SELECT e.kind, e.key, max(e.weight) AS weight, count(DISTINCT e.record) AS n, list(DISTINCT e.record ORDER BY e.record) AS records "
            "FROM evidence e JOIN members m ON m.record_id = e.record WHERE m.network = $1 GROUP BY e.kind, e.key "
            "HAVING n > 1 ORDER BY n DESC, weight DESC, min(e.record), e.kind",
            [self._number],
        ).to_pylist()
        hubs = self._lake.query(
            "SELECT c.kind, c.key, 0.0::DOUBLE AS weight, count(DISTINCT c.record_id) AS n, list(DISTINCT c.record_id ORDER BY c.record_id) AS records "
            "FROM claims c JOIN hubs h USING (kind, key) JOIN members m USING (record_id) WHERE m.network = $1 "
            "GROUP BY c.kind, c.key ORDER BY n DESC, min(c.record_id)",
            [self._number],
        ).to_pylist()
        labels = self._labels([row["key"] for row in (*edges, *hubs)])
        here = set(shown)
        return tuple(
            _join(number, row, labels, here, hub=number >= len(edges)) for number, row in enumerate((*edges, *hubs))
        )

    def graph(
        self, shown: Mapping[str, str], joins: Sequence[Join]
    ) -> tuple[tuple[GraphNode, ...], tuple[GraphEdge, ...]]:
        """The adverts shown (record -> label) and what joins two or more of them; hubs are drawn, and named as such."""
        held = [join for join in joins if len(join.records) > 1]
        nodes = [GraphNode(id=record, kind="advert", label=label) for record, label in shown.items()]
        nodes += [GraphNode(id=join.id, kind=join.kind, label=join.label, hub=join.hub) for join in held]
        edges = [
            GraphEdge(source=record, target=join.id, relation=join.words, weight=join.weight)
            for join in held
            for record in join.records
        ]
        return tuple(nodes), tuple(edges)

    def _labels(self, keys: Sequence[str]) -> Mapping[str, str]:
        rows = self._lake.query(
            "SELECT key, any_value(value) AS value FROM claims WHERE key IN (SELECT unnest($1::VARCHAR[])) AND value IS NOT NULL GROUP BY key",
            [list(keys)],
        )
        return {row["key"]: row["value"][:40] for row in rows.to_pylist()}

    # How it moves.

    @cached_property
    def _moving(self) -> pa.Table:
        """mover, place, posted, record: a mover is one text under one contact, the finest that adverts tell apart."""
        rows = self._postings
        cluster = pc.fill_null(pc.cast(rows["cluster"], pa.string()), "none")
        mover = pc.binary_join_element_wise(pc.fill_null(rows["key"], "none"), cluster, "/")
        return pa.table({"mover": mover, "place": rows["place"], "posted": rows["posted"], "record": rows["record"]})

    @cached_property
    def _stays(self) -> pa.Table:
        return journeys.stays(self._moving)

    @cached_property
    def _movers(self) -> Mapping[str, str]:
        """Mover -> a letter, the one with the most stays first."""
        counted = pc.value_counts(self._stays["mover"].combine_chunks()).to_pylist()
        ranked = sorted(counted, key=lambda each: -each["counts"])
        return {each["values"]: _letters(number) for number, each in enumerate(ranked)}

    def stays(self) -> tuple[StayRow, ...]:
        rows = self._stays.sort_by([("first", "ascending"), ("place", "ascending")]).slice(0, SHOWN_STAYS).to_pylist()
        return tuple(StayRow(**{**row, "mover": self._movers[row["mover"]]}) for row in rows)

    def legs(self) -> tuple[LegRow, ...]:
        return tuple(LegRow(**row) for row in journeys.legs(self._stays).slice(0, SHOWN_STAYS).to_pylist())

    def circuits(self) -> tuple[CircuitRow, ...]:
        rows = journeys.circuits(self._stays).to_pylist()
        rows.sort(key=lambda row: (-row["tours"] * len(row["tour"]), self._movers[row["mover"]]))
        return tuple(
            CircuitRow(**{**row, "mover": self._movers[row["mover"]], "tour": tuple(row["tour"])}) for row in rows
        )

    def contradictions(self) -> tuple[tuple[ContradictionRow, ...], int]:
        """The strongest, and how many there are: of one contact at a time."""
        rows = self._postings
        table = pa.table(
            {"mover": rows["key"], "place": rows["place"], "posted": rows["posted"], "record": rows["record"]}
        )
        points = points_of(name for name in pc.unique(rows["place"]).to_pylist() if name)
        found = journeys.contradictions(table, points)
        shown = found.slice(0, SHOWN_CONTRADICTIONS).to_pylist()
        return tuple(
            ContradictionRow(contact=self._contacts.get(row.pop("mover"), ""), **row) for row in shown
        ), found.num_rows

    def points(self) -> tuple[tuple[PlacePoint, ...], int]:
        """Places on the map, most adverts first; and how many adverts are on none."""
        counted = pc.value_counts(self._adverts["place"]).to_pylist()
        names = [each["values"] for each in counted if each["values"]]
        meant = likeliest(names, self._contacts.values())
        found = [
            PlacePoint(
                place=each["values"],
                label=meant[each["values"]].label,
                latitude=meant[each["values"]].latitude,
                longitude=meant[each["values"]].longitude,
                adverts=each["counts"],
                others=len(cities_of(each["values"])) - 1,
            )
            for each in counted
            if each["values"] in meant
        ]
        placed = sum(point.adverts for point in found)
        return tuple(sorted(found, key=lambda p: (-p.adverts, p.place))), self._adverts.num_rows - placed

    # What it asks.

    def prices(self) -> tuple[PriceRow, ...]:
        names = self._lake.names()
        if "local_prices" not in names:
            return ()
        claims = self._lake.query(
            "SELECT c.record_id AS record, c.value FROM claims c JOIN members m USING (record_id) "
            "WHERE m.network = $1 AND c.kind = 'price' AND c.value IS NOT NULL AND m.record_kind = 'advert' ORDER BY c.record_id, c.start",
            [self._number],
        )
        own = priced(claims) if claims.num_rows else HOURLY.empty_table()
        asker = pa.repeat(pa.scalar(str(self._number)), self._adverts.num_rows)
        adverts = self._adverts.select(["record", "place"]).append_column("asker", asker)
        local = self._lake.read("local_prices", LOCAL.names)
        wider = wider_areas(name for name in pc.unique(adverts["place"]).to_pylist() if name)
        found = against_local(own, adverts, str(self._number), local, wider)
        rows = sorted(found.to_pylist(), key=lambda row: (row["median"] is None, -row["own_adverts"], row["place"]))
        return tuple(PriceRow(**row) for row in rows[:SHOWN_PRICES])

    # Its texts.

    def templates(self) -> tuple[TemplateView, ...]:
        """The most used texts with a template, the first adverts of each cut into what they share and what they fill in."""
        used = self._adverts.group_by("cluster").aggregate([("record", "count")]).to_pylist()
        used = sorted(
            (u for u in used if u["cluster"] is not None and u["record_count"] > 1),
            key=lambda u: (-u["record_count"], u["cluster"]),
        )
        return tuple(self._template(u["cluster"], u["record_count"]) for u in used[:SHOWN_TEMPLATES])

    def _template(self, cluster: int, count: int) -> TemplateView:
        rows = self._lake.query(
            "SELECT a.record_id, a.text FROM adverts a JOIN members m USING (record_id) JOIN clusters k USING (record_id) "
            "WHERE m.network = $1 AND k.cluster = $2 AND a.text IS NOT NULL ORDER BY a.posted, a.record_id LIMIT 24",
            [self._number, cluster],
        ).to_pylist()
        cut = aligned([row["text"] for row in rows])
        shown = []
        for row, segments in list(zip(rows, cut, strict=True))[:SHOWN_TEXTS]:
            pieces = tuple(TextPiece(text=s.text, kind=s.kind, slot=s.slot) for s in segments)
            shown.append((row["record_id"], pieces))
        return TemplateView(cluster=cluster, adverts=count, shown=tuple(shown))


def _letters(number: int) -> str:
    """A, B, … Z, AA, AB, …

    >>> [_letters(n) for n in (0, 25, 26, 27)]
    ['A', 'Z', 'AA', 'AB']
    """
    first, rest = divmod(number, 26)
    return (_letters(first - 1) if first else "") + ascii_uppercase[rest]


def _join(number: int, row: Mapping[str, Any], labels: Mapping[str, str], here: set[str], *, hub: bool) -> Join:
    kinds = [evidence_kinds()[kind] for kind in row["kind"].split(", ")]
    own = labels.get(row["key"])
    return Join(
        id=f"join_{number}",
        kind=row["kind"],
        words=" and ".join(kind.words for kind in kinds),
        label=own
        or {"text": "one text", "thread": "one conversation"}.get(
            row["kind"], "two texts" if len(kinds) > 1 else "sealed"
        ),
        records=tuple(record for record in row["records"] if record in here),
        count=row["n"],
        weight=round(row["weight"], 3),
        reason=" ".join(kind.reason for kind in kinds),
        hub=hub,
    )
