"""From where to where: recorded cases by country, year, form, sex, age and sector. Small cells stay suppressed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from clew.desk import CountRow, FlowRow
from clew.records.imprecise import Count
from clew.web import words
from clew.web.countries import country_name, numeric_code
from clew.web.downloads import csv_answer
from clew.web.pages import page
from clew.web.visit import Visitor

router = APIRouter()
DIMENSIONS = {
    "year": "Year of registration",
    "form": "Form of exploitation",
    "sex": "Sex",
    "age": "Age at registration",
    "age_when_trafficked": "Age when trafficked",
    "sector": "Sector",
    "transit": "Country passed through",
}
UNKNOWN = {"unknown", ""}


@dataclass(frozen=True, slots=True)
class Group:
    """The counts of one dimension, as a chart and its table show them."""

    name: str
    title: str
    finding: str
    rows: tuple[CountRow, ...]
    missing: str
    """What is not recorded, as counted; empty when nothing is missing."""
    chart: dict[str, Any]

    @property
    def reported(self) -> bool:
        """Whether a row says how many contributors reported."""
        return any(row.reporters for row in self.rows)


def largest(count: CountRow | FlowRow) -> int:
    """The upper end of a count, to draw and to sort by."""
    return Count.parse(count.count).high


def group(name: str, rows: Sequence[CountRow]) -> Group:
    mine = [row for row in rows if row.dimension == name]
    known = [row for row in mine if row.value not in UNKNOWN]
    known.sort(
        key=_in_order if name in {"year", "age", "age_when_trafficked"} else lambda row: (-largest(row), row.value)
    )
    chart = {
        "labels": [said(row) for row in known],
        "values": [largest(row) for row in known],
        "words": [row.count for row in known],
        "suppressed": [row.suppressed for row in known],
        "unit": "cases",
        "lying": name != "year",
    }
    missing = next((row.count for row in mine if row.value in UNKNOWN), "")
    return Group(name, DIMENSIONS[name], _most(known), tuple(known), missing, chart)


def _in_order(row: CountRow) -> tuple[int, str]:
    """Years and ages in their own order: 9--17 before 18--20."""
    first = re.match(r"\d+", row.value)
    return (int(first[0]) if first else 1_000_000, row.value)


def _most(rows: Sequence[CountRow]) -> str:
    open_rows = [row for row in rows if not row.suppressed]
    if not rows:
        return "nothing is recorded"
    if not open_rows:
        return "every cell is too small to show"
    top = max(open_rows, key=largest)
    return f"most cases: {said(top)} ({top.count})"


def said(row: CountRow) -> str:
    """A value in words; a country by its name."""
    return country_name(row.value) if row.dimension == "transit" else words.plain(row.value)


def map_finding(rows: Sequence[FlowRow]) -> str:
    across = [row for row in rows if not row.suppressed and row.origin != row.destination]
    if not rows:
        return "No flow is recorded"
    if not across:
        return "No flow between two countries is large enough to show as a number"
    top = max(across, key=largest)
    return f"The largest recorded flow leads from {country_name(top.origin)} to {country_name(top.destination)}: {top.count} cases"


def map_data(rows: Sequence[FlowRow]) -> dict[str, Any]:
    """Lines, and the countries to which recorded cases lead, keyed by numeric ISO codes; none is shaded by how many."""
    totals: dict[str, Count] = {}
    for row in rows:
        totals[row.destination] = totals.get(row.destination, Count(0, 0)) + Count.parse(row.count)
    return {
        "lines": [_line(row) for row in rows],
        "countries": [_shade(code, total, rows) for code, total in totals.items()],
    }


def _line(row: FlowRow) -> dict[str, Any]:
    return {
        "id": f"{row.origin}-{row.destination}",
        "from": numeric_code(row.origin),
        "to": numeric_code(row.destination),
        "name": f"{country_name(row.origin)} to {country_name(row.destination)}",
        "value": largest(row),
        "words": row.count,
        "suppressed": row.suppressed,
        "within": row.origin == row.destination,
    }


def _shade(code: str, total: Count, rows: Sequence[FlowRow]) -> dict[str, Any]:
    hidden = all(row.suppressed for row in rows if row.destination == code)
    return {
        "code": numeric_code(code),
        "name": country_name(code),
        "words": str(total),
        "suppressed": hidden,
    }


@router.get("/flows")
def flows(request: Request, visit: Visitor) -> Response:
    view = visit.desk.flows(visit.actor, visit.purpose)
    rows = sorted(view.flows, key=lambda row: (-largest(row), row.origin, row.destination))
    groups = [group(name, view.counts) for name in DIMENSIONS]
    return page(
        request,
        "flows.html",
        view=view,
        rows=rows,
        groups=[g for g in groups if g.rows],
        finding=map_finding(rows),
        map_data=map_data(rows),
        hidden=sum(row.suppressed for row in rows),
        said=said,
    )


@router.get("/flows.csv")
def flows_table(visit: Visitor) -> Response:
    view = visit.desk.flows(visit.actor, visit.purpose)
    head = ("origin", "destination", "cases", "reporters_at_destination", "years_at_destination")
    return csv_answer("flows", head, ((r.origin, r.destination, r.count, r.reporters, r.years) for r in view.flows))


@router.get("/flows/{dimension}.csv")
def counts_table(visit: Visitor, dimension: Annotated[str, Path(pattern=f"^({'|'.join(DIMENSIONS)})$")]) -> Response:
    view = visit.desk.flows(visit.actor, visit.purpose)
    rows = ((row.value, row.count, row.reporters) for row in view.counts if row.dimension == dimension)
    return csv_answer(f"cases-by-{dimension}", (dimension, "cases", "reporters"), rows)
