"""How good the recorded cases are, by field and by who recorded them. Small cells are hidden; no case is named."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from clew.desk import QualityPage
from clew.insight.quality_shares import NOT_SHOWN
from clew.safeguards.errors import Conflict, UsageError
from clew.safeguards.permissions import Action, decide
from clew.web import words
from clew.web.downloads import csv_answer
from clew.web.pages import page
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
Contributor = Annotated[str, Query(alias="source", max_length=200)]
COLUMNS = (
    "measure", "contributor", "field", "rule", "count_low", "count_high", "of_low", "of_high", "share_low", "share_high",
    "low", "high", "suppressed", "text",
)  # fmt: skip


@router.get("/quality")
def quality(request: Request, visit: Visitor, contributor: Contributor = "") -> Response:
    found = visit.desk.quality(visit.actor, visit.purpose, contributor=contributor, birth_dates=False)
    return _quality_page(request, visit, found)


@router.post("/quality")
def with_birth_dates(
    request: Request,
    visit: FormVisitor,
    contributor: Annotated[str, Form(alias="source")] = "",
    purpose: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Reads sealed birth dates for the checks that need them: an act of its own, so no address does it."""
    if sure != "yes":
        raise UsageError("sure: tick that the birth dates are to be read; they stay sealed")
    if purpose != visit.purpose:
        raise Conflict("purpose: it was changed since you loaded the page; read it again and decide again")
    found = visit.desk.quality(visit.actor, visit.purpose, contributor=contributor, birth_dates=True)
    return _quality_page(request, visit, found)


def _quality_page(request: Request, visit: Visit, found: QualityPage) -> Response:
    return page(
        request,
        "quality.html",
        found=found,
        view=found.view,
        finding=finding(found),
        chart=_chart(found),
        may_read=decide(visit.actor, Action.RUN_CHAIN, visit.purpose).allowed,
    )


def finding(found: QualityPage) -> str:
    """The least filled field that may be told."""
    told = [(share, name) for name, (share, hidden) in found.shares.items() if not hidden]
    if not told:
        return "No field can be told: every count is too small to show"
    share, name = min(told)
    return f"Least recorded: {words.plain(name)}, in {share:.0f} % of cases"


def _chart(found: QualityPage) -> dict[str, Any]:
    """Bars in percent, the least filled first; a hidden share is drawn at its upper end and hatched."""
    texts = {line.field: line.complete for line in found.view.fields}
    rows = sorted(found.shares.items(), key=lambda item: (item[1][0], item[0]))
    return {
        "labels": [words.plain(name) for name, _ in rows],
        "values": [share for _, (share, _) in rows],
        "words": [_beside_bar(texts[name]) if hidden else texts[name] for name, (_, hidden) in rows],
        "suppressed": [hidden for _, (_, hidden) in rows],
        "unit": "cases",
        "most": 100,
        "lying": True,
    }


def _beside_bar(text: str) -> str:
    """What stands beside a hatched bar: the bounds, or nothing, since hatching says that it is not shown."""
    return "" if text.startswith(NOT_SHOWN) else text.split(" of ")[0]


@router.get("/quality.csv")
def quality_table(visit: Visitor) -> Response:
    """All measures of all sources, small cells as intervals."""
    found = visit.desk.quality(visit.actor, visit.purpose, contributor="", birth_dates=False)
    return csv_answer("quality", COLUMNS, ([row[name] for name in COLUMNS] for row in found.measures))
