"""The directory of services: found by place, language, service, hours and eligibility, each with why it fits or not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from clew.desk import DirectoryView, ServiceAsk
from clew.safeguards.errors import UsageError
from clew.web.pages import page
from clew.web.paging import PageNumber, Pager
from clew.web.visit import Visitor

router = APIRouter()
SIZE = 12

Service = Annotated[str, Path(pattern=r"^svc_[0-9a-f]{16}$")]
Word = Annotated[str, Query(max_length=120)]
Tick = Annotated[str, Query(pattern="^(yes)?$")]
EMPTY = DirectoryView(
    rows=(), total=0, unfit=0, entries=0, place="", same_name=0, stale_days=0, facts={}
)  # fmt: skip


@router.get("/directory")
def directory(
    request: Request, visit: Visitor, place: Word = "", language: Word = "", service: Word = "", open_now: Tick = "",
    age: Word = "", gender: Word = "", status: Word = "", form: Word = "", funding: Word = "", unfit: Tick = "",
    number: PageNumber = 1,
) -> Response:  # fmt: skip
    facts = {"age": age, "gender": gender, "status": status, "form": form, "funding": funding}
    ask = ServiceAsk(
        place=place, language=language, service=service, open_now=bool(open_now), facts=facts, with_unfit=bool(unfit)
    )  # fmt: skip
    view, problem = EMPTY, ""
    try:
        view = visit.desk.services(visit.actor, visit.purpose, ask, offset=(number - 1) * SIZE, limit=SIZE)
    except UsageError as error:
        problem = str(error)
    return page(
        request, "directory.html", status=422 if problem else 200, view=view, ask=ask, problem=problem,
        pager=Pager(number, view.total, SIZE), query=query_of(ask),
    )  # fmt: skip


def query_of(ask: ServiceAsk) -> str:
    """What was asked, as the rest of an address, for the next part of the list."""
    from urllib.parse import urlencode

    parts = {"place": ask.place, "language": ask.language, "service": ask.service, **ask.facts}
    parts |= {"open_now": "yes" if ask.open_now else "", "unfit": "yes" if ask.with_unfit else ""}
    kept = {name: value for name, value in parts.items() if value}
    return "&" + urlencode(kept) if kept else ""


@router.get("/directory/{service}")
def service(request: Request, visit: Visitor, service: Service) -> Response:
    return page(request, "service.html", line=visit.desk.service(visit.actor, visit.purpose, service))
