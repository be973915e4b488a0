"""What waits for a second signature: who signed first, when, what is asked; for whoever may sign."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()
WORDS = {
    "release": "Release", "disclosure": "To a partner", "child": "A child's cases", "referral": "Referral of a child",
    "emergency": "Emergency access", "assessment": "Impact assessment",
}  # fmt: skip


@router.get("/waiting")
def waiting(request: Request, visit: Visitor) -> Response:
    return page(request, "waiting.html", found=visit.desk.waiting(visit.actor), words=WORDS, now=datetime.now(UTC))
