"""What goes to a named partner: asked on which terms, looked at as it would leave, signed by two persons."""

from __future__ import annotations

import hmac
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from clew.desk import DISCLOSURE_TERMS, DisclosureAsk
from clew.safeguards.consent import RECIPIENTS
from clew.safeguards.errors import Blocked, ClewError, Conflict, UsageError
from clew.web.pages import page
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
OF_LEADS = {
    "dossier": "Dossier (PDF/UA)", "stix": "STIX 2.1", "misp": "MISP event", "ftm": "FollowTheMoney", "geojson": "Places as GeoJSON",
    "csv": "Identifiers as CSV",
}  # fmt: skip
ORDER = ("order", "order_by", "order_date", "order_why")
SHOWN = 20_000
"""Characters of a file that the page shows before it is signed."""
MEDIA = {".pdf": "application/pdf", ".csv": "text/csv; charset=utf-8", ".geojson": "application/geo+json"}

Text = Annotated[str, Form(max_length=400)]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]


@router.get("/disclosures")
def disclosures(request: Request, visit: Visitor) -> Response:
    return _list(request, visit)


def _list(request: Request, visit: Visit, *, notice: str = "", status: int = 200) -> Response:
    waiting = visit.desk.waiting_disclosures(visit.actor, visit.purpose)
    made = visit.desk.disclosures(visit.actor, visit.purpose)
    return page(
        request, "disclosures.html", status=status, waiting=[(each, asdict(each.ask)) for each in waiting], made=made,
        notice=notice, terms=DISCLOSURE_TERMS, names=visit.desk.names(),
    )  # fmt: skip


@router.get("/disclosures/of/{subject}")
def new_disclosure(request: Request, visit: Visitor, subject: Id) -> Response:
    visit.desk.waiting_disclosures(visit.actor, visit.purpose)  # who may not disclose is told so before typing
    blank = {"subject": subject, "to": "dossier", "recipient": "", "organisation": "", "agreement": "", "purpose": ""}
    return _ask_page(
        request, {**blank, "level": "amber", "identities": "", "kind": "", **dict.fromkeys(ORDER, ""), "spelled": "yes"}
    )


def _ask_page(request: Request, typed: dict[str, Any], *, problem: str = "", status: int = 200) -> Response:
    lead = str(typed["subject"]).startswith("lead_")
    formats = OF_LEADS if lead else {"dossier": OF_LEADS["dossier"]}
    return page(
        request,
        "disclosure_ask.html",
        status=status,
        typed=typed,
        problem=problem,
        formats=formats,
        lead=lead,
        kinds=RECIPIENTS,
    )


def _typed(
    subject: Text = "",
    to: Text = "",
    recipient: Text = "",
    organisation: Text = "",
    agreement: Text = "",
    purpose: Text = "",
    level: Text = "amber",
    identities: Text = "",
    kind: Text = "",
    order: Text = "",
    order_by: Text = "",
    order_date: Text = "",
    order_why: Text = "",
    spelled: Text = "",
) -> dict[str, Any]:
    """What the form holds, so that it can be shown again as it was typed."""
    return {
        "subject": subject, "to": to, "recipient": recipient, "organisation": organisation, "agreement": agreement,
        "purpose": purpose, "level": level, "identities": identities, "kind": kind, "order": order, "order_by": order_by,
        "order_date": order_date, "order_why": order_why, "spelled": spelled,
    }  # fmt: skip


Typed = Annotated[dict[str, Any], Depends(_typed)]


@router.post("/disclosures/preview")
def preview(
    request: Request,
    visit: FormVisitor,
    typed: Typed,
) -> Response:
    try:
        found = visit.desk.preview_disclosure(visit.actor, visit.purpose, _ask(typed))
    except ClewError as error:
        return _ask_page(request, typed, problem=str(error), status=error.status)
    text = "" if found.suffix == ".pdf" else found.content.decode()
    return page(
        request, "disclosure_preview.html", typed=typed, terms=(*DISCLOSURE_TERMS, "spelled"), preview=found, report=found.report, text=text[:SHOWN], more=max(0, len(text) - SHOWN), size=len(found.content),
    )  # fmt: skip


def _ask(typed: dict[str, Any]) -> DisclosureAsk:
    given: dict[str, Any] = {name: str(typed[name]).strip() for name in DISCLOSURE_TERMS}
    return DisclosureAsk(**given, spelled=typed["spelled"] == "yes")


@router.post("/disclosures/draft")
def draft(visit: FormVisitor, typed: Typed) -> Response:
    """The very file that would be signed, to be read before: shown in the browser, kept nowhere. Nothing leaves."""
    found = visit.desk.preview_disclosure(visit.actor, visit.purpose, _ask(typed))
    given = {"Content-Disposition": f'inline; filename="draft{found.suffix}"', "Cache-Control": "no-store"}
    return Response(found.content, media_type=MEDIA.get(found.suffix, "application/json"), headers=given)


@router.post("/disclosures")
def sign(
    request: Request,
    visit: FormVisitor,
    typed: Typed,
    fingerprint: Text = "",
    sure: Text = "",
) -> Response:
    """Signs exactly what was looked at. The first signature is kept; with the second one it leaves."""
    ask = _ask(typed)
    if sure != "yes":
        raise UsageError("sure: tick that you have looked at it; nothing has left")
    now = visit.desk.preview_disclosure(visit.actor, visit.purpose, ask)
    if not hmac.compare_digest(now.fingerprint.encode(), fingerprint.encode()):
        raise Conflict("disclosure: something changed since you looked; look at it again before you sign")
    try:
        visit.desk.disclose(visit.actor, visit.purpose, ask)
    except Blocked as kept:
        return _list(request, visit, notice=str(kept))
    return RedirectResponse("/disclosures", status_code=303)


@router.get("/disclosures/{release}/file")
def file(visit: Visitor, release: Id) -> Response:
    """The file as it left, for whoever hands it to the recipient. Reading it is recorded."""
    content, suffix = visit.desk.disclosed_file(visit.actor, visit.purpose, release)
    given = {"Content-Disposition": f'attachment; filename="{release}{suffix}"'}
    return Response(content, media_type=MEDIA.get(suffix, "application/json"), headers=given)
