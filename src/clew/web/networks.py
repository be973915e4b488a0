"""Networks: the list, one network's page, and what else belongs to an identifier."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from clew.leads.network_view import ExpansionView, NetworkView
from clew.safeguards.errors import UsageError
from clew.web import words
from clew.web.downloads import csv_answer
from clew.web.pages import page
from clew.web.paging import PageNumber, Pager
from clew.web.visit import FormVisitor, Visitor

router = APIRouter()
LOOK_FOR = 500
"""Characters of what is looked for."""

Id = Annotated[str, Path(pattern=r"^net_[0-9a-f]{4,64}$")]


@router.get("/networks")
def networks(request: Request, visit: Visitor, number: PageNumber = 1) -> Response:
    pager = Pager(number, 0)
    rows, total = visit.desk.networks(visit.actor, visit.purpose, offset=pager.offset, limit=pager.size)
    return page(request, "networks.html", rows=rows, pager=Pager(number, total), problem="", look_for=LOOK_FOR)


@router.post("/networks/search")
def search(request: Request, visit: FormVisitor, wanted: Annotated[str, Form()] = "") -> Response:
    """What hangs together with what was written. Sent by form: it stands in no address, log or history."""
    try:
        found = visit.desk.expand(visit.actor, visit.purpose, wanted)
    except UsageError as error:
        rows, total = visit.desk.networks(visit.actor, visit.purpose, offset=0, limit=Pager(1, 0).size)
        shown = {"rows": rows, "pager": Pager(1, total), "look_for": LOOK_FOR}
        return page(request, "networks.html", status=422, problem=str(error), **shown)
    return page(request, "expansion.html", found=found, finding=expansion_finding(found), look_for=LOOK_FOR)


@router.get("/networks/{network}")
def network_page(request: Request, visit: Visitor, network: Id) -> Response:
    view = visit.desk.network(visit.actor, visit.purpose, network)
    return page(
        request,
        "network.html",
        view=view,
        chart=chart_data(view),
        graph_finding=graph_finding(view),
        map_finding=map_finding(view),
        time_finding=time_finding(view),
        circuit_finding=circuit_finding(view),
        price_finding=price_finding(view),
        numbers={each.record: at for at, each in enumerate(view.members, 1)},
        price_scale=price_scale,
    )


@router.get("/networks/{network}/evidence.csv")
def evidence_table(visit: Visitor, network: Id) -> Response:
    view = visit.desk.network(visit.actor, visit.purpose, network)
    rows = ((j.words, j.label, j.count, j.weight, "yes" if j.hub else "no", ";".join(j.records)) for j in view.joins)
    return csv_answer("evidence", ("evidence", "value", "adverts", "weight", "hub", "records_shown"), rows)


@router.get("/networks/{network}/stays.csv")
def stays_table(visit: Visitor, network: Id) -> Response:
    view = visit.desk.network(visit.actor, visit.purpose, network)
    rows = ((s.mover, s.place, s.first.isoformat(), s.last.isoformat(), s.adverts) for s in view.stays)
    return csv_answer("stays", ("mover", "place", "first", "last", "adverts"), rows)


@router.get("/networks/{network}/prices.csv")
def prices_table(visit: Visitor, network: Id) -> Response:
    view = visit.desk.network(visit.actor, visit.purpose, network)
    names = ("place", "currency", "hours", "own", "own_adverts", "askers", "low", "median", "high", "ratio")
    rows = (tuple("" if getattr(p, name) is None else getattr(p, name) for name in names) for p in view.prices)
    return csv_answer("prices", names, rows)


# Findings in words. ---------------------------------------------------------------------------------------------------


def graph_finding(view: NetworkView) -> str:
    joining = [j for j in view.joins if not j.hub]
    hubs = len(view.joins) - len(joining)
    if not joining:
        return "Nothing that was read joins these adverts"
    widest = max(joining, key=lambda j: j.count)
    found = f"{words.count(len(joining), 'piece')} of evidence"
    found += f"; the widest holds {words.count(widest.count, 'advert')}: {widest.words}"
    return found + (
        f"; {words.count(hubs, 'hub')} shown that {'joins' if hubs == 1 else 'join'} nothing" if hubs else ""
    )


def map_finding(view: NetworkView) -> str:
    if not view.points:
        return "No advert names a place that is known"
    most = view.points[0]
    if len(view.points) == 1:
        return f"All adverts with a known place name {most.place}"
    found = f"{len(view.points)} places; most adverts in {most.place} ({most.adverts})"
    if view.legs:
        leg = view.legs[0]
        found += f"; the way gone most leads from {leg.place} to {leg.to} ({words.count(leg.journeys, 'time')})"
    return found


def time_finding(view: NetworkView) -> str:
    if view.row.first is None or view.row.last is None:
        return "No advert says when it was posted"
    first, last = words.day(view.row.first), words.day(view.row.last)
    span = f"on {first}" if first == last else f"from {first} to {last}"
    if not view.contradicting:
        return f"Posted {span}; no contact is in two places at once"
    return f"Posted {span}; {words.count(view.contradicting, 'time')} one contact is in two places sooner than anyone can travel"


def circuit_finding(view: NetworkView) -> str:
    if not view.circuits:
        return "No tour between places repeats"
    top = view.circuits[0]
    return f"{words.count(len(view.circuits), 'tour')} {'repeats' if len(view.circuits) == 1 else 'repeat'}; the longest through {words.count(len(top.tour), 'place')}, {top.tours} times"


def price_finding(view: NetworkView) -> str:
    compared = [p for p in view.prices if p.ratio is not None]
    if not compared:
        return "No price can be compared with what others ask in the same place"
    below = sum(p.own < p.low for p in compared if p.low is not None)
    above = sum(p.own > p.high for p in compared if p.high is not None)
    said = f"Of {words.count(len(compared), 'price')} that can be compared, {below} below and {above} above"
    return f"{said} the middle half of what others ask there"


def expansion_finding(found: ExpansionView) -> str:
    if not found.rows:
        return "Nothing here names it"
    records = sum(row.hops > 0 and row.texts is None for row in found.rows)
    others = sum(row.hops > 0 and row.texts is not None for row in found.rows)
    return f"{words.count(records, 'record')} and {words.count(others, 'further identifier')} hang together with it"


# Charts. --------------------------------------------------------------------------------------------------------------


def chart_data(view: NetworkView) -> dict[str, Any]:
    """What the graph, the map and the timeline draw. Ids of places are `place_` and their number in the table."""
    at = {point.place: (point.longitude, point.latitude) for point in view.points}
    return {
        "nodes": [
            {"id": n.id, "kind": words.plain(n.kind), "label": n.label, "hub": n.hub, "record": n.kind == "advert"}
            for n in view.nodes
        ],
        "edges": [{"source": e.source, "target": e.target, "weight": e.weight} for e in view.edges],
        "points": [
            {
                "id": f"place_{number}",
                "at": at[point.place],
                "name": point.place,
                "words": words.count(point.adverts, "advert"),
                "value": point.adverts,
                "label": point.place if number <= 8 else "",
            }
            for number, point in enumerate(view.points, 1)
        ],
        "lines": [[at[leg.place], at[leg.to]] for leg in view.legs if leg.place in at and leg.to in at],
        "times": [
            {
                "record": each.record,
                "at": each.posted.isoformat(),
                "place": each.place or "place not known",
                "name": f"Advert {each.external_id}",
            }
            for each in view.members
            if each.posted
        ],
        "close": False,
        "unit": "",
    }


def price_scale(row: Any, width: int = 160) -> dict[str, int] | None:
    """Where low, median, high and the own price stand on a line of that many pixels; None where nothing is compared."""
    if row.median is None:
        return None
    most = max(row.high, row.own) * 1.1 or 1.0
    return {name: round(width * getattr(row, name) / most) for name in ("low", "median", "high", "own")}
