"""Which elements of trafficking the recorded facts of one case support: an aid for a person who reviews the record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from clew.standards.instruments import Jurisdiction
from clew.standards.palermo import elements
from clew.web.cases import Number
from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()
LAW = {
    Jurisdiction.INT: "Worldwide",
    Jurisdiction.COE: "Council of Europe",
    Jurisdiction.EU: "European Union",
}
Level = Annotated[Jurisdiction, Query(alias="law")]


@router.get("/cases/{number}/qualification")
def qualification(request: Request, visit: Visitor, number: Number, law: Level = Jurisdiction.INT) -> Response:
    view = visit.desk.qualification(visit.actor, visit.purpose, number, jurisdiction=law.value)
    return page(
        request,
        "qualification.html",
        number=number,
        view=view,
        asks={name: element.question for name, element in elements().items()},
        law=law,
        laws=LAW,
    )
