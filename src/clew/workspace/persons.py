"""Cases that may be one person, put to a person: listed, shown with the reason for each pair, judged and signed.

No identity is opened here; `person_linking` made the proposals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from clew.desk import ComparedPair, PersonsView, ProposalLine, ProposalView, ProposedCase, WaterfallStep
from clew.leads.explain import standing
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import NotFound
from clew.safeguards.permissions import Action
from clew.workspace.counting import _case_row
from clew.workspace.person_linking import WAITS, PersonLinking
from clew.workspace.person_subjects import (
    LEAD,
    Joined,
    Members,
    edges_of,
    members_of,
    standing_verdicts,
    state_of,
    subject_of,
)

SHOWN_PAIRS = 30
"""Pairs of a proposal that its page shows; the rest are counted."""
SHOWN_NUMBERS = 4


class Persons(PersonLinking):
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
        self.vault.require(actor, Action.JUDGE_PERSONS, purpose, subject)
        found, sets = self._proposals(), self._sets()
        self._line(subject, members_of(subject, sets), found)
        if verdict is not Verdict.NOT_SURE:
            others = {s: v for s, v in self._verdicts(sets).items() if s != subject}
            Joined(edges_of({**others, subject: verdict}, sets)).check()
        return self.vault.append_judgement(
            actor, purpose, LEAD + subject, verdict, reason, reverses, action=Action.JUDGE_PERSONS
        )

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
