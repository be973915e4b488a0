"""The one place where the workspace asks whether a record is open to whoever asks, for what they do and why.

A case answers to its number and to all its records, a lead to its own name and to the records that it stands on. What a
list must leave out is worked out once for a list, by source and by named record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clew.records import KINDS
from clew.records.imprecise import AgeRange, Answer
from clew.safeguards.access import Explanation, Facts
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound
from clew.safeguards.permissions import Action
from clew.store.accessing import Withheld
from clew.workspace.opened import _OPERATOR, Opened

SUPERSEDED = "cases_superseded"
"""Records of cases that a correction has replaced."""
OF_LEADS = ("adverts", "tips", "calls", "conversations", "pages", "payments")
"""Kinds whose records a lead can stand on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanDo:
    """What one account may do with a record, and under which purposes."""

    account: str
    name: str
    action: Action
    purposes: tuple[Purpose, ...]
    reason: str


class Access(Opened):
    def facts_of(self, name: str) -> Facts:
        """What rules can ask of a record by any of its names: a record's id, a case's number, a lead's name.

        Raises NotFound where nothing is called so.
        """
        found = self.record_facts([name])
        if not found:
            raise NotFound("there is nothing of that name")
        return found[0]

    def record_facts(self, names: Sequence[str]) -> list[Facts]:
        """Facts of what is known of these names, in no order; names that nothing bears are left out."""
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return []
        found = [*self._case_facts(wanted), *self._lead_facts(wanted)]
        known = {name for facts in found for name in (facts.record, *facts.names)}
        rest = [name for name in wanted if name not in known]
        contacts = [self._with_case_numbers(each) for each in self.vault.sealed_facts(rest) if each.kind != "cases"]
        found += contacts
        rest = [name for name in rest if name not in {each.record for each in contacts}]
        return found + self._open_facts(rest)

    def _case_facts(self, names: Sequence[str]) -> list[Facts]:
        tables = ["cases", *([SUPERSEDED] if SUPERSEDED in self.lake.names() else [])]
        rows = " UNION ALL ".join(
            f"SELECT record_id, external_id, source_id, age, age_when_trafficked FROM {table}"  # noqa: S608 (ours)
            for table in tables
        )
        sql = (
            f"WITH every AS ({rows}) SELECT * FROM every WHERE external_id IN (SELECT external_id FROM every "  # noqa: S608
            "WHERE record_id IN (SELECT unnest($1)) OR external_id IN (SELECT unnest($1)))"
        )
        by_number: dict[str, list[Mapping[str, Any]]] = {}
        for row in self.lake.query(sql, [list(names)]).to_pylist():
            by_number.setdefault(row["external_id"], []).append(row)
        return [self._case(number, rows) for number, rows in by_number.items()]

    def _case(self, number: str, rows: Sequence[Mapping[str, Any]]) -> Facts:
        sealed = {each.record: each for each in self.vault.sealed_facts([row["record_id"] for row in rows])}
        first = next(iter(sealed.values()), Facts(record=number, kind="cases", level="red"))
        child = {"child"} if any(_is_child(row) for row in rows) else set()
        names = {number, *(row["record_id"] for row in rows)}
        return replace(first, record=number, names=frozenset(names), sensitivity=first.sensitivity | child)

    def _with_case_numbers(self, facts: Facts) -> Facts:
        """A contact also answers to the number of its case."""
        cases = self._case_facts(sorted(facts.names)) if facts.names else []
        return replace(facts, names=facts.names.union(*(case.names for case in cases)))

    def _lead_facts(self, names: Sequence[str]) -> list[Facts]:
        if "leads" not in self.lake.names():
            return []
        rows = self.lake.query("SELECT lead FROM leads WHERE lead IN (SELECT unnest($1))", [list(names)])
        return [Facts(record=lead, kind="leads", level="green") for lead in rows["lead"].to_pylist()]

    def _open_facts(self, names: Sequence[str]) -> list[Facts]:
        """Of records that rest in the lake alone."""
        found = []
        if not names:
            return []
        for kind in KINDS.values():
            if not kind.sealed:
                sql = f"SELECT record_id, source_id FROM {kind.plural} WHERE record_id IN (SELECT unnest($1))"  # noqa: S608
                rows = self.lake.query(sql, [list(names)]).to_pylist()
                found += [self.vault.source_facts(row["record_id"], kind.plural, row["source_id"]) for row in rows]
        return found

    # Deciding.

    def allow(self, actor: Actor, action: Action, purpose: Purpose, name: str) -> None:
        """Lets an act on one record pass; a refusal is recorded with the rule that made it, then raised."""
        self.vault.require(actor, action, purpose, name)
        facts = self.record_facts([name])
        self.vault.require_access(actor, action, purpose, facts, case=name)

    def withheld(self, actor: Actor, action: Action, purpose: Purpose, kind: str) -> Withheld:
        """What a list of this kind must leave out."""
        return self.vault.withheld(actor, action, purpose, kind, self.record_facts)

    def withheld_from_leads(self, actor: Actor, purpose: Purpose) -> Withheld:
        """What leads must leave out: records of whatever kind that are not open to whoever reads leads."""
        return self.withheld(actor, Action.READ_LEAD, purpose, "adverts")

    def hidden_leads(self, out: Withheld) -> frozenset[str]:
        """Leads that are named, and those that stand on withheld records alone."""
        if not out or "members" not in self.lake.names() or "leads" not in self.lake.names():
            return frozenset()
        sources = " UNION ALL ".join(f"SELECT record_id, source_id FROM {plural}" for plural in OF_LEADS)  # noqa: S608
        sql = (
            f"WITH of AS ({sources}), seen AS (SELECT l.lead, m.record_id, of.source_id FROM leads l JOIN members m "  # noqa: S608
            "USING (network) JOIN of USING (record_id)) SELECT lead FROM seen GROUP BY lead HAVING count(*) FILTER "
            "(WHERE NOT (record_id IN (SELECT unnest($1::VARCHAR[])) OR (source_id IN (SELECT unnest($2::VARCHAR[])) "
            "AND record_id NOT IN (SELECT unnest($3::VARCHAR[]))))) = 0"
        )
        args = [sorted(out.records), sorted(out.sources), sorted(out.opened)]
        return frozenset(self.lake.query(sql, args)["lead"].to_pylist()) | out.records

    # Explaining.

    def who_can(self, actor: Actor, name: str) -> Sequence[CanDo]:
        """What each account may do with a record, and under which purposes; by account and action."""
        purpose = self.purpose_for(actor, Action.READ_ACCESS)
        self.vault.require(actor, Action.READ_ACCESS, purpose, name)
        facts = self.facts_of(name)
        found = []
        for person in self.vault.accounts(_OPERATOR):
            for action in acts_on(facts):
                mine = [(p, self.vault.explain_access(person, action, p, facts)) for p in Purpose]
                open_for = [(p, told.decision.reason) for p, told in mine if told.decision.allowed]
                if open_for:
                    stated = tuple(p for p, _ in open_for)
                    found.append(CanDo(account=person.id, name=person.name, action=action, purposes=stated, reason=open_for[0][1]))  # fmt: skip
        self.vault.record(actor, Action.READ_ACCESS.value, facts.record, purpose, {"question": "who can"})
        return found

    def why_not(self, actor: Actor, account: str, name: str) -> Mapping[tuple[Action, Purpose], Explanation]:
        """Each rule that decides what one account may do with a record, by act and purpose."""
        purpose = self.purpose_for(actor, Action.READ_ACCESS)
        self.vault.require(actor, Action.READ_ACCESS, purpose, name)
        facts, person = self.facts_of(name), self.account(account)
        self.vault.record(
            actor, Action.READ_ACCESS.value, facts.record, purpose, {"question": "why not", "of": person.id}
        )
        return {(a, p): self.vault.explain_access(person, a, p, facts) for a in acts_on(facts) for p in Purpose}


def acts_on(facts: Facts) -> tuple[Action, ...]:
    """What can be done with a record of this kind."""
    if facts.kind == "leads":
        return (Action.READ_LEAD, Action.JUDGE)
    if facts.kind == "cases":
        return (
            Action.READ_CASE, Action.READ_IDENTITY, Action.READ_SEALED_TEXT, Action.READ_SUPPORT, Action.RECORD_SUPPORT,
            Action.REFER, Action.JUDGE_PERSONS,
        )  # fmt: skip
    if facts.record.startswith("ctc_"):
        return (Action.READ_CONTACTS, Action.LOG_CONTACT, Action.READ_SEALED_TEXT, Action.READ_IDENTITY)
    sealed = (Action.READ_SEALED_TEXT, Action.READ_IDENTITY) if KINDS[facts.kind].sealed else ()
    return (Action.READ_LEAD, *sealed)


def _is_child(row: Mapping[str, Any]) -> bool:
    given = [row[name] for name in ("age", "age_when_trafficked") if row[name] and row[name]["low"] is not None]
    return any(AgeRange(each["low"], each["high"]).is_child is not Answer.NO for each in given)
