"""What left, and the form by which something may leave: asked, looked at, signed."""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from clew.desk import ReleaseAsk
from clew.records.kinds import KINDS
from clew.safeguards.acts import Release
from clew.safeguards.errors import Blocked, ClewError, Conflict, NotFound, UsageError
from clew.web.attacks import attack_lines
from clew.web.pages import page
from clew.web.report import chapters
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
COLUMNS = tuple(f.name for f in KINDS["cases"].fields if f.name not in {*KINDS["cases"].sealed, "id"})
"""Columns of a case that identify nobody by themselves; sealed fields are never offered."""
USUAL = ("registered", "gender", "age", "citizenship", "exploited_in")
BLANK: dict[str, Any] = {
    "title": "", "recipient": "", "method": "", "k": "11", "epsilon": "4", "below": "5", "tables": "", "columns": USUAL,
    "hold_out": "", "waiting": "",
}  # fmt: skip
PARAMETERS = {"anonymise": "k", "synthesise": "epsilon", "table": "below"}
"""Method -> the field of the form that holds its number."""
MOST_BELOW = 1_000
MOST_TABLES = 12
HELD_OUT = 0.1
"""One person in ten, where the form asks for attacks."""

Text = Annotated[str, Form()]
Several = Annotated[list[str], Form()]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]


@router.get("/releases")
def releases(request: Request, visit: Visitor) -> Response:
    return _list(request, visit)


def _list(request: Request, visit: Visit, *, notice: str = "") -> Response:
    made = sorted(visit.desk.releases(visit.actor, visit.purpose), key=lambda r: r.at, reverse=True)
    waiting = visit.desk.waiting_releases(visit.actor, visit.purpose)
    budget = visit.desk.release_budget(visit.actor, visit.purpose)
    return page(
        request, "releases.html", made=made, waiting=waiting, budget=budget, notice=notice, names=visit.desk.names()
    )


@router.get("/releases/new")
def new_release(request: Request, visit: Visitor) -> Response:
    visit.desk.releases(visit.actor, visit.purpose)
    return _ask_page(request, BLANK)


@router.get("/releases/{release}")
def one_release(request: Request, visit: Visitor, release: Id) -> Response:
    made = visit.desk.releases(visit.actor, visit.purpose)
    found = next((r for r in made if r.id == release), None)
    if found is None:
        raise NotFound("release: no release has this id")
    report = _report(found)
    return page(request, "release.html", made=found, names=visit.desk.names(), **_told(report))


def _told(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report as the pages show it: the questions in chapters, the attacks in a table of their own."""
    attacks = report.get("attacks")
    rest = {name: value for name, value in report.items() if name != "attacks"}
    return {
        "chapters": chapters(rest),
        "notice": str(report.get("notice", "")),
        "attacks": attack_lines(attacks) if isinstance(attacks, Mapping) else None,
        "audit": attacks if isinstance(attacks, Mapping) else {},
    }


def _report(release: Release) -> dict[str, Any]:
    try:
        report = json.loads(release.report)
    except json.JSONDecodeError:
        return {"report": "cannot be read as JSON; the ledger keeps it as it was signed"}
    return report if isinstance(report, dict) else {"report": report}


def _ask_page(request: Request, typed: dict[str, Any], *, problem: str = "", status: int = 200) -> Response:
    return page(request, "release_ask.html", status=status, typed=typed, problem=problem, columns=COLUMNS)


def _ask(visit: Visit, typed: dict[str, Any]) -> ReleaseAsk:
    """What the form asks for, or what waits for a second signature; raises UsageError naming the field that does not fit."""
    if typed["waiting"]:
        return _waiting(visit, typed["waiting"])
    title, recipient, method = typed["title"].strip(), typed["recipient"].strip(), typed["method"]
    if not title:
        raise UsageError("title: say in a few words what this release is")
    if not recipient:
        raise UsageError(
            "recipient: say who will get it; a release to nobody in particular is public, then write “the public”"
        )
    if len(title) > 200 or len(recipient) > 200:
        raise UsageError("title and recipient: at most 200 characters each")
    if method not in PARAMETERS:
        raise UsageError("method: choose one of the three")
    columns = _tables(typed) if method == "table" else tuple(name for name in COLUMNS if name in typed["columns"])
    if not columns:
        raise UsageError("columns: choose at least one")
    held = HELD_OUT if typed["hold_out"] == "yes" and method != "table" else 0.0
    return ReleaseAsk(
        title=title, recipient=recipient, method=method, parameter=_parameter(typed), columns=columns, hold_out=held
    )


def _tables(typed: dict[str, Any]) -> tuple[str, ...]:
    """The tables of counts that were typed, one a line; each is one to three columns with commas between them."""
    asked = [[name.strip() for name in line.split(",") if name.strip()] for line in typed["tables"].splitlines()]
    asked = [names for names in asked if names]
    if not asked:
        raise UsageError("tables: write the columns of a table, as in: gender, age; one table a line")
    if len(asked) > MOST_TABLES:
        raise UsageError(f"tables: at most {MOST_TABLES} at once")
    for number, names in enumerate(asked, start=1):
        if len(names) > 3 or len(set(names)) < len(names) or not set(names) <= set(COLUMNS):
            raise UsageError(f"tables: line {number} is not one to three different columns of those listed")
    return tuple(",".join(names) for names in asked)


def _waiting(visit: Visit, waiting: str) -> ReleaseAsk:
    found = next((w for w in visit.desk.waiting_releases(visit.actor, visit.purpose) if w.id == waiting), None)
    if found is None:
        raise NotFound("release: nothing of this number waits for a signature any more")
    return found.ask


def _parameter(typed: dict[str, Any]) -> float:
    name = PARAMETERS[typed["method"]]
    try:
        value = float(typed[name].strip().replace(",", "."))
    except ValueError:
        raise UsageError(f"{name}: not a number") from None
    if name != "epsilon" and not (value.is_integer() and 2 <= value <= MOST_BELOW):
        raise UsageError(f"{name}: a whole number from 2 to {MOST_BELOW}")
    if not (math.isfinite(value) and 0 < value <= 1_000):
        raise UsageError("epsilon: a number above 0")
    return value


def _preview_page(request: Request, visit: Visit, typed: dict[str, Any]) -> Response:
    try:
        ask = _ask(visit, typed)
        preview = visit.desk.preview_release(visit.actor, visit.purpose, ask)
    except ClewError as error:
        return _ask_page(request, typed, problem=str(error), status=error.status)
    return page(request, "release_preview.html", ask=ask, typed=typed, preview=preview, **_told(preview.report))


def _typed(
    title: Text = "",
    recipient: Text = "",
    method: Text = "",
    k: Text = "11",
    epsilon: Text = "4",
    below: Text = "5",
    tables: Text = "",
    columns: Several = [],  # noqa: B006  read by FastAPI, which copies it
    hold_out: Text = "",
    waiting: Text = "",
) -> dict[str, Any]:
    """What the form holds, so that it can be shown again as it was typed."""
    return {
        "title": title, "recipient": recipient, "method": method, "k": k, "epsilon": epsilon, "below": below, "tables": tables,
        "columns": columns, "hold_out": hold_out, "waiting": waiting,
    }  # fmt: skip


Typed = Annotated[dict[str, Any], Depends(_typed)]


@router.post("/releases/preview")
def preview(request: Request, visit: FormVisitor, typed: Typed) -> Response:
    return _preview_page(request, visit, typed)


@router.post("/releases")
def sign(request: Request, visit: FormVisitor, typed: Typed, fingerprint: Text = "", sure: Text = "") -> Response:
    """Signs exactly what was looked at: if the data or the form changed since, nothing leaves. The first signature is kept."""
    ask = _ask(visit, typed)
    if sure != "yes":
        raise UsageError("sure: tick that you have read the report; nothing has left")
    now = visit.desk.preview_release(visit.actor, visit.purpose, ask)
    if not hmac.compare_digest(now.fingerprint.encode(), fingerprint.encode()):
        raise Conflict("release: the data changed since you looked at the report; look at it again before you sign")
    try:
        made = visit.desk.release(visit.actor, visit.purpose, ask)
    except Blocked as kept:
        if any(each.ask == ask for each in visit.desk.waiting_releases(visit.actor, visit.purpose)) and not now.second:
            return _list(request, visit, notice=str(kept))
        raise
    return RedirectResponse(f"/releases/{made.id}", status_code=303)
