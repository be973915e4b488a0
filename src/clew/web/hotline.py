"""The helpline's log: contacts, and whether a number rang before. Words and numbers open by a form with a reason, never by
an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.desk import ContactView
from clew.safeguards.errors import ClewError, Conflict, UsageError
from clew.safeguards.permissions import Action
from clew.standards.services import terms
from clew.web.openings import purposes_for
from clew.web.pages import page
from clew.web.paging import PageNumber, Pager
from clew.web.rectifying import RightedForm
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
SIZE = 25
FIELDS = ("channel", "received", "area", "topic", "language", "status", "caller", "text", "once")
RECTIFIABLE = {
    "text": "What was said", "caller": "The number", "area": "The area", "received": "When it came", "channel": "How it came",
    "topic": "The topic", "language": "The language",
}  # fmt: skip
"""What can be put right on a person's word."""
REASONS = ("to answer this person", "to prepare support", "to find what was said before", "to correct the log")
"""Usual reasons, offered to whoever opens what is sealed; any other may be typed."""

Contact = Annotated[str, Path(pattern=r"^ctc_[0-9a-f]{20}$")]
Text = Annotated[str, Form()]
Status = Annotated[str, Query(pattern=r"^[a-z_]{0,40}$")]


@router.get("/hotline")
def contacts(request: Request, visit: Visitor, status: Status = "", number: PageNumber = 1) -> Response:
    wanted = status if status in terms("contact_statuses") else None
    pager = Pager(number, 0, SIZE)
    rows, total = visit.desk.contacts(visit.actor, visit.purpose, status=wanted, offset=pager.offset, limit=SIZE)
    return page(request, "hotline.html", rows=rows, wanted=wanted or "", pager=Pager(number, total, SIZE))


@router.get("/hotline/new")
def new_contact(request: Request, visit: Visitor) -> Response:
    return _form_page(request, visit, {})


def _form_page(
    request: Request, visit: Visit, typed: Mapping[str, str], problem: str = "", status: int = 200
) -> Response:
    loggers = purposes_for(visit.actor, Action.LOG_CONTACT)
    blank = {name: typed.get(name, "") for name in FIELDS}
    blank["once"] = blank["once"] or secrets.token_hex(16)
    return page(request, "hotline_new.html", status=status, typed=blank, problem=problem, loggers=loggers)


@router.post("/hotline/new")
def log_contact(
    request: Request, visit: FormVisitor, channel: Text = "", received: Text = "", area: Text = "", topic: Text = "",
    language: Text = "", status: Text = "", caller: Text = "", text: Text = "", once: Text = "",
) -> Response:  # fmt: skip
    """A form that is sent twice is kept once: it carries a token of its own."""
    typed = {
        "channel": channel, "received": received, "area": area, "topic": topic, "language": language, "status": status,
        "caller": caller, "text": text, "once": once,
    }  # fmt: skip
    try:
        made = visit.desk.log_contact(visit.actor, visit.purpose, typed)
    except UsageError as error:
        return _form_page(request, visit, typed, str(error), 422)
    return RedirectResponse(f"/hotline/contacts/{made}?new=yes", status_code=303)


@router.get("/hotline/contacts/{contact}")
def contact(
    request: Request, visit: Visitor, contact: Contact, new: Annotated[str, Query(pattern="^(yes)?$")] = ""
) -> Response:
    return _contact_page(request, visit, _sealed(visit, contact), new=bool(new))


def _sealed(visit: Visit, contact: str) -> ContactView:
    return visit.desk.contact(visit.actor, visit.purpose, contact, open_number=False, open_words=False, why="")


def _contact_page(
    request: Request,
    visit: Visit,
    view: ContactView,
    *,
    new: bool = False,
    problem: str = "",
    status: int = 200,
    case: str = "",
    area: str = "",
) -> Response:
    readers = purposes_for(visit.actor, Action.READ_SEALED_TEXT)
    openers = purposes_for(visit.actor, Action.READ_IDENTITY)
    may_note = visit.purpose in purposes_for(visit.actor, Action.LOG_CONTACT)
    may_rectify = visit.purpose in purposes_for(visit.actor, Action.RECTIFY)
    return page(
        request,
        "contact.html",
        status=status,
        view=view,
        new=new,
        openers=openers,
        readers=readers,
        reasons=REASONS,
        may_note=may_note,
        may_rectify=may_rectify,
        rectifiable=RECTIFIABLE,
        problem=problem,
        case=case,
        area=area,
    )


@router.post("/hotline/contacts/{contact}/words")
def open_words(request: Request, visit: FormVisitor, contact: Contact, purpose: Text = "", why: Text = "") -> Response:
    """Answers with the page itself: no address opens what was said by being visited."""
    return _opened(request, visit, contact, purpose, why, number=False)


@router.post("/hotline/contacts/{contact}/number")
def open_number(
    request: Request, visit: FormVisitor, contact: Contact, purpose: Text = "", sure: Text = "", why: Text = ""
) -> Response:
    """Answers with the page itself: no address opens a number by being visited."""
    if sure != "yes":
        raise UsageError("sure: tick that you need the number; it stays sealed")
    return _opened(request, visit, contact, purpose, why, number=True)


def _opened(
    request: Request, visit: Visit, contact: str, purpose: str, why: str, *, number: bool
) -> Response:  # fmt: skip
    if purpose != visit.purpose:
        raise Conflict("purpose: it was changed since you loaded the page; read it again and decide again")
    if not why.strip() or len(why) > 300:
        problem = "why: say in a few words why you open it; it stays sealed"
        return _contact_page(request, visit, _sealed(visit, contact), problem=problem, status=422)
    view = visit.desk.contact(
        visit.actor, visit.purpose, contact, open_number=number, open_words=not number, why=why.strip()
    )
    return _contact_page(request, visit, view)


@router.post("/hotline/contacts/{contact}/area")
def correct_area(request: Request, visit: FormVisitor, contact: Contact, area: Text = "") -> Response:
    """Puts a place that the gazetteer knows in the place of what was logged; that stays in the contact's history."""
    try:
        visit.desk.correct_area(visit.actor, visit.purpose, contact, area)
    except UsageError as error:
        return _contact_page(request, visit, _sealed(visit, contact), problem=str(error), status=422, area=area)
    return RedirectResponse(f"/hotline/contacts/{contact}#facts", status_code=303)


@router.post("/hotline/contacts/{contact}/rectify")
def rectify(request: Request, visit: FormVisitor, contact: Contact, form: RightedForm) -> Response:
    """Puts one field right. A refused form comes back with the reason and the value out of it: it may be who somebody is."""
    try:
        form.put(visit, contact)
    except ClewError as error:
        if error.status in (403, 404):
            raise
        return _contact_page(request, visit, _sealed(visit, contact), problem=str(error), status=error.status)
    return RedirectResponse(f"/hotline/contacts/{contact}#earlier", status_code=303)


@router.post("/hotline/contacts/{contact}/status")
def note_status(visit: FormVisitor, contact: Contact, status: Text = "") -> Response:
    visit.desk.note_contact(visit.actor, visit.purpose, contact, status=status, case=None)
    return RedirectResponse(f"/hotline/contacts/{contact}#notes", status_code=303)


@router.post("/hotline/contacts/{contact}/case")
def note_case(request: Request, visit: FormVisitor, contact: Contact, case: Text = "") -> Response:
    """Puts a contact to a case by its number; an empty number says that it concerns no case."""
    try:
        visit.desk.note_contact(visit.actor, visit.purpose, contact, status=None, case=case.strip())
    except ClewError as error:
        if error.status not in (400, 404, 410):
            raise
        return _contact_page(request, visit, _sealed(visit, contact), problem=str(error), status=422, case=case)
    return RedirectResponse(f"/hotline/contacts/{contact}#notes", status_code=303)
