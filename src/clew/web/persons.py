"""Cases that may be one person, and the page on which a person answers. No identity is opened here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.desk import ProposalView
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import ClewError
from clew.safeguards.permissions import Action, decide
from clew.web.leads import REASON_LIMIT
from clew.web.openings import purposes_for
from clew.web.pages import page
from clew.web.paging import PageNumber, Pager
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
SIZE = 25
Subject = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]
Show = Annotated[str, Query(pattern=r"^(waiting|judged|all)$")]
Text = Annotated[str, Form()]

STATES = {
    "waiting": "waits for a person: counted apart",
    "not_sure": "not sure: counted apart",
    "accepted": "accepted: one person",
    "refused": "refused: counted apart",
    "sure": "joined by the rule, nobody had to look",
}
REASONS = {
    "size": "more cases than may be joined unseen",
    "confidence": "less sure than what may be joined unseen",
    "not_sure": "somebody was not sure",
}


@router.get("/persons")
def persons(request: Request, visit: Visitor, show: Show = "waiting", number: PageNumber = 1) -> Response:
    pager = Pager(number, 0, SIZE)
    view = visit.desk.persons(visit.actor, visit.purpose, show=show, offset=pager.offset, limit=SIZE)
    return page(
        request,
        "persons.html",
        view=view,
        show=show,
        pager=Pager(number, view.total, SIZE),
        states=STATES,
        chance=chance,
        reasons=REASONS,
    )


@router.get("/persons/{subject}")
def proposal(request: Request, visit: Visitor, subject: Subject) -> Response:
    return _proposal_page(request, visit, subject)


def _proposal_page(request: Request, visit: Visit, subject: str, *, status: int = 200, **form: str) -> Response:
    """The page of a proposal; `form` is what was typed and what was wrong with it."""
    view = visit.desk.proposal(visit.actor, visit.purpose, subject)
    return page(
        request,
        "proposal.html",
        status=status,
        view=view,
        line=view.line,
        most=max((abs(step.bits) for pair in view.pairs for step in pair.steps), default=1.0),
        undone={j.reverses for j in view.judgements if j.reverses},
        states=STATES,
        chance=chance,
        reasons=REASONS,
        question=question(view),
        may_judge=decide(visit.actor, Action.JUDGE_PERSONS, visit.purpose).allowed,
        judges=purposes_for(visit.actor, Action.JUDGE_PERSONS),
        typed={"problem": "", "verdict": "", "reason": "", "reverses": ""} | form,
        reason_limit=REASON_LIMIT,
    )


def chance(probability: float) -> str:
    """The model's own probability in words that never claim certainty.

    >>> chance(0.9996), chance(0.614), chance(0.0)
    ('over 99 %', '61 %', 'under 1 %')
    """
    percent = round(100 * probability)
    return "over 99 %" if percent > 99 else f"{percent} %" if percent else "under 1 %"


def question(view: ProposalView) -> str:
    return f"Are these {view.line.cases} cases one person?"


def _problem(verdict: str, reason: str) -> str:
    """What is missing from an answer; empty when nothing is."""
    if verdict not in set(Verdict):
        return "Choose an answer: accept, refuse or not sure. “Not sure” is an answer too."
    if not reason.strip():
        return "Write a reason. One sentence is enough; the next person will need it."
    if len(reason) > REASON_LIMIT:
        return f"The reason is longer than {REASON_LIMIT:,} characters. Please shorten it."
    return ""


@router.post("/persons/{subject}/judgements")
def judge(
    request: Request, visit: FormVisitor, subject: Subject, verdict: Text = "", reason: Text = "", reverses: Text = ""
) -> Response:
    """Signs an answer, or shows the page again with what was typed and what is missing."""
    typed = {"verdict": verdict, "reason": reason, "reverses": reverses}
    problem = _problem(verdict, reason)
    if problem:
        return _proposal_page(request, visit, subject, status=422, problem=problem, **typed)
    try:
        done = visit.desk.judge_persons(
            visit.actor, visit.purpose, subject, Verdict(verdict), reason.strip(), reverses or None
        )
    except ClewError as error:
        if error.status not in (400, 409):
            raise
        return _proposal_page(request, visit, subject, status=error.status, problem=str(error), **typed)
    return RedirectResponse(f"/persons/{subject}#judgement-{done.id}", status_code=303)
