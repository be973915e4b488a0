"""Networks as a person sees them: the list, one network, and what else belongs to an identifier. Every reading is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from clew.leads.local_prices import FEWEST
from clew.leads.network_view import ExpansionView, FoundRow, NetworkRow, NetworkView
from clew.links import Budget, EvidenceIndex, expand
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.signals import scan
from clew.workspace.joining import BULK_HANDS, JOINING
from clew.workspace.network_parts import Parts, network_id
from clew.workspace.reading import Reading

BUDGET = Budget(nodes=300, hops=6)
ASKED_MOST = 500
"""Characters of what is looked for."""


class Networks(Reading):
    _index: tuple[tuple[int, str], EvidenceIndex] | None = None

    def networks(
        self, actor: Actor, purpose: Purpose, *, offset: int = 0, limit: int = 50
    ) -> tuple[Sequence[NetworkRow], int]:
        """Networks of two adverts or more, the largest first, and how many there are."""
        self.vault.require(actor, Action.READ_LEAD, purpose, "networks")
        if not {"features", "anchors"} <= set(self.lake.names()):
            return (), 0
        where = "FROM features f JOIN anchors a USING (network) LEFT JOIN leads l USING (network) WHERE f.adverts > 1"
        total = self.lake.query(f"SELECT count(*) AS n {where}")["n"][0].as_py()
        rows = self.lake.query(
            f"SELECT f.*, a.record_id, coalesce(l.lead, '') AS lead {where} "
            "ORDER BY f.adverts DESC, a.record_id LIMIT $1 OFFSET $2",
            [limit, offset],
        )
        return [_row(row) for row in rows.to_pylist()], int(total)

    def network(self, actor: Actor, purpose: Purpose, network: str) -> NetworkView:
        """Everything a network's page shows. A name stays valid while its first record is in some network."""
        self.vault.require(actor, Action.READ_LEAD, purpose, network)
        number = self._network_number(network)
        row = self.lake.query(
            "SELECT f.*, a.record_id, coalesce(l.lead, '') AS lead, coalesce(l.question, '') AS question "
            "FROM features f JOIN anchors a USING (network) LEFT JOIN leads l USING (network) WHERE f.network = $1",
            [number],
        ).to_pylist()
        if not row:
            raise NotFound("there is no such network")
        self.vault.record(actor, Action.READ_LEAD.value, network, purpose)
        members, hidden = self._evidence_of_adverts(number)
        parts = Parts(self.lake, number)
        joins = parts.joins([each.record for each in members])
        graph = parts.graph({each.record: each.external_id for each in members}, joins)
        points, unplaced = parts.points()
        found, contradicting = parts.contradictions()
        return NetworkView(
            row=_row(row[0]),
            question=row[0]["question"],
            joins=joins,
            members=members,
            hidden=hidden,
            nodes=graph[0],
            edges=graph[1],
            points=points,
            unplaced=unplaced,
            stays=parts.stays(),
            legs=parts.legs(),
            circuits=parts.circuits(),
            contradictions=found,
            contradicting=contradicting,
            prices=parts.prices(),
            fewest=FEWEST,
            templates=parts.templates(),
        )

    def _network_number(self, network: str) -> int:
        if "anchors" in self.lake.names():
            found = self.lake.query(
                "SELECT network FROM members WHERE record_kind = 'advert' AND 'net_' || left(sha256(record_id), 16) = $1",
                [network],
            )
            if found.num_rows:
                return int(found["network"][0].as_py())
        raise NotFound("there is no such network")

    def _evidence_of_adverts(self, number: int) -> tuple[tuple[Any, ...], int]:
        from clew.workspace.reading import SHOWN_RECORDS, _advert_evidence

        adverts = self.lake.query(
            "SELECT a.*, count(*) OVER () AS total FROM adverts a JOIN members m USING (record_id) WHERE m.network = $1 "
            "ORDER BY a.posted, a.record_id LIMIT $2",
            [number, SHOWN_RECORDS],
        )
        spans = self._spans(adverts["record_id"].to_pylist())
        sources = {source.id: source.name for source in self.vault.sources()}
        rows = adverts.to_pylist()
        shown = tuple(_advert_evidence(row, sources, spans.get(row["record_id"], ())) for row in rows)
        return shown, (int(rows[0]["total"]) if rows else 0) - len(shown)

    # What else belongs to this?

    def expand(self, actor: Actor, purpose: Purpose, text: str) -> ExpansionView:
        """What hangs together with the identifiers in a text, the strongest first. What was asked is not recorded, that it was is.

        The text is read as an advert is: a number in words is a number. UsageError where it names nothing.
        """
        self.vault.require(actor, Action.READ_LEAD, purpose, "networks")
        asked = text.strip()
        if not asked or len(asked) > ASKED_MOST:
            raise UsageError(f"search: write a number, an address or a name, at most {ASKED_MOST} characters")
        detection = scan([asked], region=self.settings.region or None)
        if detection.failures.num_rows:
            raise UsageError("search: a detector could not read what was written")
        signals = detection.signals
        kinds, values = signals["kind"].to_pylist(), signals["value"].to_pylist()
        wanted = [(k, v) for k, v in zip(kinds, values, strict=True) if k in JOINING]
        if not wanted:
            raise UsageError("search: no number, e-mail address, account name, web address or wallet was read in it")
        keys = self.keys.pseudonyms(pa.array([k for k, _ in wanted]), pa.array([v for _, v in wanted])).to_pylist()
        seeds = [f"{kind}:{key}" for (kind, _), key in zip(wanted, keys, strict=True)]
        found = expand(self._evidence_index(), list(dict.fromkeys(seeds)), budget=BUDGET)
        rows = self._found_rows(found.found, dict(zip(keys, (v for _, v in wanted), strict=True)))
        self.vault.record(actor, "search", "networks", purpose, {"found": len(rows)})
        return ExpansionView(
            read=tuple(dict.fromkeys(kind for kind, _ in wanted)),
            rows=rows,
            spent=found.spent,
            nodes=BUDGET.nodes,
            hops=BUDGET.hops,
        )

    def _evidence_index(self) -> EvidenceIndex:
        """Built when first asked, and anew after a run or when records went."""
        if not {"claims", "clusters", "evidence"} <= set(self.lake.names()):
            raise NotFound("nothing was run yet: 'clew run' reads the adverts first")
        state = (self.lake.count("claims"), self._last_run())
        if self._index is None or self._index[0] != state:
            mentions = self.lake.query(
                "SELECT DISTINCT c.record_id AS record, c.kind, c.key, k.cluster FROM claims c LEFT JOIN clusters k USING (record_id) "
                "WHERE c.kind IN (SELECT unnest($1)) UNION ALL SELECT e.record, e.kind, e.key, k.cluster FROM evidence e "
                "JOIN clusters k ON k.record_id = e.record WHERE e.kind = 'text' ORDER BY record, kind, key",
                [list(JOINING)],
            )
            hubs = self.lake.query(
                "SELECT kind, key FROM hubs UNION ALL SELECT 'text', e.key FROM evidence e JOIN claims c ON c.record_id = e.record "
                "WHERE e.kind = 'text' AND c.kind IN ('phone', 'email', 'handle') GROUP BY e.key HAVING count(DISTINCT c.key) >= $1",
                [BULK_HANDS],
            )
            self._index = (state, EvidenceIndex.of(mentions, hubs))
        return self._index[1]

    def _last_run(self) -> str:
        """Changes with every run: the rows that the runs left in the lake are of one table version."""
        found = self.lake.query("SELECT max(table_oid) AS oid FROM duckdb_tables() WHERE table_name = 'claims'")
        return str(found["oid"][0].as_py())

    def _found_rows(self, found: pa.Table, asked: Mapping[str, str]) -> tuple[FoundRow, ...]:
        rows = found.to_pylist()
        records = [row["node"] for row in rows if row["kind"] == "record"]
        about = self.lake.query(
            "SELECT m.record_id, m.record_kind, m.network, a.external_id, a.posted, a.place, n.record_id AS anchor FROM members m "
            "LEFT JOIN adverts a USING (record_id) LEFT JOIN anchors n USING (network) WHERE m.record_id IN (SELECT unnest($1::VARCHAR[]))",
            [records],
        )
        known = {row["record_id"]: row for row in about.to_pylist()}
        labels = {**self._labels([row["node"] for row in rows if row["kind"] != "record"]), **asked}

        def named(kind: str | None, node: str | None) -> str:
            if node is None or kind is None:
                return ""
            if kind != "record":
                return labels.get(node, "one text" if kind == "text" else f"{kind} (sealed)")
            about_it = known.get(node)
            return (about_it["external_id"] or f"{about_it['record_kind']} (sealed)") if about_it else "record"

        out = []
        for row in rows:
            here = known.get(row["node"], {}) if row["kind"] == "record" else {}
            out.append(
                FoundRow(
                    kind=here.get("record_kind", row["kind"]),
                    label=named(row["kind"], row["node"]),
                    hops=row["hops"],
                    strength=row["strength"],
                    via=named(row["via_kind"], row["via"]),
                    texts=row["texts"],
                    hub=row["hub"],
                    network=network_id(here["anchor"]) if here.get("anchor") else "",
                    posted=here.get("posted"),
                    place=here.get("place") or "",
                )
            )
        return tuple(out)


def _row(row: Mapping[str, Any]) -> NetworkRow:
    return NetworkRow(
        id=network_id(row["record_id"]),
        adverts=row["adverts"],
        contacts=row["contacts"],
        texts=row["texts"],
        places=row["places"],
        reports=row["tips"] + row["calls"] + row["conversations"],
        first=row["first"],
        last=row["last"],
        lead=row["lead"],
    )
