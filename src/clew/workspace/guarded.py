"""What pages and commands call, each asked first whether the record is open: the choke point of the workspace.

Every method here asks and then does what the rooms below it do. Lists leave out what is withheld. What is shown of many
records together (a network, a search over everything) is refused as a whole where a part of it is withheld, rather than
shown with a gap that would tell where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from clew.desk import CaseRecordView, CaseView, DirectoryView, PersonsView, ProposalView, QualityPage, ServiceAsk
from clew.leads.classing import LeadClass
from clew.leads.network_view import ExpansionView, NetworkRow, NetworkView, TextView
from clew.leads.qualification_view import QualificationView
from clew.leads.types import LeadView
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.permissions import Action
from clew.workspace.access import OF_LEADS
from clew.workspace.classing import Classing
from clew.workspace.counting import Counting
from clew.workspace.helping_cases import CaseHelping
from clew.workspace.network_parts import network_id
from clew.workspace.networks import Networks
from clew.workspace.person_subjects import members_of
from clew.workspace.persons import Persons
from clew.workspace.quality import Quality
from clew.workspace.releasing import Releasing
from clew.workspace.texts import Texts

_MANY = 1_000_000


class Guarded(Classing, Releasing, Counting, CaseHelping, Persons, Quality, Networks, Texts):
    # Leads and networks.

    def lead(self, actor: Actor, purpose: Purpose, lead: str) -> LeadView:
        self._allow_lead(actor, Action.READ_LEAD, purpose, lead)
        return super().lead(actor, purpose, lead)

    def judge(
        self, actor: Actor, purpose: Purpose, lead: str, verdict: Verdict, reason: str, reverses: str | None = None
    ) -> Judgement:
        self._allow_lead(actor, Action.JUDGE, purpose, lead)
        return super().judge(actor, purpose, lead, verdict, reason, reverses)

    def say_class(self, actor: Actor, purpose: Purpose, lead: str, named: LeadClass, reason: str) -> Judgement:
        self._allow_lead(actor, Action.JUDGE, purpose, lead)
        return super().say_class(actor, purpose, lead, named, reason)

    def _allow_lead(self, actor: Actor, action: Action, purpose: Purpose, lead: str) -> None:
        """A lead is open where its name is and at least one of the records it stands on."""
        name = self._followed().get(lead, lead)
        self.allow(actor, action, purpose, name)
        if name in self.hidden_leads(self.withheld_from_leads(actor, purpose)):
            self._shut(actor, action, purpose, name, "no record of this lead is open to you under this purpose")

    def network(self, actor: Actor, purpose: Purpose, network: str) -> NetworkView:
        self.vault.require(actor, Action.READ_LEAD, purpose, network)
        if network in self._shut_networks(actor, purpose):
            self._shut(actor, Action.READ_LEAD, purpose, network, "a part of this network is not open to you")
        return super().network(actor, purpose, network)

    def text(self, actor: Actor, purpose: Purpose, cluster: int) -> TextView:
        self.vault.require(actor, Action.READ_LEAD, purpose, f"text {cluster}")
        out = self.withheld_from_leads(actor, purpose)
        if out and "clusters" in self.lake.names():
            sql = (
                "SELECT a.record_id, a.source_id FROM adverts a JOIN clusters k USING (record_id) WHERE k.cluster = $1"
            )
            rows = self.lake.query(sql, [cluster]).to_pylist()
        else:
            rows = []
        if any(out.keeps(row["source_id"], row["record_id"]) for row in rows):
            self._shut(actor, Action.READ_LEAD, purpose, f"text {cluster}", "an advert of this text is not open to you")
        return super().text(actor, purpose, cluster)

    def networks(
        self, actor: Actor, purpose: Purpose, *, offset: int = 0, limit: int = 50
    ) -> tuple[Sequence[NetworkRow], int]:
        shut = self._shut_networks(actor, purpose)
        if not shut:
            return super().networks(actor, purpose, offset=offset, limit=limit)
        rows = [row for row in super().networks(actor, purpose, offset=0, limit=_MANY)[0] if row.id not in shut]
        return rows[offset : offset + limit], len(rows)

    def expand(self, actor: Actor, purpose: Purpose, text: str) -> ExpansionView:
        self.vault.require(actor, Action.READ_LEAD, purpose, "networks")
        if self.withheld_from_leads(actor, purpose):
            because = "a search over everything is for who may read every record it can find"
            self._shut(actor, Action.READ_LEAD, purpose, "networks", because)
        return super().expand(actor, purpose, text)

    # Cases.

    def case(self, actor: Actor, purpose: Purpose, number: str, *, open_identity: bool = False) -> CaseView:
        self.allow(actor, Action.READ_CASE, purpose, number)
        if open_identity:
            self.allow(actor, Action.READ_IDENTITY, purpose, number)
        return super().case(actor, purpose, number, open_identity=open_identity)

    def case_record(self, actor: Actor, purpose: Purpose, number: str) -> CaseRecordView:
        self.allow(actor, Action.READ_SUPPORT, purpose, number)
        return super().case_record(actor, purpose, number)

    def record_on_case(
        self, actor: Actor, purpose: Purpose, number: str, kind: str, form: Mapping[str, str], about: str | None = None
    ) -> str:
        self.allow(actor, Action.RECORD_SUPPORT, purpose, number)
        return super().record_on_case(actor, purpose, number, kind, form, about)

    def services_for_case(
        self, actor: Actor, purpose: Purpose, number: str, ask: ServiceAsk, *, offset: int = 0, limit: int = 50
    ) -> DirectoryView:
        self.allow(actor, Action.REFER, purpose, number)
        return super().services_for_case(actor, purpose, number, ask, offset=offset, limit=limit)

    def facts_for_case(self, actor: Actor, purpose: Purpose, number: str) -> Mapping[str, str]:
        self.allow(actor, Action.REFER, purpose, number)
        return super().facts_for_case(actor, purpose, number)

    def draft_referral(
        self, actor: Actor, purpose: Purpose, number: str, service: str, form: Mapping[str, str],
        shares: Sequence[str] = (),
    ) -> str:  # fmt: skip
        self.allow(actor, Action.REFER, purpose, number)
        return super().draft_referral(actor, purpose, number, service, form, shares)

    def step_referral(
        self, actor: Actor, purpose: Purpose, number: str, referral: str, status: str, form: Mapping[str, str]
    ) -> None:
        self.allow(actor, Action.REFER, purpose, number)
        super().step_referral(actor, purpose, number, referral, status, form)

    def qualification(
        self, actor: Actor, purpose: Purpose, number: str, *, jurisdiction: str = "int"
    ) -> QualificationView | None:
        self.allow(actor, Action.READ_CASE, purpose, number)
        return super().qualification(actor, purpose, number, jurisdiction=jurisdiction)

    def quality(
        self, actor: Actor, purpose: Purpose, *, contributor: str = "", birth_dates: bool = False
    ) -> QualityPage:
        self._only_house(actor, purpose, "quality")
        return super().quality(actor, purpose, contributor=contributor, birth_dates=birth_dates)

    def _only_house(self, actor: Actor, purpose: Purpose, about: str) -> None:
        """What is made of all cases together shows a partner more than was shared with it."""
        self.vault.require(actor, Action.READ_CASE, purpose, about)
        if Role.PARTNER in actor.roles:
            self._shut(actor, Action.READ_CASE, purpose, about, "a partner sees the cases shared with it, one by one")

    def note_contact(
        self, actor: Actor, purpose: Purpose, contact: str, *, status: str | None = None, case: str | None = None
    ) -> None:
        """Whoever puts a contact to a case must be let in to that case."""
        if case:
            self.allow(actor, Action.READ_CONTACTS, purpose, case)
        super().note_contact(actor, purpose, contact, status=status, case=case)

    # Persons.

    def persons(
        self, actor: Actor, purpose: Purpose, *, show: str = "waiting", offset: int = 0, limit: int = 25
    ) -> PersonsView:
        self._only_house(actor, purpose, "persons")
        out = self.withheld(actor, Action.READ_CASE, purpose, "cases")
        if not out:
            return super().persons(actor, purpose, show=show, offset=offset, limit=limit)
        view = super().persons(actor, purpose, show=show, offset=0, limit=_MANY)
        shut = self._shut_cases(actor, Action.READ_CASE, purpose)
        sets = self._sets()
        rows = [row for row in view.rows if not shut & set(members_of(row.subject, sets))]
        return replace(view, rows=rows[offset : offset + limit], total=len(rows))

    def proposal(self, actor: Actor, purpose: Purpose, subject: str) -> ProposalView:
        self._only_house(actor, purpose, subject)
        self._allow_members(actor, Action.READ_CASE, purpose, subject)
        return super().proposal(actor, purpose, subject)

    def judge_persons(
        self, actor: Actor, purpose: Purpose, subject: str, verdict: Verdict, reason: str, reverses: str | None = None
    ) -> Judgement:
        self._allow_members(actor, Action.JUDGE_PERSONS, purpose, subject)
        return super().judge_persons(actor, purpose, subject, verdict, reason, reverses)

    def _allow_members(self, actor: Actor, action: Action, purpose: Purpose, subject: str) -> None:
        self.vault.require(actor, action, purpose, subject)
        members = members_of(subject, self._sets())
        self.vault.require_access(actor, action, purpose, self.record_facts(members), case=subject)

    def _shut_cases(self, actor: Actor, action: Action, purpose: Purpose) -> frozenset[str]:
        """Record ids of all cases that are withheld."""
        out = self.withheld(actor, action, purpose, "cases")
        rows = self.lake.query("SELECT record_id, external_id, source_id FROM cases").to_pylist() if out else []
        return frozenset(r["record_id"] for r in rows if out.keeps(r["source_id"], r["record_id"], r["external_id"]))

    def _shut_networks(self, actor: Actor, purpose: Purpose) -> frozenset[str]:
        """Networks of which any record is withheld."""
        out = self.withheld_from_leads(actor, purpose)
        if not out or not {"members", "anchors"} <= set(self.lake.names()):
            return frozenset()
        of = " UNION ALL ".join(f"SELECT record_id, source_id FROM {plural}" for plural in OF_LEADS)  # noqa: S608 (ours)
        sql = f"SELECT a.record_id AS anchor, m.record_id, of.source_id FROM members m JOIN ({of}) of USING (record_id) JOIN anchors a USING (network)"  # noqa: S608
        rows: Sequence[Mapping[str, Any]] = self.lake.query(sql).to_pylist()
        return frozenset(network_id(r["anchor"]) for r in rows if out.keeps(r["source_id"], r["record_id"]))
