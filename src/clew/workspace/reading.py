"""What a person sees of a workspace: overview, queue, one lead, cases, flows, the log. Every reading is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from clew.desk import Overview
from clew.leads.explain import contribution, honest_label, innocent_reading, short_words, standing
from clew.leads.types import ClassView, Evidence, GraphEdge, GraphNode, LeadRow, LeadView
from clew.records import KINDS
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import NotFound
from clew.safeguards.permissions import Action, decide
from clew.store.accessing import Withheld
from clew.workspace.access import OF_LEADS, Access
from clew.workspace.chain import OPEN_TEXTS, SEALED_TEXTS

SHOWN_RECORDS = 60
"""Records that a lead page shows; the rest are counted."""
SHOWN_SEALED = 12
"""Sealed records that a lead page opens at once."""


class Reading(Access):
    def overview(self, actor: Actor) -> Overview:
        """What is here and what waits; totals that name nobody."""
        self.vault.require(actor, Action.READ_OVERVIEW, self.purpose_for(actor, Action.READ_OVERVIEW))
        leads = set(self._leads()["lead"].to_pylist())
        judged = {lead for lead, judgement in self._standing().items() if judgement is not None and lead in leads}
        return Overview(
            records={plural: self.lake.count(plural) for plural in KINDS},
            failed=self.failed(),
            leads_open=len(leads) - len(judged),
            leads_judged=len(judged),
            sources=[self._source_row(source) for source in self.vault.sources()],
        )

    def failed(self) -> Mapping[str, int]:
        """Detector -> texts that it could not read. `not read yet` are texts that no run has seen.

        Records that a person set aside (`set_aside`) are left out. A run that recorded more failures in the log than the
        lake now holds counts with what it recorded: the lake alone cannot open the door.
        """
        aside = self._set_aside()
        names = self.lake.names()
        found: dict[str, int] = {}
        failures = self.lake.read("failures", ["record_id", "detector"]).to_pylist() if "failures" in names else []
        for row in failures:
            if row["record_id"] not in aside:
                found[row["detector"]] = found.get(row["detector"], 0) + 1
        unread = [record for record in self._unread(names) if record not in aside]
        if unread:
            found["not read yet"] = len(unread)
        missing = self.vault.last_count(Action.RUN_CHAIN.value, "failures") - len(failures)
        if missing > 0:
            found["failures that left the lake"] = missing
        return found

    def _unread(self, names: Sequence[str]) -> Sequence[str]:
        """Records whose text no run has read since they were added."""
        parts = [f"SELECT record_id FROM {plural} WHERE {column} IS NOT NULL" for plural, column in OPEN_TEXTS.items()]  # noqa: S608 (names are ours)
        there = set(self.lake.query(" UNION ALL ".join(parts))["record_id"].to_pylist())
        for plural in SEALED_TEXTS:
            there |= self.vault.live_ids(plural)
        there -= self.vault.not_for_leads()
        read = (
            set(self.lake.read("texts_read", ["record_id"])["record_id"].to_pylist())
            if "texts_read" in names
            else set()
        )
        return sorted(there - read)

    def _set_aside(self) -> frozenset[str]:
        prefix = "aside:"
        found = (
            (lead, each) for lead, each in self._standing().items() if lead.startswith(prefix) and each is not None
        )
        return frozenset(lead.removeprefix(prefix) for lead, each in found if each.verdict is Verdict.YES)

    def set_aside(self, actor: Actor, purpose: Purpose, record: str, reason: str) -> Judgement:
        """A person's signed word that a record which cannot be read need not hold releases up; taken back like any other."""
        known = (
            self.lake.query("SELECT record_id FROM failures WHERE record_id = $1", [record])
            if "failures" in self.lake.names()
            else None
        )
        if known is None or not known.num_rows:
            raise NotFound("there is no record of that id that a detector could not read")
        return self.vault.append_judgement(actor, purpose, f"aside:{record}", Verdict.YES, reason)

    def _source_row(self, source: Any) -> Mapping[str, Any]:
        counts = " UNION ALL ".join(f"SELECT count(*) AS n FROM {plural} WHERE source_id = $1" for plural in KINDS)  # noqa: S608 (names are ours)
        records = self.lake.query(f"SELECT sum(n) AS n FROM ({counts})", [source.id])["n"][0].as_py()  # noqa: S608 (names are ours)
        return {
            "name": source.name,
            "basis": source.basis.value,
            "purpose": source.purpose,
            "retention_days": source.retention_days,
            "tlp": source.tlp.value,
            "records": int(records or 0),
        }

    # Leads.

    def _leads(self) -> pa.Table:
        from clew.leads.queue import LEADS

        return self.lake.read("leads") if "leads" in self.lake.names() else LEADS.empty_table()

    def _followed(self) -> Mapping[str, str]:
        """Names of leads that grew together with another -> the lead that goes on, as of the last run."""
        if "followed" not in self.lake.names():
            return {}
        return {row["old"]: row["lead"] for row in self.lake.read("followed").to_pylist()}

    def _standing(self) -> Mapping[str, Judgement | None]:
        """The answer that holds for each lead; an answer to a lead that grew into another counts for the one that goes on."""
        followed = self._followed()
        by_lead: dict[str, list[Judgement]] = {}
        for judgement in self.vault.judgements():
            by_lead.setdefault(followed.get(judgement.lead, judgement.lead), []).append(judgement)
        return {lead: standing(judgements) for lead, judgements in by_lead.items()}

    def leads(
        self,
        actor: Actor,
        purpose: Purpose,
        *,
        judged: bool | None = None,
        query: str = "",
        offset: int = 0,
        limit: int = 50,
        asked: bool = False,
    ) -> tuple[Sequence[LeadRow], int]:
        """The queue, most points first: all of it, the open part or the judged part, and how many there are.

        `asked` keeps those whose answer would teach most. `query` is looked for in lead names, advert texts and identifiers; that a search was made is recorded, what was
        searched for is not.
        """
        self.vault.require(actor, Action.READ_LEAD, purpose, "queue")
        table = self._leads()
        answers = self._standing()
        names = table["lead"].to_pylist()
        chosen = [judged is None or (answers.get(name) is not None) is judged for name in names]
        shut = self.hidden_leads(self.withheld_from_leads(actor, purpose))
        if shut:
            chosen = [keep and name not in shut for keep, name in zip(chosen, names, strict=True)]
        if asked:
            wanted = {lead for lead, row in self._classed(names).items() if row["asked"] and answers.get(lead) is None}
            chosen = [keep and name in wanted for keep, name in zip(chosen, names, strict=True)]
        if query.strip():
            found = self._search(query.strip(), self.withheld_from_leads(actor, purpose))
            self.vault.record(actor, "search", "queue", purpose, {"leads": len(found)})
            chosen = [keep and name in found for keep, name in zip(chosen, names, strict=True)]
        kept = self._in_order(actor, table.filter(pa.array(chosen, pa.bool_())))
        rows = kept.slice(offset, limit).to_pylist()
        strongest = self._strongest([row["lead"] for row in rows])
        shown = [_lead_row(row, strongest.get(row["lead"], {}), answers.get(row["lead"])) for row in rows]
        return self._with_classes(shown), kept.num_rows

    def _in_order(self, actor: Actor, leads: pa.Table) -> pa.Table:  # noqa: ARG002 (a guarded workspace looks who asks)
        """The queue as this person meets it; most points first unless answers come before the score."""
        return leads

    def _classed(self, leads: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Lead -> what the last run made of its class."""
        if "classed" not in self.lake.names():
            return {}
        found = self.lake.query("SELECT * FROM classed WHERE lead IN (SELECT unnest($1::VARCHAR[]))", [list(leads)])
        return {row["lead"]: row for row in found.to_pylist()}

    def _with_classes(self, rows: Sequence[LeadRow]) -> Sequence[LeadRow]:
        """Rows as they are; a workspace with classes adds them."""
        return rows

    def _class_view(self, row: Mapping[str, Any]) -> ClassView | None:  # noqa: ARG002 (a workspace with classes reads it)
        """What a lead looks like; None where no classes are worked out."""
        return None

    def _search(self, query: str, out: Withheld) -> frozenset[str]:
        """Leads whose name, texts or identifiers hold this; of records that are withheld nothing is looked at."""
        if "leads" not in self.lake.names():
            return frozenset()
        wanted = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        sources = " UNION ALL ".join(f"SELECT record_id, source_id FROM {plural}" for plural in OF_LEADS)  # noqa: S608 (ours)
        found = self.lake.query(
            f"WITH of AS ({sources}), shut AS (SELECT record_id FROM of WHERE record_id IN (SELECT unnest($3::VARCHAR[])) "  # noqa: S608
            "OR (source_id IN (SELECT unnest($4::VARCHAR[])) AND record_id NOT IN (SELECT unnest($5::VARCHAR[])))) "
            "SELECT DISTINCT l.lead FROM leads l JOIN members m USING (network) "
            "LEFT JOIN adverts a USING (record_id) LEFT JOIN claims c USING (record_id) "
            "WHERE l.lead ILIKE $1 ESCAPE '\\' OR (record_id NOT IN (SELECT record_id FROM shut) AND "
            "(a.text ILIKE $1 ESCAPE '\\' OR a.external_id = $2 OR c.value ILIKE $1 ESCAPE '\\'))",
            [wanted, query, sorted(out.records), sorted(out.sources), sorted(out.opened)],
        )
        return frozenset(found["lead"].to_pylist())

    def _strongest(self, leads: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Lead -> the words of its strongest reason for and against."""
        if not leads:
            return {}
        rows = self.lake.query(
            "SELECT * FROM reasons WHERE lead IN (SELECT unnest($1)) ORDER BY lead, abs(points) DESC", [list(leads)]
        )
        found: dict[str, dict[str, str]] = {}
        for row in rows.to_pylist():
            side = "for" if row["points"] > 0 else "against"
            found.setdefault(row["lead"], {}).setdefault(side, short_words(row["sign"], row["number"]))
        return found

    def lead(self, actor: Actor, purpose: Purpose, lead: str) -> LeadView:
        """Everything the lead page shows; that it was read is recorded."""
        self.vault.require(actor, Action.READ_LEAD, purpose, lead)
        followed = self._followed()
        lead = followed.get(lead, lead)
        row = next(iter(self._leads().filter(_equal("lead", lead)).to_pylist()), None)
        if row is None:
            raise NotFound("there is no such lead")
        self.vault.record(actor, Action.READ_LEAD.value, lead, purpose)
        judgements = self._judgements_of(lead, followed)
        reasons = self._reasons(row)
        evidence, total = self._evidence(actor, purpose, row["network"])
        nodes, edges = self._graph([item.record for item in evidence], {item.record: item for item in evidence})
        return LeadView(
            row=self._with_classes([_lead_row(row, self._strongest([lead]).get(lead, {}), standing(judgements))])[0],
            contributions=reasons,
            innocent=innocent_reading(reasons),
            evidence=evidence,
            nodes=nodes,
            edges=edges,
            hidden_nodes=total - len(evidence),
            judgements=tuple(self._named(judgements)),
            label=honest_label(row["points"], self._judged_points()),
            classing=self._class_view(row),
            grown={each.id: each.lead for each in judgements if each.lead != lead},
            unread=self._unread_in(row["network"]),
        )

    def _unread_in(self, network: int) -> Mapping[str, int]:
        """Detector -> records of the network that it failed on, those set aside too."""
        if "failures" not in self.lake.names():
            return {}
        found = self.lake.query(
            "SELECT detector, count(DISTINCT record_id) AS records FROM failures JOIN members USING (record_id) "
            "WHERE network = $1 GROUP BY detector ORDER BY detector",
            [network],
        )
        return {row["detector"]: row["records"] for row in found.to_pylist()}

    def _judgements_of(self, lead: str, followed: Mapping[str, str]) -> Sequence[Judgement]:
        """Answers to a lead and to those that grew into it, oldest first; each keeps the name it was signed for."""
        names = [lead, *(old for old, now in followed.items() if now == lead)]
        found = [each for name in names for each in self.vault.judgements(name)]
        return sorted(found, key=lambda each: (each.at, each.id))

    def _named(self, judgements: Sequence[Judgement]) -> Sequence[Judgement]:
        """Judgements to show: who judged by name. Their signatures are over the account's id, not over this."""
        names = self.names()
        return [replace(each, actor=names.get(each.actor, each.actor)) for each in judgements]

    def _judged_points(self) -> Sequence[tuple[float, Verdict]]:
        points = dict(zip(self._leads()["lead"].to_pylist(), self._leads()["points"].to_pylist(), strict=True))
        return [(points[lead], j.verdict) for lead, j in self._standing().items() if j is not None and lead in points]

    def _reasons(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        shown = self.lake.query("SELECT sign, evidence FROM signs WHERE network = $1", [row["network"]]).to_pylist()
        evidence = {item["sign"]: item["evidence"] for item in shown}
        reasons = self.lake.query(
            "SELECT * FROM reasons WHERE lead = $1 ORDER BY abs(points) DESC, sign", [row["lead"]]
        ).to_pylist()
        return tuple(contribution(reason, evidence.get(reason["sign"], ())) for reason in reasons)

    def _evidence(self, actor: Actor, purpose: Purpose, network: int) -> tuple[tuple[Evidence, ...], int]:
        """Adverts first in order of time, then reports; and how many records the network has in all."""
        members = self.lake.query("SELECT record_id, record_kind FROM members WHERE network = $1", [network])
        out = self.withheld_from_leads(actor, purpose)
        shut = [sorted(out.records), sorted(out.sources), sorted(out.opened)]
        adverts = self.lake.query(
            "SELECT a.* FROM adverts a JOIN members m USING (record_id) WHERE m.network = $1 AND "
            "a.record_id NOT IN (SELECT unnest($3::VARCHAR[])) AND (a.source_id NOT IN (SELECT unnest($4::VARCHAR[])) "
            "OR a.record_id IN (SELECT unnest($5::VARCHAR[]))) ORDER BY a.posted, a.record_id LIMIT $2",
            [network, SHOWN_RECORDS, *shut],
        )
        spans = self._spans(adverts["record_id"].to_pylist())
        sources = {source.id: source.name for source in self.vault.sources()}
        shown = [_advert_evidence(row, sources, spans.get(row["record_id"], ())) for row in adverts.to_pylist()]
        for kind in ("tip", "call", "conversation"):
            ids = members.filter(_equal("record_kind", kind))["record_id"].to_pylist()
            ids = self._open_of(actor, purpose, ids)
            shown += self._sealed_evidence(actor, purpose, kind, sorted(ids)[:SHOWN_SEALED], sources)
        return tuple(shown), members.num_rows

    def _open_of(self, actor: Actor, purpose: Purpose, records: Sequence[str]) -> Sequence[str]:
        """Those of these sealed records that may be read with a lead."""
        able = decide(actor, Action.READ_SEALED_TEXT, purpose).allowed
        action = Action.READ_SEALED_TEXT if able else Action.READ_LEAD
        explained = (
            (f.record, self.vault.explain_access(actor, action, purpose, f)) for f in self.record_facts(records)
        )
        return [record for record, found in explained if found.decision.allowed]

    def _spans(self, records: Sequence[str]) -> Mapping[str, Sequence[tuple[int, int, str]]]:
        rows = self.lake.query(
            "SELECT record_id, start, \"end\", kind FROM claims WHERE record_id IN (SELECT unnest($1)) AND start IS NOT NULL AND kind <> 'language' ORDER BY record_id, start",
            [list(records)],
        )
        spans: dict[str, list[tuple[int, int, str]]] = {}
        for row in rows.to_pylist():
            spans.setdefault(row["record_id"], []).append((row["start"], row["end"], row["kind"]))
        return spans

    def _sealed_evidence(
        self, actor: Actor, purpose: Purpose, kind: str, records: Sequence[str], sources: Mapping[str, str]
    ) -> list[Evidence]:
        """Reports on a lead: in words where the actor may read them, otherwise only that they are there."""
        if not records:
            return []
        words: Mapping[str, Mapping[str, str]] = {}
        if decide(actor, Action.READ_SEALED_TEXT, purpose).allowed:
            words = self.vault.unseal(records, actor, purpose, why="shown on a lead", action=Action.READ_SEALED_TEXT)
        at = {"tip": "received", "call": "received", "conversation": "sent"}[kind]
        place = "NULL" if kind == "conversation" else "area"
        rows = self.lake.query(
            f"SELECT record_id, external_id, source_id, {at} AS seen_at, {place} AS place FROM {kind}s WHERE record_id IN (SELECT unnest($1)) ORDER BY seen_at, record_id",  # noqa: S608 (names are ours)
            [list(records)],
        )
        return [
            Evidence(
                record=row["record_id"],
                kind=kind,
                external_id=row["external_id"][:12],
                source=sources.get(row["source_id"], ""),
                posted=row["seen_at"],
                place=row["place"],
                text=words.get(row["record_id"], {}).get("text"),
            )
            for row in rows.to_pylist()
        ]

    def _graph(
        self, records: Sequence[str], evidence: Mapping[str, Evidence]
    ) -> tuple[tuple[GraphNode, ...], tuple[GraphEdge, ...]]:
        """The records shown and the identifiers that two or more of them share."""
        edges = self.lake.query(
            "SELECT record, kind, key, weight FROM edges WHERE record IN (SELECT unnest($1)) ORDER BY kind, key, record",
            [list(records)],
        ).to_pylist()
        labels = self._labels([edge["key"] for edge in edges])
        hubs = {(row["kind"], row["key"]) for row in self.lake.query("SELECT kind, key FROM hubs").to_pylist()}
        uses: dict[str, int] = {}
        for edge in edges:
            uses[edge["key"]] = uses.get(edge["key"], 0) + 1
        nodes = [
            GraphNode(id=record, kind=evidence[record].kind, label=evidence[record].external_id) for record in records
        ]
        for kind, key in sorted({(edge["kind"], edge["key"]) for edge in edges if uses[edge["key"]] > 1}):
            nodes.append(GraphNode(id=key, kind=kind, label=labels.get(key, kind), hub=(kind, key) in hubs))
        shared = [
            GraphEdge(source=edge["record"], target=edge["key"], relation=f"same {edge['kind']}", weight=edge["weight"])
            for edge in edges
            if uses[edge["key"]] > 1
        ]
        return tuple(nodes), tuple(shared)

    def _labels(self, keys: Sequence[str]) -> Mapping[str, str]:
        rows = self.lake.query(
            "SELECT key, any_value(value) AS value FROM claims WHERE key IN (SELECT unnest($1)) AND value IS NOT NULL GROUP BY key",
            [list(set(keys))],
        )
        return {row["key"]: row["value"][:24] for row in rows.to_pylist()}

    def judge(
        self, actor: Actor, purpose: Purpose, lead: str, verdict: Verdict, reason: str, reverses: str | None = None
    ) -> Judgement:
        """Signs a person's answer. Nothing else changes what a lead is.

        An answer that was given to a lead which grew into this one is taken back under the name that it was signed for.
        """
        followed = self._followed()
        lead = followed.get(lead, lead)
        earlier = {each.id: each.lead for each in self._judgements_of(lead, followed)} if reverses else {}
        if lead not in self._leads()["lead"].to_pylist():
            raise NotFound("there is no such lead")
        return self.vault.append_judgement(actor, purpose, earlier.get(reverses or "", lead), verdict, reason, reverses)


def _equal(column: str, value: Any) -> Any:
    import pyarrow.compute as pc

    return pc.field(column) == value


def _lead_row(row: Mapping[str, Any], strongest: Mapping[str, str], judgement: Judgement | None) -> LeadRow:
    return LeadRow(
        id=row["lead"],
        question=row["question"],
        points=round(row["points"], 1),
        adverts=row["adverts"],
        places=row["places"],
        first=row["first"],
        last=row["last"],
        strongest_for=strongest.get("for", ""),
        strongest_against=strongest.get("against", ""),
        verdict=judgement.verdict if judgement else None,
    )


def _advert_evidence(
    row: Mapping[str, Any], sources: Mapping[str, str], spans: Sequence[tuple[int, int, str]]
) -> Evidence:
    posted: datetime | None = row["posted"]
    return Evidence(
        record=row["record_id"],
        kind="advert",
        external_id=row["external_id"],
        source=sources.get(row["source_id"], ""),
        posted=posted,
        place=row["place"],
        text=row["text"],
        spans=tuple(spans),
    )
