"""Cases without identities, and what they say together: the pages of cases, flows and the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from clew.desk import AuditRow, AuditView, CaseRow, CaseView, CountRow, FlowRow, FlowsView
from clew.insight import beside, case_flows
from clew.records import Answer
from clew.records.imprecise import AgeRange, DateInterval
from clew.records.kinds import answer_fields
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Blocked
from clew.safeguards.permissions import Action
from clew.workspace.case_numbers import CaseNumbers

_FORMS = {
    "forced_labour": "forced labour",
    "sexual_exploitation": "sexual exploitation",
    "other_exploitation": "other exploitation",
}


class Counting(CaseNumbers):
    def cases(
        self, actor: Actor, purpose: Purpose, *, offset: int = 0, limit: int = 50
    ) -> tuple[Sequence[CaseRow], int]:
        """Cases, newest first, and how many there are. None says who a person is.

        For counting, without those whose person said no to being counted.
        """
        self.vault.require(actor, Action.READ_CASE, purpose, "cases")
        self.vault.record(actor, Action.READ_CASE.value, "cases", purpose, {"offset": offset, "limit": limit})
        out = self.withheld(actor, Action.READ_CASE, purpose, "cases")
        kept = (
            "WHERE record_id NOT IN (SELECT unnest($1::VARCHAR[])) AND external_id NOT IN (SELECT unnest($1::VARCHAR[])) "
            "AND (source_id NOT IN (SELECT unnest($2::VARCHAR[])) OR external_id IN (SELECT unnest($3::VARCHAR[])))"
        )
        refused = self.vault.kept_out("statistics") if purpose is Purpose.STATISTICS else frozenset()
        shut = [sorted(out.records | refused), sorted(out.sources), sorted(out.opened)]
        total = self.lake.query(f"SELECT count(*) AS n FROM cases {kept}", shut)["n"][0].as_py()  # noqa: S608 (ours)
        rows = self.lake.query(
            f"SELECT * FROM cases {kept} ORDER BY registered.first DESC NULLS LAST, record_id LIMIT $4 OFFSET $5",  # noqa: S608 (ours)
            [*shut, limit, offset],
        )
        return [_case_row(row) for row in rows.to_pylist()], int(total)

    def case(self, actor: Actor, purpose: Purpose, number: str, *, open_identity: bool = False) -> CaseView:
        """One case, as it was corrected last. Opening the identity is an act of its own: checked, recorded, and then shown once."""
        self.vault.require(actor, Action.READ_CASE, purpose, number)
        row = self._case_row(number)
        if purpose is Purpose.STATISTICS and row["record_id"] in self.vault.kept_out("statistics"):
            raise Blocked("case: the person said no to being counted; state another purpose if yours is one")
        identity = None
        if open_identity:
            why = "opened on the case page"
            identity = self.vault.unseal([row["record_id"]], actor, purpose, why=why)[row["record_id"]]
        else:
            self.vault.record(actor, Action.READ_CASE.value, row["record_id"], purpose)
        answers = {name: row[name] for name in answer_fields() if row[name]}
        source = next((s.name for s in self.vault.sources() if s.id == row["source_id"]), "")
        return CaseView(row=_case_row(row), answers=answers, source=source, identity=identity)

    def flows(self, actor: Actor, purpose: Purpose) -> FlowsView:
        """Flows between countries and counts, with small cells suppressed."""
        self.vault.require(actor, Action.READ_FLOWS, purpose, "cases")
        self.vault.record(actor, Action.READ_FLOWS.value, "cases", purpose)
        tables = case_flows(
            self.countable(self.lake.read("cases"), "statistics"),
            contributor="source_id",
            below=self.settings.suppress_below,
        )
        reporters = {r["value"]: r["reporters"] for r in tables.effort.to_pylist() if r["dimension"] == "year"}
        flows = [
            FlowRow(
                origin=r["origin"], destination=r["destination"], count=r["text"], suppressed=r["text"].startswith("<"),
                reporters=r["reporters"], years=r["years"],
            )
            for r in beside(tables.flows, tables.effort).to_pylist()
        ]  # fmt: skip
        counts = [
            CountRow(
                dimension=r["dimension"], value=r["value"], count=r["text"], suppressed=r["text"].startswith("<"),
                reporters=reporters.get(r["value"]) if r["dimension"] == "year" else None,
            )
            for r in tables.counts.to_pylist()
        ]  # fmt: skip
        names = ", ".join(s.name for s in self.vault.sources())
        return FlowsView(
            flows=flows,
            counts=counts,
            source=f"cases of this workspace ({names})" if names else "cases of this workspace",
            as_of=datetime.now(UTC).date().isoformat(),
            how=tables.how,
            unknown=str(tables.unknown),
        )

    def audit(self, actor: Actor, purpose: Purpose, *, offset: int = 0, limit: int = 50) -> AuditView:
        """The log, newest first, and whether its chain verifies."""
        entries, total = self.vault.audit(actor, purpose, offset=offset, limit=limit)
        findings = self.vault.verify()
        names = self.names()
        rows = [
            AuditRow(
                seq=e.seq,
                at=e.at,
                actor=names.get(e.actor, e.actor),
                action=e.action,
                object=e.object,
                purpose=e.purpose,
                hash=e.hash,
            )
            for e in entries
        ]
        return AuditView(rows=rows, total=total, intact=not findings, findings=[f.words for f in findings])


def _case_row(row: Mapping[str, Any]) -> CaseRow:
    return CaseRow(
        number=row["external_id"],
        registered=_date(row["registered"]),
        gender=row["gender"] or "",
        age=_age(row["age"]),
        citizenship=row["citizenship"] or "",
        exploited_in=row["exploited_in"] or "",
        forms=tuple(words for name, words in _FORMS.items() if row[name] == Answer.YES),
        status=row["status"] or "",
    )


def _date(value: Mapping[str, Any] | None) -> str:
    return str(DateInterval(value["first"], value["last"])) if value and value["first"] else ""


def _age(value: Mapping[str, Any] | None) -> str:
    return str(AgeRange(value["low"], value["high"])) if value and value["low"] is not None else ""


def cases_table(cases: pa.Table, columns: Sequence[str]) -> pa.Table:
    """These columns of the cases as text, for a release."""
    from clew.records.write import textual

    return textual(cases.select(list(columns)))
