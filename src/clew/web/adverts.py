"""Puts one field of an advert right, on the word of the person whom it is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.records.kinds import KINDS
from clew.safeguards.errors import ClewError, UsageError
from clew.safeguards.permissions import Action, require
from clew.web.pages import page
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
FIELDS = tuple(each.name for each in KINDS["adverts"].fields if each.name != "id")

Record = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]


@router.get("/adverts/{record}/rectify")
def form(
    request: Request, visit: Visitor, record: Record, done: Annotated[str, Query(pattern="^(yes)?$")] = ""
) -> Response:
    return _form_page(request, visit, record, done=bool(done))


def _form_page(
    request: Request, visit: Visit, record: str, *, done: bool = False, problem: str = "", status: int = 200
) -> Response:
    """Shows nothing of the advert: who may put it right need not be who may read it."""
    require(visit.actor, Action.RECTIFY, visit.purpose)
    return page(request, "advert_rectify.html", status=status, record=record, fields=FIELDS, done=done, problem=problem)


@router.post("/adverts/{record}/rectify")
def rectify(
    request: Request,
    visit: FormVisitor,
    record: Record,
    field: Annotated[str, Form(max_length=60)] = "",
    value: Annotated[str, Form(max_length=20_000)] = "",
    unknown: Annotated[str, Form(max_length=10)] = "",
    why: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """A refused form comes back with the reason and the value out of it: it may be who somebody is."""
    try:
        if field not in FIELDS:
            raise UsageError("field: choose one of those listed")
        if bool(value.strip()) is (unknown == "yes"):
            raise UsageError("value: write what is right, or tick that it is not known; one of the two")
        visit.desk.rectify(visit.actor, visit.purpose, record, field, value, why)
    except ClewError as error:
        if error.status in (403, 404):
            raise
        return _form_page(request, visit, record, problem=str(error), status=error.status)
    return RedirectResponse(f"/adverts/{record}/rectify?done=yes", status_code=303)
