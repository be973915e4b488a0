"""What a partner sees: what was released to its organisation, and where cases are that were shared with it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()


@router.get("/shared")
def shared(request: Request, visit: Visitor) -> Response:
    return page(request, "shared.html", releases=visit.desk.released_to(visit.actor, visit.purpose))
