"""One text: its adverts beside each other, what they share and what each fills in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from clew.leads.network_view import TextView
from clew.web import words
from clew.web.downloads import csv_answer
from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()
SHOWN_VALUES = 12
"""Values of a slot that are listed, the most used first."""

Id = Annotated[int, Path(ge=0, lt=2**63)]


@dataclass(frozen=True, slots=True)
class Slot:
    """What the adverts say in one place of the text."""

    number: int
    values: tuple[tuple[str, int], ...]
    different: int
    adverts: int
    """Adverts that say something there."""


def slots_of(view: TextView) -> list[Slot]:
    """What stands in each slot, the most used first."""
    said: dict[int, Counter[str]] = {number: Counter() for number in range(1, view.slots + 1)}
    for text in view.shown:
        for piece in text.pieces:
            if piece.kind == "slot":
                said[piece.slot][" ".join(piece.text.split())] += 1
    return [
        Slot(
            number,
            tuple(sorted(values.items(), key=lambda v: (-v[1], v[0]))[:SHOWN_VALUES]),
            len(values),
            values.total(),
        )
        for number, values in said.items()
    ]


def finding(view: TextView) -> str:
    """The title: how many adverts, and how much of the text is theirs alone."""
    if view.adverts == 1:
        return "One advert says this"
    slots = f", with {words.count(view.slots, 'place')} that each fills in" if view.slots else ""
    return f"{words.count(view.adverts, 'advert')} share one text{slots}"


@router.get("/texts/{cluster}")
def text_page(request: Request, visit: Visitor, cluster: Id) -> Response:
    view = visit.desk.text(visit.actor, visit.purpose, cluster)
    return page(request, "text.html", view=view, finding=finding(view), slots=slots_of(view))


@router.get("/texts/{cluster}/slots.csv")
def slots_table(visit: Visitor, cluster: Id) -> Response:
    view = visit.desk.text(visit.actor, visit.purpose, cluster)
    rows = (
        (text.external_id, place, piece.kind, piece.slot or "", piece.text)
        for text in view.shown
        for place, piece in enumerate(text.pieces, 1)
    )
    return csv_answer("text", ("advert", "piece", "kind", "slot", "text"), rows)
