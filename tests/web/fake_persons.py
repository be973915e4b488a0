"""Persons, quality and qualification behind the desk of invented data. Nobody here exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa

from clew.desk import (
    CaseRow,
    ComparedPair,
    PersonsView,
    ProposalLine,
    ProposalView,
    ProposedCase,
    QualityPage,
    WaterfallStep,
)
from clew.insight.quality import QualityReport, quality
from clew.insight.quality_view import quality_view
from clew.leads.qualification_view import QualificationView, qualification_view
from clew.leads.qualify import qualify
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import Conflict, NotFound
from clew.standards.instruments import Jurisdiction

PAIR, SET = "rec_1:rec_2", "set_" + "ab" * 20
STEPS = (
    ("start", "before anything is compared", -6.2), ("given_name", "the same", 5.1), ("family_name", "sounds alike", 3.4),
    ("birth_date", "the same year", 2.2), ("phone", "different", -2.9), ("email", "not recorded on both sides", 0.0),
    ("weight", "sum", 1.6),
)  # fmt: skip


@cache
def report() -> QualityReport:
    sources = ["Harbour House case files", "Hill Shelter"]
    cases = pa.table(
        {
            "id": [str(n) for n in range(80)],
            "source": [sources[n % 2] for n in range(80)],
            "gender": ["Woman", "Man", None, "Woman"] * 20,
            "registered": [str(2015 + n % 9) if n % 5 else None for n in range(80)],
            "status": [("open", "closed", "unknown", None)[n % 4] for n in range(80)],
            "exploited_in": ["QAT" if n < 78 else None for n in range(80)],
            "sector": ["farm work" if n % 2 else None for n in range(80)],
        }
    )
    return quality(cases, today=date(2024, 5, 6), contributor="source")


def steps() -> list[WaterfallStep]:
    made, total = [], 0.0
    for field, words, bits in STEPS:
        total = total + bits if field != "weight" else bits
        made.append(WaterfallStep(field=field, words=words, bits=bits, total=round(total, 1)))
    return made


class FakePersons:
    """Mixed into the desk of invented data; what a test sends is kept in memory."""

    nasty: bool
    empty: bool

    def _answers(self, subject: str) -> list[Judgement]:
        kept: dict[str, list[Judgement]] = self.__dict__.setdefault("person_judgements", {})
        return kept.setdefault(subject, [])

    def _hostile(self, value: Any) -> Any:
        from fake_desk import poisoned

        return poisoned(value) if self.nasty else value

    def quality(self, actor: Actor, purpose: Purpose, *, contributor: str, birth_dates: bool) -> QualityPage:
        if contributor and contributor not in report().contributors:
            raise NotFound("no source of that name gave a case")
        self.__dict__.setdefault("birth_dates", []).append(birth_dates)
        view = quality_view(report(), contributor)
        if self.empty:
            view = replace(view, contributors=(), fields=(), checks=(), differences=())
        mine = [
            r for r in report().measures.to_pylist() if r["measure"] == "complete" and r["contributor"] == contributor
        ]
        shares = {} if self.empty else {r["field"]: (round(100 * r["share_high"], 1), r["suppressed"]) for r in mine}
        told = replace(self._hostile(replace(view, definitions={})), definitions=view.definitions)
        rows = [{**row, "contributor": self._hostile(row["contributor"])} for row in report().measures.to_pylist()]
        return QualityPage(
            view=told, shares=shares, measures=rows, as_of="2024-05-06", below=5, birth_dates=birth_dates
        )

    def qualification(
        self, actor: Actor, purpose: Purpose, number: str, *, jurisdiction: str
    ) -> QualificationView | None:
        if number == "K-2002":
            return None
        if not number.startswith("K-20"):
            raise NotFound("there is no such case")
        told = {
            "forced_labour": ["yes"],
            "means_debt_bondage": ["unknown"],
            "age": [None],
            "recruiter_relation": ["Friend"],
        }
        cases = pa.table({"id": [number], **{name: pa.array(value, pa.string()) for name, value in told.items()}})
        return qualification_view(qualify(cases, jurisdiction=Jurisdiction(jurisdiction)).table, number)

    def _proposal(self, subject: str) -> ProposalLine:
        given = {j.reverses for j in self._answers(subject)}
        standing = [j.verdict for j in self._answers(subject) if j.id not in given]
        states = {Verdict.YES: "accepted", Verdict.NO: "refused", Verdict.NOT_SURE: "not_sure"}
        cases = 2 if subject == PAIR else 3
        return ProposalLine(
            subject=subject, cases=cases, numbers=[f"K-{2001 + n}" for n in range(cases)], probability=0.61, reasons=("confidence",),
            state=states[standing[-1]] if standing else "waiting",
        )  # fmt: skip

    def persons(self, actor: Actor, purpose: Purpose, *, show: str, offset: int, limit: int) -> PersonsView:
        lines = [self._proposal(subject) for subject in (PAIR, SET)]
        waits = [line for line in lines if line.state in ("waiting", "not_sure")]
        rows = {"waiting": waits, "judged": [line for line in lines if line.state != "waiting"], "all": lines}[show]
        if self.empty:
            rows = []
        return PersonsView(
            rows=rows[offset : offset + limit], total=len(rows), linked="" if self.empty else "2024-05-06T08:40:00+00:00",
            compared=412, unnamed=31, persons=399, waiting=len(waits), cut_bits=3.4, precision=0.981, recall=0.957,
            newer=len(lines) - len(waits),
        )  # fmt: skip

    def proposal(self, actor: Actor, purpose: Purpose, subject: str) -> ProposalView:
        from fake_desk import case_row

        if subject not in (PAIR, SET):
            raise NotFound("there is no such proposal")
        line = self._proposal(subject)
        rows: list[CaseRow] = [self._hostile(case_row(1 + n)) for n in range(line.cases)]
        pair = ComparedPair(subject=PAIR, left="K-2001", right="K-2002", bits=1.6, steps=steps(), verdict=None)
        return ProposalView(
            line=line,
            cases=[ProposedCase(row=row, source=self._hostile("Hill Shelter"), probability=0.61) for row in rows],
            pairs=[pair],
            hidden_pairs=0,
            alike=line.cases - 2,
            judgements=[self._hostile(each) for each in self._answers(subject)],
            standing=None,
            whole="",
        )

    def judge_persons(
        self, actor: Actor, purpose: Purpose, subject: str, verdict: Verdict, reason: str, reverses: str | None
    ) -> Judgement:
        past = self._answers(subject)
        if reverses and reverses in {j.reverses for j in past}:
            raise Conflict("judgement: it was taken back before")
        made = Judgement(
            id=f"jdg_{len(past) + 1}", lead=f"person:{subject}", verdict=verdict, reason=reason, actor="Mira Holm",
            at=datetime(2024, 5, 6, 9, tzinfo=UTC) + timedelta(days=len(past)), reverses=reverses, signature="00" * 64,
        )  # fmt: skip
        past.append(made)
        return made
