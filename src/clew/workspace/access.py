"""The one place where the workspace asks whether a record is open to whoever asks, for what they do and why.

A case answers to its number and to all its records, a lead to its own name and to the records that it stands on. What a
list must leave out is worked out once for a list, by source and by named record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clew.records import KINDS
from clew.records.imprecise import AgeRange, Answer
from clew.records.kinds import Sensitivity
from clew.safeguards.access import By, Explanation, Facts, Grant, Scope, Standing
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import NotAllowed, NotFound, UsageError
from clew.safeguards.keys import KeyRing
from clew.safeguards.permissions import Action
from clew.store.accessing import Withheld
from clew.store.vault import Vault
from clew.workspace.opened import _OPERATOR, Opened
from clew.workspace.settings import Settings

SUPERSEDED = "cases_superseded"
"""Records of cases that a correction has replaced."""
SUPERSEDED_ADVERTS = "adverts_superseded"
"""Adverts as they were before a field of theirs was put right."""
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
    def __init__(self, folder: Path, keys: KeyRing, vault: Vault, settings: Settings) -> None:
        super().__init__(folder, keys, vault, settings)
        vault.same_case = self._same_case

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
        rest, found = list(dict.fromkeys(names)), list[Facts]()
        for look in (self._case_facts, self._lead_facts, self._contact_facts, self._open_facts):
            if rest:
                found += look(rest)
                known = {name for facts in found for name in (facts.record, *_own_names(facts))}
                rest = [name for name in rest if name not in known]
        return found

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

    def _contact_facts(self, names: Sequence[str]) -> list[Facts]:
        """Of what is sealed and no case."""
        return [self._with_case_numbers(each) for each in self.vault.sealed_facts(names) if each.kind != "cases"]

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
        for kind in KINDS.values():
            if not kind.sealed:
                sql = f"SELECT record_id, source_id FROM {kind.plural} WHERE record_id IN (SELECT unnest($1))"  # noqa: S608
                rows = self.lake.query(sql, [list(names)]).to_pylist()
                found += [self.vault.source_facts(row["record_id"], kind.plural, row["source_id"]) for row in rows]
        return found

    # Consent.

    def _same_case(self, records: Collection[str]) -> Mapping[str, Collection[str]]:
        """Record -> all records of its case, whichever of them stands."""
        tables = ["cases", *([SUPERSEDED] if SUPERSEDED in self.lake.names() else [])]
        every = " UNION ALL ".join(f"SELECT record_id, external_id FROM {table}" for table in tables)  # noqa: S608 (ours)
        sql = (
            f"WITH every AS ({every}) SELECT a.record_id AS given, b.record_id AS same FROM every a JOIN every b "  # noqa: S608
            "USING (external_id) WHERE a.record_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL"
        )
        found: dict[str, list[str]] = {}
        for row in self.lake.query(sql, [list(records)]).to_pylist():
            found.setdefault(row["given"], []).append(row["same"])
        return found

    def countable(self, table: pa.Table, made: str) -> pa.Table:
        """A table by record_id without the cases that a recorded answer keeps out of what is made of it."""
        out = self.vault.kept_out(made)
        if not out:
            return table
        numbers = [name for facts in self.record_facts(sorted(out)) for name in (facts.record, *facts.names)]
        shut = pa.array(numbers, pa.string())
        return table.filter(pc.invert(pc.is_in(table["record_id"], shut)))

    # Deciding.

    def allow(self, actor: Actor, action: Action, purpose: Purpose, name: str) -> None:
        """Lets an act on one record pass; a refusal is recorded with the rule that made it, then raised."""
        self.vault.require(actor, action, purpose, name)
        facts = self.record_facts([name])
        self.vault.require_access(actor, action, purpose, facts, case=name)
        if self._kept_from_partner(actor) & {each for found in facts for each in (found.record, *found.names)}:
            self._shut(actor, action, purpose, name, "a partner sees what was shared with it, no more")

    def _shut(self, actor: Actor, action: Action, purpose: Purpose, about: str, because: str) -> None:
        self.vault.record(actor, "refused", about, purpose, {"asked": action.value, "because": because})
        raise NotAllowed(f"{action} is not allowed: {because}")

    def _kept_from_partner(self, actor: Actor) -> frozenset[str]:
        """Names of the cases whose person said no to giving them on: a share opens none of them to a partner any more.

        What a partner's own organisation gave is its own, and stays open to it.
        """
        if Role.PARTNER not in actor.roles:
            return frozenset()
        refused = self.record_facts(sorted(self.vault.kept_out("dossiers")))
        theirs = (f for f in refused if not f.organisation or f.organisation != actor.organisation)
        return frozenset(name for facts in theirs for name in (facts.record, *facts.names))

    def withheld(self, actor: Actor, action: Action, purpose: Purpose, kind: str) -> Withheld:
        """What a list of this kind must leave out."""
        out = self.vault.withheld(actor, action, purpose, kind, self.record_facts)
        refused = self._kept_from_partner(actor)
        return replace(out, records=out.records | refused, opened=out.opened - refused) if refused else out

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

    # Rows, by the names that people use.

    def narrow(
        self, actor: Actor, scope: Scope, values: Sequence[str], by: By, only: Sequence[str], reason: str
    ) -> str:
        """A row that lets only these pass. A case is covered by its number and all its records, an account by its name."""
        return self.vault.narrow(
            actor,
            self._managing(actor),
            scope,
            self._covered(scope, values),
            by,
            self._passing(by, only),
            reason=reason,
        )

    def share(self, actor: Actor, scope: Scope, values: Sequence[str], by: By, who: str, reason: str) -> str:
        """Lets an account, by its name, or an organisation in."""
        named = self._passing(by, [who])[0] if by is By.ACCOUNT else who
        return self.vault.share(
            actor, self._managing(actor), scope, self._covered(scope, values), by, named, reason=reason
        )

    def own_source(self, actor: Actor, source: str, organisation: str, reason: str) -> str:
        """Says whose data a source's records are; the source by its name or id."""
        return self.vault.own_source(actor, self._managing(actor), self._source(source), organisation, reason=reason)

    def access_rows(self, actor: Actor) -> Standing:
        """All rows in force."""
        self.vault.require(actor, Action.READ_ACCESS, self.purpose_for(actor, Action.READ_ACCESS), "rows")
        return self.vault.access_standing()

    def _managing(self, actor: Actor) -> Purpose:
        return self.purpose_for(actor, Action.MANAGE_ACCESS)

    def _covered(self, scope: Scope, values: Sequence[str]) -> tuple[str, ...]:
        if scope is Scope.SOURCE:
            return tuple(self._source(value) for value in values)
        if scope is Scope.RECORD:
            return tuple(dict.fromkeys(name for value in values for name in _own_names(self.facts_of(value))))
        known = set(KINDS) | {"leads"} if scope is Scope.KIND else {*Sensitivity, "child"}
        if unknown := [value for value in values if value not in known]:
            raise UsageError(f"{scope}: {len(unknown)} of these are not known; choose of {', '.join(sorted(known))}")
        return tuple(values)

    def _source(self, name: str) -> str:
        found = next((s.id for s in self.vault.sources() if name in (s.id, s.name)), None)
        if found is None:
            raise NotFound("there is no such source")
        return found

    def _passing(self, by: By, only: Sequence[str]) -> tuple[str, ...]:
        """Whom a row lets pass, checked: a row for nobody known would shut a record for good."""
        if by is By.ACCOUNT:
            return tuple(self.account(name).id for name in only)
        words = {By.ROLE: Role, By.PURPOSE: Purpose, By.ACTION: Action}.get(by)
        if words is not None and (unknown := [each for each in only if each not in set(words)]):
            raise UsageError(f"{by}: {len(unknown)} of these are not known; choose of {', '.join(words)}")
        return tuple(only)

    # Emergencies.

    def break_glass(self, actor: Actor, purpose: Purpose, name: str, reason: str, hours: float) -> Grant:
        """Opens one record to its taker for some hours, past rows and sharing level; another person reviews it."""
        self.vault.require(actor, Action.BREAK_GLASS, purpose, name)
        facts = self.facts_of(name)
        alone = replace(facts, names=frozenset(_own_names(facts)))
        return self.vault.break_glass(actor, purpose, alone, reason=reason, hours=hours)

    def emergency_accesses(self, actor: Actor) -> Sequence[Grant]:
        return self.vault.emergency_accesses(actor, self.purpose_for(actor, Action.READ_ACCESS))

    def review_access(self, actor: Actor, grant: str, justified: bool, reason: str) -> None:
        purpose = self.purpose_for(actor, Action.REVIEW_ACCESS)
        self.vault.review_glass(actor, purpose, grant, justified=justified, reason=reason)

    def allow_emergency(self, actor: Actor, account: str, reason: str) -> None:
        """Lets an account, by its name, take emergency access again after one that was not justified."""
        purpose = self._managing(actor)
        self.vault.allow_glass(actor, purpose, self.account(account).id, reason=reason)

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


def _own_names(facts: Facts) -> tuple[str, ...]:
    """Names that mean this record alone: a contact's case is another record."""
    return (facts.record, *sorted(facts.names)) if facts.kind == "cases" else (facts.record,)


def acts_on(facts: Facts) -> tuple[Action, ...]:
    """What can be done with a record of this kind."""
    if facts.kind == "leads":
        return (Action.READ_LEAD, Action.JUDGE, Action.DISCLOSE)
    if facts.kind == "cases":
        return (
            Action.READ_CASE, Action.READ_IDENTITY, Action.READ_SEALED_TEXT, Action.READ_SUPPORT, Action.RECORD_SUPPORT,
            Action.REFER, Action.JUDGE_PERSONS, Action.DISCLOSE, Action.RECTIFY,
        )  # fmt: skip
    if facts.record.startswith("ctc_"):
        return (Action.READ_CONTACTS, Action.LOG_CONTACT, Action.READ_SEALED_TEXT, Action.READ_IDENTITY)
    sealed = (Action.READ_SEALED_TEXT, Action.READ_IDENTITY) if KINDS[facts.kind].sealed else ()
    return (Action.READ_LEAD, *sealed)


def _is_child(row: Mapping[str, Any]) -> bool:
    given = [row[name] for name in ("age", "age_when_trafficked") if row[name] and row[name]["low"] is not None]
    return any(AgeRange(each["low"], each["high"]).is_child is not Answer.NO for each in given)
