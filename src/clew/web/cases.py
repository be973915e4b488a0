"""Cases by their numbers. Who the person is stays sealed until a deliberate, recorded act."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from clew.safeguards.errors import ClewError, Conflict, UsageError
from clew.web.case_record import case_page
from clew.web.pages import page
from clew.web.paging import PageNumber, Pager
from clew.web.rectifying import RightedForm
from clew.web.visit import FormVisitor, Visitor

router = APIRouter()
SIZE = 25
Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]


@router.get("/cases")
def cases(request: Request, visit: Visitor, number: PageNumber = 1) -> Response:
    rows, total = visit.desk.cases(visit.actor, visit.purpose, offset=(number - 1) * SIZE, limit=SIZE)
    return page(request, "cases.html", rows=rows, pager=Pager(number, total, SIZE))


@router.get("/cases/{number}")
def case(request: Request, visit: Visitor, number: Number) -> Response:
    view = visit.desk.case(visit.actor, visit.purpose, number, open_identity=False)
    return case_page(request, visit, view)


@router.post("/cases/{number}/identity")
def open_identity(
    request: Request,
    visit: FormVisitor,
    number: Number,
    purpose: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Answers with the page itself: a redirect would make an address that opens an identity when it is only read."""
    if sure != "yes":
        raise UsageError("sure: tick that you need to know who this is; the identity stays sealed")
    if purpose != visit.purpose:
        raise Conflict("purpose: it was changed since you loaded the page; read it again and decide again")
    view = visit.desk.case(visit.actor, visit.purpose, number, open_identity=True)
    return case_page(request, visit, view)


@router.post("/cases/{number}/rectify")
def rectify(request: Request, visit: FormVisitor, number: Number, form: RightedForm) -> Response:
    """Puts one field right. A refused form comes back with the reason and the value out of it: it may be who somebody is."""
    try:
        form.put(visit, number)
    except ClewError as error:
        if error.status in (403, 404):
            raise
        view = visit.desk.case(visit.actor, visit.purpose, number, open_identity=False)
        return case_page(request, visit, view, status=error.status, problem=str(error), at="rectify")
    return RedirectResponse(f"/cases/{number}#rectify", status_code=303)
