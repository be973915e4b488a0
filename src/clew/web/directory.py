"""The directory of services: found by place, language, service, hours and eligibility, each with why it fits or not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.desk import DirectoryView, ServiceAsk
from clew.safeguards.errors import UsageError
from clew.web.pages import page
from clew.web.paging import PageNumber, Pager
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
SIZE = 12

Service = Annotated[str, Path(pattern=r"^svc_[0-9a-f]{16}$")]
Word = Annotated[str, Query(max_length=120)]
Tick = Annotated[str, Query(pattern="^(yes)?$")]
Text = Annotated[str, Form(max_length=120)]
FormTick = Annotated[str, Form(pattern="^(yes)?$")]
FACTS = ("age", "gender", "status", "form", "funding")
"""What is known of a person."""
EMPTY = DirectoryView(
    rows=(), total=0, unfit=0, entries=0, place="", same_name=0, stale_days=0, facts={}
)  # fmt: skip


@router.get("/directory")
def directory(
    request: Request, visit: Visitor, place: Word = "", language: Word = "", service: Word = "", open_now: Tick = "",
    number: PageNumber = 1,
) -> Response:  # fmt: skip
    """By place, language and service: an address that may be kept. What is known of a person never stands in one."""
    nothing = dict.fromkeys(FACTS, "")
    ask = ServiceAsk(place=place, language=language, service=service, open_now=bool(open_now), facts=nothing)
    if any(name in request.query_params for name in FACTS):
        return RedirectResponse(_address(ask), status_code=303)
    return _results(request, visit, ask, number)


@router.post("/directory")
def directory_for_a_person(
    request: Request, visit: FormVisitor, place: Text = "", language: Text = "", service: Text = "",
    open_now: FormTick = "", age: Text = "", gender: Text = "", status: Text = "", form: Text = "", funding: Text = "",
    unfit: FormTick = "", number: Annotated[int, Form(alias="page", ge=1, le=100_000)] = 1,
) -> Response:  # fmt: skip
    """What is known of the person is read for this answer alone: it goes into no address, log or history."""
    facts = {"age": age, "gender": gender, "status": status, "form": form, "funding": funding}
    ask = ServiceAsk(
        place=place, language=language, service=service, open_now=bool(open_now), facts=facts, with_unfit=bool(unfit)
    )  # fmt: skip
    if not any(facts.values()):
        return RedirectResponse(_address(ask), status_code=303)
    return _results(request, visit, ask, number)


def _results(request: Request, visit: Visit, ask: ServiceAsk, number: int) -> Response:
    view, problem = EMPTY, ""
    try:
        view = visit.desk.services(visit.actor, visit.purpose, ask, offset=(number - 1) * SIZE, limit=SIZE)
    except UsageError as error:
        problem = str(error)
    return page(
        request, "directory.html", status=422 if problem else 200, view=view, ask=ask, problem=problem,
        pager=Pager(number, view.total, SIZE), query=query_of(ask), private=any(ask.facts.values()),
    )  # fmt: skip


def _address(ask: ServiceAsk) -> str:
    return "/directory" + query_of(ask).replace("&", "?", 1)


def query_of(ask: ServiceAsk) -> str:
    """What was asked, as the rest of an address, for the next part of the list; never what is known of a person."""
    from urllib.parse import urlencode

    parts = {"place": ask.place, "language": ask.language, "service": ask.service}
    parts |= {"open_now": "yes" if ask.open_now else "", "unfit": "yes" if ask.with_unfit else ""}
    kept = {name: value for name, value in parts.items() if value}
    return "&" + urlencode(kept) if kept else ""


@router.get("/directory/{service}")
def service(request: Request, visit: Visitor, service: Service) -> Response:
    return page(request, "service.html", line=visit.desk.service(visit.actor, visit.purpose, service))
