"""A desk's impact assessment, invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clew.desk import AssessmentView
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.document import Document, Heading, Items, Rows, Words
from clew.safeguards.dpia import Standing
from clew.safeguards.errors import Blocked, Conflict, NotAllowed

READ = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
NAME = "0123456789abcdef"


class FakeAssessment:
    approved_because: str = ""

    def assessment(self, actor: Actor) -> AssessmentView:
        fine = bool(self.approved_because)
        view = AssessmentView(
            name=NAME,
            standing=Standing.APPROVED if fine else Standing.STALE,
            document=Document(
                "Data protection impact assessment",
                "Made from the configuration.",
                (
                    Heading("Sources, grounds, purposes, time"),
                    Rows(
                        "Whose data come from where",
                        ("source", "ground"),
                        (("Harbour line", "consent"), ("Lake advert site", "-")),
                    ),
                    Heading("Risks to persons, measures, and what stays"),
                    Heading("A laptop is stolen.", 2),
                    Items(("The file holds no readable word.",)),
                    Words("Not answered."),
                    Heading("Open points"),
                    Words("One."),
                ),
            ),
            open_points=("Not answered: Who is responsible?",),
            before="fedcba9876543210",
            before_is_here=True,
            changes=()
            if fine
            else (("changed", "settings: k 11 became k 5"), ("added", "sources: src_2 Lake advert site")),
            by="Mira Holm",
            at=READ,
            why=self.approved_because or "read with the officer",
            until=READ + timedelta(days=365) if fine else None,
        )
        return self._said(view)  # type: ignore[attr-defined, no-any-return]

    def approve_assessment(
        self, actor: Actor, purpose: Purpose, name: str, reason: str, *, accept_open: bool = False, demo: bool = False
    ) -> Judgement:
        if purpose is not Purpose.OVERSIGHT:
            raise NotAllowed("approve_dpia is not allowed: no rule allows it for this purpose")
        if name != NAME:
            raise Conflict("assessment: the configuration changed since it was read; read it again")
        if not accept_open:
            raise Blocked("assessment: 1 points are open: answer them, or accept them with your reason")
        self.approved_because = reason
        return Judgement(
            id="j",
            lead="dpia:" + name,
            verdict=Verdict.YES,
            reason=reason,
            actor=actor.id,
            at=READ,
            reverses=None,
            signature="",
        )
