"""What left, and the form by which something may leave: asked, looked at, signed."""

from __future__ import annotations

import hmac
import json
import math
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from clew.desk import ReleaseAsk
from clew.records.kinds import KINDS
from clew.safeguards.acts import Release
from clew.safeguards.errors import ClewError, Conflict, NotFound, UsageError
from clew.web.pages import page
from clew.web.report import chapters
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
COLUMNS = tuple(f.name for f in KINDS["cases"].fields if f.name not in {*KINDS["cases"].sealed, "id"})
"""Columns of a case that identify nobody by themselves; sealed fields are never offered."""
USUAL = ("registered", "gender", "age", "citizenship", "exploited_in")
BLANK: dict[str, Any] = {"title": "", "recipient": "", "method": "", "k": "11", "epsilon": "4", "columns": USUAL}

Text = Annotated[str, Form()]
Several = Annotated[list[str], Form()]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]


@router.get("/releases")
def releases(request: Request, visit: Visitor) -> Response:
    made = sorted(visit.desk.releases(visit.actor, visit.purpose), key=lambda r: r.at, reverse=True)
    return page(request, "releases.html", made=made, spent=sum(r.epsilon for r in made))


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
    notice = str(report.get("notice", ""))
    return page(request, "release.html", made=found, chapters=chapters(report), notice=notice)


def _report(release: Release) -> dict[str, Any]:
    try:
        report = json.loads(release.report)
    except json.JSONDecodeError:
        return {"report": "cannot be read as JSON; the ledger keeps it as it was signed"}
    return report if isinstance(report, dict) else {"report": report}


def _ask_page(request: Request, typed: dict[str, Any], *, problem: str = "", status: int = 200) -> Response:
    return page(request, "release_ask.html", status=status, typed=typed, problem=problem, columns=COLUMNS)


def _ask(typed: dict[str, Any]) -> ReleaseAsk:
    """What the form asks for; raises UsageError naming the field that does not fit."""
    title, recipient, method = typed["title"].strip(), typed["recipient"].strip(), typed["method"]
    if not title:
        raise UsageError("title: say in a few words what this release is")
    if not recipient:
        raise UsageError(
            "recipient: say who will get it; a release to nobody in particular is public, then write “the public”"
        )
    if len(title) > 200 or len(recipient) > 200:
        raise UsageError("title and recipient: at most 200 characters each")
    if method not in {"anonymise", "synthesise"}:
        raise UsageError("method: choose one of the two")
    columns = tuple(name for name in COLUMNS if name in typed["columns"])
    if not columns:
        raise UsageError("columns: choose at least one")
    return ReleaseAsk(title=title, recipient=recipient, method=method, parameter=_parameter(typed), columns=columns)


def _parameter(typed: dict[str, Any]) -> float:
    anonymise = typed["method"] == "anonymise"
    name = "k" if anonymise else "epsilon"
    try:
        value = float(typed[name].strip().replace(",", "."))
    except ValueError:
        raise UsageError(f"{name}: not a number") from None
    if anonymise and not (value.is_integer() and 2 <= value <= 1_000):
        raise UsageError("k: a whole number from 2 to 1000")
    if not (math.isfinite(value) and 0 < value <= 1_000):
        raise UsageError("epsilon: a number above 0")
    return value


def _preview_page(request: Request, visit: Visit, typed: dict[str, Any]) -> Response:
    try:
        ask = _ask(typed)
        preview = visit.desk.preview_release(visit.actor, visit.purpose, ask)
    except ClewError as error:
        return _ask_page(request, typed, problem=str(error), status=error.status)
    return page(
        request,
        "release_preview.html",
        ask=ask,
        typed=typed,
        preview=preview,
        chapters=chapters(preview.report),
        notice=str(preview.report.get("notice", "")),
    )


@router.post("/releases/preview")
def preview(
    request: Request,
    visit: FormVisitor,
    title: Text = "",
    recipient: Text = "",
    method: Text = "",
    k: Text = "11",
    epsilon: Text = "4",
    columns: Several = [],  # noqa: B006  read by FastAPI, which copies it
) -> Response:
    typed = {"title": title, "recipient": recipient, "method": method, "k": k, "epsilon": epsilon, "columns": columns}
    return _preview_page(request, visit, typed)


@router.post("/releases")
def sign(
    visit: FormVisitor,
    title: Text = "",
    recipient: Text = "",
    method: Text = "",
    k: Text = "11",
    epsilon: Text = "4",
    columns: Several = [],  # noqa: B006  read by FastAPI, which copies it
    fingerprint: Text = "",
    sure: Text = "",
) -> Response:
    """Signs exactly what was looked at: if the data or the form changed since, nothing leaves."""
    typed = {"title": title, "recipient": recipient, "method": method, "k": k, "epsilon": epsilon, "columns": columns}
    ask = _ask(typed)
    if sure != "yes":
        raise UsageError("sure: tick that you have read the report; nothing has left")
    now = visit.desk.preview_release(visit.actor, visit.purpose, ask)
    if not hmac.compare_digest(now.fingerprint.encode(), fingerprint.encode()):
        raise Conflict("release: the data changed since you looked at the report; look at it again before you sign")
    made = visit.desk.release(visit.actor, visit.purpose, ask)
    return RedirectResponse(f"/releases/{made.id}", status_code=303)
