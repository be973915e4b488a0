"""The queue of leads, and the page on which a person judges one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.leads.classing.classes import MEANINGS, LeadClass, name_of
from clew.leads.types import LeadRow
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import ClewError
from clew.safeguards.permissions import Action
from clew.web import lead_story, words
from clew.web.downloads import csv_answer
from clew.web.openings import purposes_for
from clew.web.pages import page
from clew.web.paging import LAST_PAGE, PageNumber, Pager
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
CHART_ROWS = 1_000
"""How many of the first leads the chart counts."""
REASON_LIMIT = 4_000
SHOW = {"open": False, "judged": True, "all": None, "asked": False}

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]
SHOWN = r"^(open|judged|all|asked)$"
Show = Annotated[str, Query(pattern=SHOWN)]
Asked = Annotated[str, Form(alias="q", max_length=200)]
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Band:
    """Leads whose points lie from `low` up to, not including, `high`."""

    low: int
    high: int
    leads: int


def bands(points: Sequence[float]) -> list[Band]:
    """Counts of leads by points, in bands of 1, 2, 5, 10 … so that there are at most 12.

    >>> bands([0.5, 2.2, 2.9])
    [Band(low=0, high=1, leads=1), Band(low=1, high=2, leads=0), Band(low=2, high=3, leads=2)]
    """
    if not points:
        return []
    low, high = min(points), max(points)
    width = next(size * 10**power for power in range(9) for size in (1, 2, 5) if (high - low) / (size * 10**power) < 11)
    start = int(low // width) * width
    counts = [0] * (int((high - start) // width) + 1)
    for value in points:
        counts[int((value - start) // width)] += 1
    return [Band(start + i * width, start + (i + 1) * width, n) for i, n in enumerate(counts)]


def _finding(found: Sequence[Band], total: int) -> str:
    if not found:
        return "No lead to count"
    top = max(found, key=lambda band: band.leads)
    return f"{words.count(top.leads, 'lead')} of {words.number(total)} {'has' if top.leads == 1 else 'have'} {top.low} to {top.high} points, the most common band"


def _queue(visit: Visit, show: str, query: str, pager: Pager) -> tuple[Sequence[LeadRow], Sequence[LeadRow], int]:
    """The lines of this page, the lines that the chart counts, and how many there are in all."""
    ask = partial(visit.desk.leads, visit.actor, visit.purpose, judged=SHOW[show], query=query, asked=show == "asked")
    counted, total = ask(offset=0, limit=CHART_ROWS)
    if total <= len(counted) or pager.offset + pager.size <= len(counted):
        return counted[pager.offset : pager.offset + pager.size], counted, total
    rows, _ = ask(offset=pager.offset, limit=pager.size)
    return rows, counted, total


@router.get("/leads")
def leads(request: Request, visit: Visitor, show: Show = "open", number: PageNumber = 1) -> Response:
    return _list(request, visit, show, "", number)


@router.post("/leads/search")
def search(
    request: Request,
    visit: FormVisitor,
    query: Asked = "",
    show: Annotated[str, Form(pattern=SHOWN)] = "all",
    number: Annotated[int, Form(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> Response:
    """The leads that what was written names. Sent by form: it stands in no address, log or history."""
    return _list(request, visit, show, query.strip(), number)


def _list(request: Request, visit: Visit, show: str, query: str, number: int) -> Response:
    rows, counted, total = _queue(visit, show, query, Pager(number, 0))
    found = bands([row.points for row in counted if not row.blind])
    hidden = sum(row.blind for row in counted)
    return page(
        request,
        "leads.html",
        rows=rows,
        pager=Pager(number, total),
        show=show,
        query=query,
        bands=found,
        finding=_finding(found, len(counted) - hidden),
        counted=len(counted),
        hidden=hidden,
        most=max((abs(row.points) for row in counted), default=0.0),
        name_of=name_of,
        chart={"labels": [f"{b.low} to {b.high}" for b in found], "values": [b.leads for b in found], "unit": "leads"},
    )


@router.get("/leads/points.csv")
def points_table(visit: Visitor, show: Show = "open") -> Response:
    _, counted, _ = _queue(visit, show, "", Pager(1, 0))
    rows = ((band.low, band.high, band.leads) for band in bands([row.points for row in counted if not row.blind]))
    return csv_answer("leads-by-points", ("points_from", "points_below", "leads"), rows)


def _lead_page(request: Request, visit: Visit, lead: str, *, status: int = 200, **form: str) -> Response:
    """The page of a lead; `form` is what was typed and what was wrong with it."""
    story = lead_story.tell(visit.desk.lead(visit.actor, visit.purpose, lead))
    adverts = [e.of.record for e in story.exhibits if e.of.kind == "advert" and e.of.text]
    typed = {"problem": "", "verdict": "", "reason": "", "reverses": "", "looks": ""} | form
    if not story.can_take_back(typed["reverses"]):
        typed["reverses"] = ""
    return page(
        request,
        "lead.html",
        status=status,
        story=story,
        view=story.view,
        texts=visit.desk.texts_of(visit.actor, visit.purpose, adverts),
        graph_finding=lead_story.graph_finding(story),
        timeline_finding=lead_story.timeline_finding(story),
        chart=lead_story.chart_data(story),
        typed=typed,
        meanings=MEANINGS,
        name_of=name_of,
        reason_limit=REASON_LIMIT,
        may_rectify=bool(purposes_for(visit.actor, Action.RECTIFY)),
    )


@router.get("/leads/{lead}")
def lead_page(request: Request, visit: Visitor, lead: Id) -> Response:
    return _lead_page(request, visit, lead)


def _problem(verdict: str, reason: str, looks: str) -> str:
    """What is missing from a judgement, kindly; empty when nothing is."""
    if verdict not in set(Verdict):
        return "Choose an answer: yes, no or not sure. “Not sure” is an answer too."
    if looks and looks not in set(LeadClass):
        return "Choose what it looks like from the list, or leave it open."
    if not reason.strip():
        return "Write a reason. One sentence is enough; the next person will need it."
    if len(reason) > REASON_LIMIT:
        return f"The reason is longer than {REASON_LIMIT:,} characters. Please shorten it."
    return ""


@router.post("/leads/{lead}/judgements")
def judge(
    request: Request,
    visit: FormVisitor,
    lead: Id,
    verdict: Text = "",
    reason: Text = "",
    reverses: Text = "",
    looks: Text = "",
) -> Response:
    """Records a judgement and, where one was chosen, the class; or shows the page again with what is missing."""
    typed = {"verdict": verdict, "reason": reason, "reverses": reverses, "looks": looks}
    problem = _problem(verdict, reason, looks)
    if problem:
        return _lead_page(request, visit, lead, status=422, problem=problem, **typed)
    try:
        done = visit.desk.judge(visit.actor, visit.purpose, lead, Verdict(verdict), reason.strip(), reverses or None)
        if looks:
            visit.desk.say_class(visit.actor, visit.purpose, lead, LeadClass(looks), reason.strip())
    except ClewError as error:
        return _lead_page(request, visit, lead, status=error.status, problem=str(error), **typed)
    return RedirectResponse(f"/leads/{lead}#judgement-{done.id}", status_code=303)


@router.get("/leads/{lead}/network.csv")
def network_table(visit: Visitor, lead: Id) -> Response:
    view = visit.desk.lead(visit.actor, visit.purpose, lead)
    rows = ((edge.source, edge.relation, edge.target, edge.weight) for edge in view.edges)
    return csv_answer("network", ("from", "relation", "to", "weight"), rows)


@router.get("/leads/{lead}/timeline.csv")
def timeline_table(visit: Visitor, lead: Id) -> Response:
    story = lead_story.tell(visit.desk.lead(visit.actor, visit.purpose, lead))
    rows = (
        (e.of.posted.isoformat() if e.of.posted else "", e.of.place, e.of.kind, e.of.external_id, e.of.source)
        for e in story.exhibits
    )
    return csv_answer("timeline", ("posted", "place", "kind", "record", "source"), rows)
