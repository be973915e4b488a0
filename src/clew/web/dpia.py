"""The impact assessment as a page: how it stands, what changed, what is open, all of it, and the signature that lets processing go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from clew.safeguards.document import markdown, outline, pdf
from clew.safeguards.dpia import Standing
from clew.safeguards.errors import ClewError
from clew.safeguards.permissions import Action
from clew.web import openings
from clew.web.pages import page
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
Text = Annotated[str, Form()]
WORDS = {
    Standing.NOT_NEEDED: "Not needed: every source here is declared invented",
    Standing.MISSING: "Missing: nothing was approved yet",
    Standing.STALE: "Stale: something changed since it was approved",
    Standing.EXPIRED: "Expired: its time is over",
    Standing.WITHDRAWN: "Withdrawn: the approval was taken back",
    Standing.DEMO: "Approved for a demo: it covers invented data alone",
    Standing.APPROVED: "Approved",
}


def _page(request: Request, visit: Visit, *, status: int = 200, problem: str = "", reason: str = "") -> Response:
    view = visit.desk.assessment(visit.actor)
    approving = openings.purposes_for(visit.actor, Action.APPROVE_DPIA)
    return page(
        request,
        "dpia.html",
        status=status,
        view=view,
        words=WORDS[view.standing],
        parts_of=outline(view.document),
        may_approve=visit.purpose in approving,
        approving=approving,
        problem=problem,
        typed=reason,
    )


@router.get("/dpia")
def assessment(request: Request, visit: Visitor) -> Response:
    return _page(request, visit)


@router.get("/dpia/assessment.md")
def as_markdown(visit: Visitor) -> Response:
    text = markdown(visit.desk.assessment(visit.actor).document)
    return Response(text, media_type="text/markdown; charset=utf-8")


@router.get("/dpia/assessment.pdf")
def as_pdf(visit: Visitor) -> Response:
    made = pdf(visit.desk.assessment(visit.actor).document, day=datetime.now(UTC).date().isoformat())
    return Response(
        made, media_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="dpia.pdf"'}
    )


@router.post("/dpia/approve")
def approve(request: Request, visit: FormVisitor, name: Text = "", reason: Text = "", accept: Text = "") -> Response:
    """Signs what was read. What changed since, or is open and not accepted, comes back with its reason."""
    try:
        if not reason.strip():
            return _page(request, visit, status=422, problem="Write a reason. One sentence is enough.")
        visit.desk.approve_assessment(visit.actor, visit.purpose, name, reason.strip(), accept_open=accept == "yes")
    except ClewError as error:
        return _page(request, visit, status=error.status, problem=str(error), reason=reason)
    return RedirectResponse("/dpia", status_code=303)
