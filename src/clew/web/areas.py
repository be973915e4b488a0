"""Which areas to look at first, for prevention: ranks with their intervals, never a map of raw counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from clew.insight.area_view import AreaRow, AreasView, Standing
from clew.web.downloads import csv_answer
from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()
SHOWN = 100
"""Areas in the page's table; the download has all."""
WIDTH, HEIGHT, EDGE = 640, 360, 16
SHAPES = {Standing.FIRST: "first", Standing.OPEN: "open", Standing.LAST: "last"}


@dataclass(frozen=True, slots=True)
class Dot:
    """An area on the map, in pixels of the drawing."""

    x: float
    y: float
    shape: str
    said: str
    label: str


def dots(areas: Sequence[AreaRow]) -> list[Dot]:
    """Areas at their places, as far as these are known, all in one frame; those ranked first on top, the first ten with their rank."""
    placed = [(area, *area.place) for area in areas if area.place is not None]
    if not placed:
        return []
    middle = math.radians(sum(lat for _, lat, _ in placed) / len(placed))
    flat = [(lon * math.cos(middle), -lat) for _, lat, lon in placed]
    left, top = (min(each[axis] for each in flat) for axis in (0, 1))
    wide, high = (max(max(each[axis] for each in flat) - start, 0.1) for axis, start in ((0, left), (1, top)))
    scale = min((WIDTH - 2 * EDGE - 24) / wide, (HEIGHT - 2 * EDGE) / high)
    aside, down = (WIDTH - 24 - wide * scale) / 2, (HEIGHT - high * scale) / 2
    found = [
        Dot(
            round(aside + (x - left) * scale, 1), round(down + (y - top) * scale, 1), SHAPES[area.standing],
            f"{area.area}: rank {area.rank}, from {area.rank_low} to {area.rank_high}",
            str(area.rank) if area.rank <= 10 else "",
        )
        for (area, _, _), (x, y) in zip(placed, flat, strict=True)
    ]  # fmt: skip
    return found[::-1]


def finding(view: AreasView) -> str:
    first = view.standing(Standing.FIRST)
    if not first:
        return f"No area is surely in the first third of {len(view.areas)}: the ranks depend on how the index is built"
    return f"{first} of {len(view.areas)} areas {'is' if first == 1 else 'are'} in the first third however the index is built"


def moves(report: Any) -> list[tuple[str, float]]:
    """The choices that move ranks most, by how many places on average."""
    found = report.get("mean_change_of_rank_by_choice") or {}
    return sorted(((str(name), float(by)) for name, by in found.items()), key=lambda pair: -pair[1])[:5]


@router.get("/areas")
def areas(request: Request, visit: Visitor) -> Response:
    view = visit.desk.areas(visit.actor, visit.purpose)
    validation = view.report.get("validation")
    return page(
        request,
        "areas.html",
        view=view,
        rows=view.areas[:SHOWN],
        finding=finding(view),
        dots=dots(view.areas),
        size=(WIDTH, HEIGHT),
        Standing=Standing,
        shapes=SHAPES,
        moves=moves(view.report),
        validation=validation if isinstance(validation, dict) else None,
        unplaced=sum(area.place is None for area in view.areas),
    )


@router.get("/areas.csv")
def areas_table(visit: Visitor) -> Response:
    view = visit.desk.areas(visit.actor, visit.purpose)
    head = ("area", "points", "rank", "rank_low", "rank_high", "indicators", "standing")
    rows = ((a.area, a.risk, a.rank, a.rank_low, a.rank_high, a.indicators, a.standing.value) for a in view.areas)
    return csv_answer("areas", head, rows)
