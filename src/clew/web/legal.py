"""The legal register as a page: what law asks, where clew answers, and where it does not."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request
from starlette.responses import Response

from clew.standards.legal import Standing, legal_register
from clew.web.downloads import csv_answer
from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()
MARKS = {Standing.ANSWERED: "●", Standing.IN_PART: "◐", Standing.OPEN: "○"}


@router.get("/register")
def register(request: Request, visit: Visitor) -> Response:  # noqa: ARG001  signed in, whoever it is
    texts = legal_register()
    standings = Counter(each.standing for text in texts for each in text.articles)
    return page(request, "register.html", texts=texts, standings=standings, marks=MARKS, Standing=Standing)


@router.get("/register.csv")
def register_table(visit: Visitor) -> Response:  # noqa: ARG001
    rows = (
        (
            text.name,
            each.article,
            each.title,
            each.asks,
            each.standing.value,
            " ".join(f"{answer.words} [{answer.test}]" for answer in each.answers),
            " ".join(each.gaps),
            " ".join(each.yours),
            text.source,
        )
        for text in legal_register()
        for each in text.articles
    )
    return csv_answer(
        "legal-register", ("text", "article", "title", "asks", "standing", "answers", "gaps", "yours", "original"), rows
    )
