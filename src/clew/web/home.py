"""What is here and what waits for a person."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from clew.safeguards.actors import Role
from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()


@router.get("/")
def home(request: Request, visit: Visitor) -> Response:
    if Role.PARTNER in visit.actor.roles:
        return RedirectResponse("/shared", status_code=303)
    view = visit.desk.overview(visit.actor)
    records = {kind: number for kind, number in view.records.items() if number}
    failed = {detector: number for detector, number in view.failed.items() if number}
    return page(request, "home.html", view=view, records=records, failed=failed, most=max(records.values(), default=0))
