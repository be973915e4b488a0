"""Who is let in to what and why: rows in force, emergency accesses and their review, reviews that persons ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from clew.safeguards.access import LEVELS
from clew.safeguards.errors import UsageError
from clew.safeguards.permissions import Action
from clew.safeguards.reviews import CAME, MATTERS, OUTCOMES
from clew.web.openings import purposes_for
from clew.web.pages import page
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
Text = Annotated[str, Form(max_length=4_000)]
Id = Annotated[str, Path(pattern=r"^sfg_[0-9a-f]{20}$")]


@router.get("/access")
def access(request: Request, visit: Visitor) -> Response:
    return _page(request, visit)


def _page(request: Request, visit: Visit, *, problem: str = "", status: int = 200) -> Response:
    desk, actor, purpose = visit.desk, visit.actor, visit.purpose
    return page(
        request,
        "access.html",
        status=status,
        problem=problem,
        levels=LEVELS,
        rows=desk.access_rows(actor),
        accesses=desk.emergency_accesses(actor),
        orders=desk.court_orders(actor),
        agreement=desk.answer_agreement(actor),
        names=desk.names(),
        may_review=bool(purposes_for(actor, Action.REVIEW_ACCESS)),
        me=actor.id,
        now=datetime.now(UTC),
        purpose=purpose,
    )


@router.post("/access/{grant}/review")
def review_access(visit: FormVisitor, grant: Id, verdict: Text = "", reason: Text = "") -> Response:
    """Another person's word on an emergency access."""
    if verdict not in ("justified", "not_justified"):
        raise UsageError("verdict: choose one of the two")
    visit.desk.review_access(visit.actor, grant, verdict == "justified", reason)
    return RedirectResponse("/access#emergencies", status_code=303)


@router.get("/emergency")
def emergency(request: Request, visit: Visitor) -> Response:
    may = visit.purpose in purposes_for(visit.actor, Action.BREAK_GLASS)
    return page(request, "emergency.html", hours=(1, 2, 4, 8), may=may)


@router.post("/emergency")
def break_glass(
    visit: FormVisitor,
    record: Text = "",
    reason: Text = "",
    hours: Annotated[int, Form(ge=1, le=8)] = 1,
    sure: Text = "",
) -> Response:
    """Opens one record for some hours; the way back leads to where it can be read."""
    if sure != "yes":
        raise UsageError("sure: tick that it cannot wait; nothing was opened")
    visit.desk.break_glass(visit.actor, visit.purpose, record.strip(), reason, hours)
    where = "leads" if record.strip().startswith("lead_") else "cases"
    if record.strip().startswith("ctc_"):
        where = "hotline/contacts"
    return RedirectResponse(f"/{where}/{record.strip()}", status_code=303)


@router.get("/reviews")
def reviews(request: Request, visit: Visitor) -> Response:
    today = datetime.now(UTC).date()
    found = visit.desk.reviews(visit.actor, visit.purpose)
    may_answer = visit.purpose in purposes_for(visit.actor, Action.ANSWER_REVIEW)
    may_take = visit.purpose in purposes_for(visit.actor, Action.TAKE_REVIEW)
    return page(
        request, "reviews.html", reviews=found, today=today, matters=MATTERS, came=CAME, outcomes=OUTCOMES,
        may_answer=may_answer, may_take=may_take, names=visit.desk.names(),
    )  # fmt: skip


@router.post("/reviews")
def ask_review(
    visit: FormVisitor, subject: Text = "", matter: Text = "", came: Text = "", told_in: Text = "", received: Text = ""
) -> Response:
    if not subject.strip() or len(subject) > 120:
        raise UsageError("subject: the lead, the case or the proposal that it is about")
    try:
        day = date.fromisoformat(received) if received else None
    except ValueError:
        raise UsageError("received: not a date of the form YYYY-MM-DD") from None
    visit.desk.ask_review(
        visit.actor, visit.purpose, subject.strip(), matter=matter, came=came, told_in=told_in.strip(), received=day
    )
    return RedirectResponse("/reviews", status_code=303)


@router.post("/reviews/{review}")
def answer_review(visit: FormVisitor, review: Id, outcome: Text = "", reason: Text = "") -> Response:
    visit.desk.answer_review(visit.actor, visit.purpose, review, outcome, reason)
    return RedirectResponse("/reviews", status_code=303)
