"""Who looked at what, under which purpose, and whether that record is whole."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clew.web.pages import page
from clew.web.paging import PageNumber, Pager
from clew.web.visit import Visitor

router = APIRouter()
SIZE = 50


@router.get("/audit")
def audit(request: Request, visit: Visitor, number: PageNumber = 1) -> Response:
    view = visit.desk.audit(visit.actor, visit.purpose, offset=(number - 1) * SIZE, limit=SIZE)
    return page(request, "audit.html", view=view, pager=Pager(number, view.total, SIZE))
