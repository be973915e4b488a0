"""Which cases may be one person: linked over sealed fields that nobody sees, put to a person, judged and signed.

Linking opens identity fields as one recorded machine read, as the chain does. What rests in the lake afterwards is ids,
field names and weights, never a value. No record is merged: what is joined is a mark that a judgement takes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from clew.desk import ComparedPair, PersonsView, ProposalLine, ProposalView, ProposedCase, WaterfallStep
from clew.leads.explain import standing
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.workspace.counting import _case_row
from clew.workspace.opened import Opened
from clew.workspace.person_subjects import (
    LEAD,
    Joined,
    Members,
    edges_of,
    members_of,
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
STEPS = pa.schema(
    [
        ("left", pa.string()),
        ("right", pa.string()),
        ("step", pa.int16()),
        ("field", pa.string()),
        ("agreement", pa.string()),
        ("bits", pa.float64()),
        ("total", pa.float64()),
    ]
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
SHOWN_PAIRS = 30
"""Pairs of a proposal that its page shows; the rest are counted."""
SHOWN_NUMBERS = 4
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


class Persons(Opened):
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
        verdicts = resolved(held, sets)
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
        known = self.lake.read("cases", ["record_id", *OPEN])
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

    # What waits for a person.

    def persons(
        self, actor: Actor, purpose: Purpose, *, show: str = "waiting", offset: int = 0, limit: int = 25
    ) -> PersonsView:
        """Proposals that wait, that were judged, or all; the least sure first. No identity is opened for it."""
        self.vault.require(actor, Action.READ_CASE, purpose, "persons")
        self.vault.record(actor, Action.READ_CASE.value, "persons", purpose, {"show": show, "offset": offset})
        found = self._proposals()
        rows = [each for each in found.values() if _chosen(each, show)]
        if show == "judged":
            rows += self._judged_elsewhere(found)
        rows.sort(key=lambda each: (each.probability, each.subject))
        run = next(iter(self._table("person_runs").to_pylist()), None)
        linked = run["at"] if run else ""
        numbers = self._numbers()
        joined = sum(each.cases - 1 for each in found.values() if each.state in ("accepted", "sure"))
        return PersonsView(
            rows=[_numbered(each, numbers) for each in rows[offset : offset + limit]],
            total=len(rows),
            linked=linked,
            compared=run["compared"] if run else 0,
            unnamed=run["unnamed"] if run else 0,
            persons=run["compared"] - joined if run else 0,
            waiting=sum(each.state in WAITS for each in found.values()),
            cut_bits=run["cut_bits"] if run else 0.0,
            precision=run["precision"] if run else 0.0,
            recall=run["recall"] if run else 0.0,
            newer=self._newer(linked),
        )

    def _newer(self, linked: str) -> int:
        """Judgements on persons since then; all of them where nothing was linked."""
        made = [each.at for each in self.vault.judgements() if each.lead.startswith(LEAD)]
        return sum(at > datetime.fromisoformat(linked) for at in made) if linked else len(made)

    def proposal(self, actor: Actor, purpose: Purpose, subject: str) -> ProposalView:
        """One proposal with its waterfalls; that it was read is recorded."""
        self.vault.require(actor, Action.READ_CASE, purpose, subject)
        found, sets = self._proposals(), self._sets()
        members = members_of(subject, sets)
        line, whole = self._line(subject, members, found)
        self.vault.record(actor, Action.READ_CASE.value, f"persons {subject}", purpose)
        judgements = self.vault.judgements(LEAD + subject)
        pairs, alike = self._pairs(members)
        names = self.names()
        shown = [replace(each, actor=names.get(each.actor, each.actor)) for each in judgements]
        return ProposalView(
            line=_numbered(line, self._numbers()),
            cases=self._cases(members),
            pairs=pairs[:SHOWN_PAIRS],
            hidden_pairs=max(0, len(pairs) - SHOWN_PAIRS),
            alike=alike,
            judgements=shown,
            standing=standing(shown),
            whole=whole,
        )

    def judge_persons(
        self,
        actor: Actor,
        purpose: Purpose,
        subject: str,
        verdict: Verdict,
        reason: str,
        reverses: str | None = None,
    ) -> Judgement:
        """Signs a person's answer on a proposal or a pair of it. Raises Conflict where it contradicts one that stands."""
        self.vault.require(actor, Action.JUDGE, purpose, subject)
        found, sets = self._proposals(), self._sets()
        self._line(subject, members_of(subject, sets), found)
        if verdict is not Verdict.NOT_SURE:
            others = {s: v for s, v in self._verdicts(sets).items() if s != subject}
            Joined(edges_of({**others, subject: verdict}, sets)).check()
        return self.vault.append_judgement(actor, purpose, LEAD + subject, verdict, reason, reverses)

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

    def _line(self, subject: str, members: Members, found: Mapping[str, ProposalLine]) -> tuple[ProposalLine, str]:
        """The line of a proposal, or of a part of one, and the whole it is a part of.

        Raises NotFound for a set that was neither proposed nor judged.
        """
        if subject in found:
            return found[subject], ""
        whole = next((s for s, each in found.items() if set(members) <= set(each.numbers)), "")
        sets = self._sets()
        verdicts = self._verdicts(sets)
        if not whole and subject not in verdicts:
            raise NotFound("there is no such proposal")
        state = state_of(subject, members, "part", verdicts, Joined(edges_of(verdicts, sets)))
        probability = found[whole].probability if whole else 0.0
        return ProposalLine(
            subject=subject, cases=len(members), numbers=members, probability=probability, reasons=(), state=state
        ), whole

    def _judged_elsewhere(self, found: Mapping[str, ProposalLine]) -> list[ProposalLine]:
        """Judged pairs and sets that are no proposal of their own now."""
        sets = self._sets()
        verdicts = self._verdicts(sets)
        return [self._line(s, members_of(s, sets), found)[0] for s in verdicts if s not in found]

    def _cases(self, members: Members) -> list[ProposedCase]:
        rows = self.lake.query("SELECT * FROM cases WHERE record_id IN (SELECT unnest($1))", [list(members)])
        sources = {source.id: source.name for source in self.vault.sources()}
        table = self._table("person_clusters")
        chance = dict(zip(table["record_id"].to_pylist(), table["probability"].to_pylist(), strict=True))
        listed = [
            ProposedCase(
                row=_case_row(row),
                source=sources.get(row["source_id"], ""),
                probability=chance.get(row["record_id"]),
            )
            for row in rows.to_pylist()
        ]
        return sorted(listed, key=lambda each: (each.row.registered, each.row.number))

    def _pairs(self, members: Members) -> tuple[list[ComparedPair], int]:
        """The compared pairs among these cases, the least sure first, and how many cases another one stands for."""
        if "person_steps" not in self.lake.names():
            return [], 0
        rows = self.lake.query(
            'SELECT * FROM person_steps WHERE "left" IN (SELECT unnest($1)) AND "right" IN (SELECT unnest($1)) '
            'ORDER BY "left", "right", step',
            [list(members)],
        ).to_pylist()
        steps: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for row in rows:
            steps.setdefault((row["left"], row["right"]), []).append(row)
        numbers, verdicts = self._numbers(), standing_verdicts(self.vault.judgements())
        pairs = [_pair(left, right, each, numbers, verdicts) for (left, right), each in steps.items()]
        seen = {record for pair in steps for record in pair}
        return sorted(pairs, key=lambda each: (each.bits, each.subject)), len(set(members) - seen)


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


def _chosen(line: ProposalLine, show: str) -> bool:
    if show == "all":
        return True
    return line.state in (WAITS if show == "waiting" else ("accepted", "refused", "not_sure"))


def _numbered(line: ProposalLine, numbers: Mapping[str, str]) -> ProposalLine:
    """Record ids give way to the cases' numbers, of the first few."""
    return replace(line, numbers=tuple(numbers.get(each, each) for each in line.numbers[:SHOWN_NUMBERS]))


def _pair(
    left: str,
    right: str,
    steps: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, str],
    verdicts: Mapping[str, Verdict],
) -> ComparedPair:
    subject = subject_of((left, right))
    return ComparedPair(
        subject=subject,
        left=numbers.get(left, left),
        right=numbers.get(right, right),
        bits=steps[-1]["total"],
        steps=[
            WaterfallStep(field=row["field"], words=row["agreement"], bits=row["bits"], total=row["total"])
            for row in steps
        ],
        verdict=verdicts.get(subject),
    )
