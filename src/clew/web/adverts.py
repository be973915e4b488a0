"""Puts one field of an advert right, on the word of the person whom it is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.records.kinds import KINDS
from clew.safeguards.errors import ClewError, UsageError
from clew.safeguards.permissions import Action, require
from clew.web.pages import page
from clew.web.rectifying import RightedForm
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
FIELDS = tuple(each.name for each in KINDS["adverts"].fields if each.name != "id")

Record = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]


@router.get("/adverts/{record}/rectify")
def show(
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
def rectify(request: Request, visit: FormVisitor, record: Record, form: RightedForm) -> Response:
    """A refused form comes back with the reason and the value out of it: it may be who somebody is."""
    try:
        if form.field not in FIELDS:
            raise UsageError("field: choose one of those listed")
        form.put(visit, record)
    except ClewError as error:
        if error.status in (403, 404):
            raise
        return _form_page(request, visit, record, problem=str(error), status=error.status)
    return RedirectResponse(f"/adverts/{record}/rectify?done=yes", status_code=303)
