"""A person's own account: second factors, recovery codes, the password, and where they are signed in."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Path, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from clew.safeguards.errors import NotAllowed, UsageError
from clew.safeguards.people import Way
from clew.web.pages import page
from clew.web.visit import FormVisitor, Visit, Visitor, set_cookie, site

router = APIRouter()
Text = Annotated[str, Form(max_length=512)]
Signed = Annotated[str, Form(max_length=16_384)]
"""What a passkey signed, as the browser writes it."""
Id = Annotated[str, Path(pattern=r"^(?:fac|ses)_[0-9a-f]{8,32}$")]


@router.get("/account")
def account(request: Request, visit: Visitor) -> Response:
    return _account(request, visit)


def _account(request: Request, visit: Visit, *, problem: str = "", status: int = 200) -> Response:
    own = visit.desk.people.own_account(visit.session)
    asked = {}
    if Way.PASSKEY in own.proofs and not own.proved:
        with suppress(UsageError):  # at a number no passkey answers: the page says so
            options, question = visit.desk.people.ask_passkey(site(request), session=visit.session)
            asked = {"options": json.loads(options), "question": question}
    return page(
        request,
        "account.html",
        asked=asked,
        status=status,
        own=own,
        problem=problem,
        elsewhere=visit.desk.people.elsewhere(),
    )


def _renewed(request: Request, session: str) -> Response:
    response = RedirectResponse("/account", status_code=303)
    set_cookie(request, response, "session", session)
    return response


@router.post("/account/prove")
def prove(request: Request, visit: FormVisitor, way: Text = "", answer: Signed = "") -> Response:
    if way not in {Way.PASSWORD, Way.TOTP, Way.PASSKEY}:
        raise UsageError("way: choose one of those on the form")
    try:
        session = visit.desk.people.prove_self(visit.session, Way(way), answer)
    except NotAllowed as refused:
        return _account(request, visit, problem=str(refused), status=403)
    return _renewed(request, session)


@router.post("/account/password")
def change_password(request: Request, visit: FormVisitor, password: Text = "", again: Text = "") -> Response:
    try:
        if password != again:
            raise UsageError("password: the two are not alike")
        session = visit.desk.people.change_password(visit.session, password)
    except UsageError as refused:
        return _account(request, visit, problem=str(refused), status=400)
    return _renewed(request, session)


@router.post("/account/codes")
def begin_totp(request: Request, visit: FormVisitor) -> Response:
    step, secret, address = visit.desk.people.begin_totp(visit.session)
    return _codes(request, step, secret, address)


@router.post("/account/codes/confirm")
def finish_totp(request: Request, visit: FormVisitor, step: Text = "", code: Text = "", label: Text = "") -> Response:
    try:
        session = visit.desk.people.finish_totp(visit.session, step, code, label)
    except UsageError as refused:
        secret, address = visit.desk.people.shown_totp(visit.session, step)
        return _codes(request, step, secret, address, problem=str(refused))
    return _renewed(request, session)


def _codes(request: Request, step: str, secret: str, address: str, *, problem: str = "") -> Response:
    drawn = segno.make_qr(address, error="m").svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None)
    return page(
        request, "account_codes.html", status=400 if problem else 200, step=step, secret=secret, problem=problem,
        picture=Markup(drawn),  # noqa: S704  made of numbers by segno
    )  # fmt: skip


@router.post("/account/passkey")
def begin_passkey(request: Request, visit: FormVisitor) -> Response:
    try:
        options, step = visit.desk.people.begin_passkey(visit.session, site(request))
    except UsageError as refused:
        return _account(request, visit, problem=str(refused), status=400)
    return page(request, "account_passkey.html", options=json.loads(options), step=step)


@router.post("/account/passkey/confirm")
def finish_passkey(
    request: Request, visit: FormVisitor, step: Text = "", answer: Signed = "", label: Text = ""
) -> Response:
    try:
        return _renewed(request, visit.desk.people.finish_passkey(visit.session, step, answer, label))
    except UsageError as refused:
        return _account(request, visit, problem=str(refused), status=400)


@router.post("/account/recovery")
def recovery(request: Request, visit: FormVisitor) -> Response:
    """Shows new codes in the answer itself: they are at no address and in no browser's history."""
    return page(request, "account_recovery.html", codes=visit.desk.people.new_recovery_codes(visit.session))


@router.post("/account/factors/{factor}/remove")
def remove(visit: FormVisitor, factor: Id, sure: Text = "") -> Response:
    if sure != "yes":
        raise UsageError("sure: tick that it is to be removed")
    visit.desk.people.remove_factor(visit.session, factor)
    return RedirectResponse("/account", status_code=303)


@router.post("/account/sessions/others/end")
def end_others(visit: FormVisitor) -> Response:
    visit.desk.people.end_other_sessions(visit.session)
    return RedirectResponse("/account", status_code=303)


@router.post("/account/sessions/{session}/end")
def end_session(visit: FormVisitor, session: Id) -> Response:
    visit.desk.people.end_session(visit.session, session)
    return RedirectResponse("/account", status_code=303)
