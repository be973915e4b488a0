"""Which cases may be one person: linked over sealed fields that nobody sees, and kept as proposals.

Linking opens identity fields as one recorded machine read, as the chain does. What rests in the lake afterwards is ids,
field names and weights, never a value. No record is merged: what is joined is a mark that a judgement takes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from clew.desk import ProposalLine
from clew.links.persons.steps import SCHEMA as STEPS
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import UsageError
from clew.safeguards.permissions import Action
from clew.workspace.access import Access
from clew.workspace.person_subjects import (
    Joined,
    Members,
    edges_of,
    resolved,
    standing_verdicts,
    state_of,
    subject_of,
)

if TYPE_CHECKING:
    from clew.links.persons import Linkage, LinkOptions

SEALED = {
    "first_name": "given_name",
    "second_name": "family_name",
    "birthdate": "birth_date",
    "phone": "phone",
    "email": "email",
    "address": "address",
}
"""Sealed fields that are compared, and what the linkage calls them."""
OPEN = {"gender": "gender", "citizenship": "citizenship"}
CLUSTERS = pa.schema(
    [("record_id", pa.string()), ("subject", pa.string()), ("probability", pa.float64()), ("review", pa.string())]
)
SETS = pa.schema([("subject", pa.string()), ("record_id", pa.string())])
RUNS = pa.schema(
    [
        ("at", pa.string()),
        ("compared", pa.int64()),
        ("unnamed", pa.int64()),
        ("cut_bits", pa.float64()),
        ("precision", pa.float64()),
        ("recall", pa.float64()),
    ]
)
TABLES = {"person_clusters": CLUSTERS, "person_steps": STEPS, "person_sets": SETS, "person_runs": RUNS}
WAITS = ("waiting", "not_sure")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPersons:
    """What linking the cases came to."""

    compared: int
    unnamed: int
    """Cases in which nothing tells a person apart."""
    clusters: int
    """Proposals of two cases or more."""
    waiting: int
    judgements: int
    """Standing verdicts that bound the linkage."""
    lost: int
    """Standing verdicts on sets whose members the lake no longer knows; they bind nothing."""


class PersonLinking(Access):
    def link_persons(self, actor: Actor, options: LinkOptions | None = None) -> LinkedPersons:
        """Links all cases anew, bound by the judgements that stand. The same cases give the same proposals.

        Options may put more to a person than the usual ones do, never less. Raises UsageError for looser ones and where
        Splink is not installed, Conflict where judgements contradict each other.
        """
        if options is not None:
            _no_looser(options)
        purpose = self.purpose_for(actor, Action.RUN_CHAIN)
        self.vault.require(actor, Action.RUN_CHAIN, purpose, "persons")
        _needs_splink()
        sets, held = self._sets(), standing_verdicts(self.vault.judgements())
        verdicts = self._verdicts(sets)
        edges = edges_of(verdicts, sets)
        Joined(edges).check()
        people, unnamed = self._people(actor, purpose)
        linkage = _linked(people, edges, options)
        clusters = _clusters(linkage)
        self._keep_linkage(clusters, linkage, {s: sets[s] for s in verdicts if s in sets}, unnamed)
        now = self._proposals()
        linked = LinkedPersons(
            compared=people.num_rows,
            unnamed=unnamed,
            clusters=len(now),
            waiting=sum(each.state in WAITS for each in now.values()),
            judgements=len(verdicts),
            lost=len(held) - len(resolved(held, self._sets())),
        )
        counts = {"cases": linked.compared, "proposals": linked.clusters, "waiting": linked.waiting}
        self.vault.record(actor, "link_persons", "cases", purpose, counts)
        return linked

    def _people(self, actor: Actor, purpose: Purpose) -> tuple[pa.Table, int]:
        """The cases that hold anything by which a person is told apart, and how many do not."""
        batches = list(self.vault.sealed_batches("cases", actor, purpose, fields=list(SEALED)))
        empty = pa.schema([(name, pa.string()) for name in ("record_id", *SEALED)]).empty_table()
        sealed = pa.concat_tables([empty, *batches])
        known = self.countable(self.lake.read("cases", ["record_id", *OPEN]), "links")
        names = {"record_id": "id"} | SEALED | OPEN
        both = sealed.join(known, "record_id", join_type="inner").sort_by("record_id")
        people = both.rename_columns([names[name] for name in both.column_names])
        tells = [pc.is_valid(people[name]) for name in SEALED.values()]
        named = tells[0]
        for each in tells[1:]:
            named = pc.or_(named, each)
        kept = people.filter(named)
        return kept, people.num_rows - kept.num_rows

    def _keep_linkage(
        self, clusters: pa.Table, linkage: Linkage | None, judged: Mapping[str, Members], unnamed: int
    ) -> None:
        report: Mapping[str, Any] = linkage.report if linkage else {}
        expected = report.get("expected_at_cut", {})
        grouped = clusters.filter(pc.is_valid(clusters["subject"]))
        sets = {**judged, **_by_subject(grouped)}
        large = [(subject, record) for subject, records in sets.items() if len(records) > 2 for record in records]
        run = {
            "at": datetime.now(UTC).isoformat(timespec="microseconds"),
            "compared": clusters.num_rows,
            "unnamed": unnamed,
            "cut_bits": float(report.get("cut_bits", 0.0)),
            "precision": float(expected.get("precision", 0.0)),
            "recall": float(expected.get("recall", 0.0)),
        }
        self.lake.replace(
            {
                "person_sets": pa.table([[s for s, _ in large], [r for _, r in large]], schema=SETS),
                "person_clusters": clusters,
                "person_steps": linkage.explained().cast(STEPS) if linkage else STEPS.empty_table(),
                "person_runs": pa.Table.from_pylist([run], RUNS),
            }
        )

    # From the lake.

    def _table(self, name: str) -> pa.Table:
        return self.lake.read(name) if name in self.lake.names() else TABLES[name].empty_table()

    def _sets(self) -> dict[str, Members]:
        return _by_subject(self._table("person_sets"))

    def _verdicts(self, sets: Mapping[str, Members]) -> dict[str, Verdict]:
        return resolved(standing_verdicts(self.vault.judgements()), sets)

    def _numbers(self) -> dict[str, str]:
        table = self.lake.read("cases", ["record_id", "external_id"])
        return dict(zip(table["record_id"].to_pylist(), table["external_id"].to_pylist(), strict=True))

    def _proposals(self) -> dict[str, ProposalLine]:
        """Every proposal by subject; `numbers` are still record ids."""
        table = self._table("person_clusters")
        grouped = table.filter(pc.is_valid(table["subject"]))
        sets = self._sets()
        verdicts = self._verdicts(sets)
        joined = Joined(edges_of(verdicts, sets))
        marks = grouped.group_by("subject").aggregate([("probability", "min"), ("review", "max")]).to_pylist()
        members = _by_subject(grouped)
        return {
            row["subject"]: ProposalLine(
                subject=row["subject"],
                cases=len(members[row["subject"]]),
                numbers=members[row["subject"]],
                probability=row["probability_min"],
                reasons=tuple(filter(None, row["review_max"].split(";"))),
                state=state_of(row["subject"], members[row["subject"]], row["review_max"], verdicts, joined),
            )
            for row in marks
        }


def _no_looser(options: LinkOptions) -> None:
    """What waits for a person is a safeguard: an option may widen it, and none may take it away."""
    from clew.links.persons import LinkOptions as Usual

    usual = Usual()
    if options.review_size > usual.review_size or options.review_below < usual.review_below:
        raise UsageError(
            f"review: proposals of more than {usual.review_size} cases or below {usual.review_below} always wait for a person"
        )


def _needs_splink() -> None:
    """Raises UsageError before anything sealed is opened."""
    if find_spec("splink") is None:
        raise UsageError("linking persons needs Splink: install clew with the extra 'linkage'")


def _linked(people: pa.Table, edges: pa.Table, options: LinkOptions | None) -> Linkage | None:
    from clew.links.persons import LinkOptions, link

    if not people.num_rows:
        return None
    named = {name: name for name in people.column_names}
    return link(people, columns=named, edges=edges if edges.num_rows else None, options=options or LinkOptions())


def _clusters(linkage: Linkage | None) -> pa.Table:
    """Each compared case with its proposal; no subject where it stands alone."""
    if linkage is None:
        return CLUSTERS.empty_table()
    table = linkage.table
    ids, named = table["id"].to_pylist(), table["cluster"].to_pylist()
    members: dict[str, list[str]] = {}
    for record, cluster in zip(ids, named, strict=True):
        members.setdefault(cluster, []).append(record)
    subjects = {cluster: subject_of(each) if len(each) > 1 else None for cluster, each in members.items()}
    return pa.table([ids, [subjects[each] for each in named], table["probability"], table["review"]], schema=CLUSTERS)


def _by_subject(table: pa.Table) -> dict[str, Members]:
    found: dict[str, list[str]] = {}
    for subject, record in zip(table["subject"].to_pylist(), table["record_id"].to_pylist(), strict=True):
        found.setdefault(subject, []).append(record)
    return {subject: tuple(sorted(records)) for subject, records in found.items()}
