"""Models of what networks of adverts look like: cards, who is wrongly flagged, and the signed act that lets one in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from clew.desk import ModelRow
from clew.leads.classing.card import shown
from clew.leads.classing.classes import name_of
from clew.leads.classing.measuring import Measurement
from clew.leads.classing.telling import told
from clew.safeguards.errors import ClewError, NotFound
from clew.safeguards.permissions import Action
from clew.web import openings
from clew.web.downloads import csv_answer
from clew.web.pages import page
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
Digest = Annotated[str, Path(pattern=r"^[A-Za-z0-9_]{1,64}$")]
Text = Annotated[str, Form()]
WIDTH, HEIGHT, LEFT, TOP = 480, 220, 52, 12


@dataclass(frozen=True, slots=True)
class Curve:
    """Wrong classes among the surest, as a line with its intervals, in the units of the drawing."""

    line: str
    band: str
    across: tuple[tuple[float, str], ...]
    """Place and words of the marks on the axis of coverage."""
    up: tuple[tuple[float, str], ...]
    finding: str


def curve(measured: Measurement) -> Curve | None:
    """The drawing of a risk-coverage curve; None where nothing was measured."""
    points = [point for point in measured.curve if point.wrong.rate is not None]
    if not points:
        return None
    most = max(0.05, *(point.wrong.interval[1] for point in points))

    def x(share: float) -> float:
        return round(LEFT + share * (WIDTH - LEFT - 12), 1)

    def y(rate: float) -> float:
        return round(TOP + (1 - rate / most) * (HEIGHT - TOP - 36), 1)

    line = " ".join(f"{x(p.coverage)},{y(p.wrong.rate or 0.0)}" for p in points)
    upper = [f"{x(p.coverage)},{y(p.wrong.interval[1])}" for p in points]
    lower = [f"{x(p.coverage)},{y(p.wrong.interval[0])}" for p in reversed(points)]
    half = min(points, key=lambda p: abs(p.coverage - 0.5))
    return Curve(
        line=line,
        band=" ".join([*upper, *lower]),
        across=tuple((x(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
        up=tuple((y(rate), f"{rate:.0%}") for rate in (0.0, most / 2, most)),
        finding=f"Of the surest {half.coverage:.0%}, {half.wrong.rate:.1%} get a wrong class; of all, {points[-1].wrong.rate:.1%}",
    )


def _may_enable(visit: Visit) -> bool:
    return visit.purpose in openings.purposes_for(visit.actor, Action.ENABLE_MODEL)


@router.get("/models")
def models(request: Request, visit: Visitor) -> Response:
    view = visit.desk.models(visit.actor)
    return page(request, "models.html", view=view, name_of=name_of, shown=shown)


def _row(visit: Visit, digest: str) -> ModelRow:
    found = next((row for row in visit.desk.models(visit.actor).models if row.digest == digest), None)
    if found is None:
        raise NotFound("there is no such model")
    return found


def _model_page(
    request: Request, visit: Visit, digest: str, *, status: int = 200, problem: str = "", reason: str = ""
) -> Response:
    row = _row(visit, digest)
    return page(
        request,
        "model.html",
        status=status,
        row=row,
        measured=row.model.measured,
        curve=curve(row.model.measured) if row.model.measured else None,
        size=(WIDTH, HEIGHT, LEFT, TOP),
        may_enable=_may_enable(visit),
        enabling=openings.purposes_for(visit.actor, Action.ENABLE_MODEL),
        problem=problem,
        typed=reason,
        name_of=name_of,
        shown=shown,
        told=told,
    )


@router.get("/models/{digest}")
def model_page(request: Request, visit: Visitor, digest: Digest) -> Response:
    return _model_page(request, visit, digest)


@router.get("/models/{digest}/card.md")
def card(visit: Visitor, digest: Digest) -> Response:
    """The card as text, for who keeps records of the models in use."""
    return Response(_row(visit, digest).card, media_type="text/markdown; charset=utf-8")


@router.get("/models/{digest}/fairness.csv")
def fairness_table(visit: Visitor, digest: Digest) -> Response:
    measured = _row(visit, digest).model.measured
    rows = (
        (
            row.dimension,
            row.group,
            row.answers or "",
            shown(row.flagged),
            shown(row.missed),
            shown(row.wrong_flags),
            shown(row.wrong),
            shown(row.unclear),
        )
        for row in (told(measured.groups) if measured else ())
    )
    return csv_answer(
        "fairness",
        ("by", "group", "answers", "flagged", "missed", "wrong_flags_on_independents", "wrong_class", "unclear"),
        rows,
    )


@router.get("/models/{digest}/risk-coverage.csv")
def curve_table(visit: Visitor, digest: Digest) -> Response:
    measured = _row(visit, digest).model.measured
    rows = (
        (round(p.coverage, 4), p.wrong.part, p.wrong.whole, *(round(end, 4) for end in p.wrong.interval))
        for p in (measured.curve if measured else ())
    )
    return csv_answer("risk-coverage", ("coverage", "wrong", "of", "low", "high"), rows)


@router.post("/models/{digest}/enable")
def enable(request: Request, visit: FormVisitor, digest: Digest, reason: Text = "") -> Response:
    """Lets a model in, or says on its page why it is kept out."""
    return _signed(request, visit, digest, reason, letting_in=True)


@router.post("/models/{digest}/disable")
def disable(request: Request, visit: FormVisitor, digest: Digest, reason: Text = "") -> Response:
    return _signed(request, visit, digest, reason, letting_in=False)


def _signed(request: Request, visit: Visit, digest: str, reason: str, *, letting_in: bool) -> Response:
    act = visit.desk.enable_model if letting_in else visit.desk.disable_model
    try:
        if not reason.strip():
            return _model_page(
                request, visit, digest, status=422, problem="Write a reason. One sentence is enough.", reason=reason
            )
        act(visit.actor, visit.purpose, digest, reason.strip())
    except ClewError as error:
        return _model_page(request, visit, digest, status=error.status, problem=str(error), reason=reason)
    return RedirectResponse(f"/models/{digest}", status_code=303)
