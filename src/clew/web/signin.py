"""Signing in, with a second factor where there is one, and out; the purpose in force, and a break."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.safeguards.actors import Purpose
from clew.safeguards.errors import UsageError
from clew.safeguards.people import SECOND, Admitted, Way
from clew.web.pages import page
from clew.web.visit import (
    FormVisitor,
    caller,
    check_form,
    drop_cookie,
    local_path,
    new_secret,
    read_cookie,
    set_cookie,
    site,
    token_for,
    visitor,
)

router = APIRouter()
Text = Annotated[str, Form(max_length=512)]
Signed = Annotated[str, Form(max_length=16_384)]
Next = Annotated[str, Query(alias="next", max_length=512)]


def _form(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A form for someone who is not signed in, tied to a cookie of its own so that nobody is signed in by a stranger."""
    secret = read_cookie(request, "visit") or new_secret()
    elsewhere = request.app.state.desk.people.elsewhere()
    response = page(request, template, status=status, token=token_for(secret), elsewhere=elsewhere, **context)
    set_cookie(request, response, "visit", secret)
    return response


def welcome(request: Request, admitted: Admitted, then: str) -> Response:
    """Into the workbench under a new session, or on to the second factor. A session from before is over."""
    if admitted.step:
        response = RedirectResponse(f"/sign-in/second?next={quote(local_path(then), safe='')}", status_code=303)
        set_cookie(request, response, "step", admitted.step)
        return response
    if before := read_cookie(request, "session"):
        request.app.state.desk.sign_out(before)
    response = RedirectResponse(local_path(then), status_code=303)
    let_in(request, response, admitted)
    return response


def let_in(request: Request, response: Response, admitted: Admitted) -> None:
    set_cookie(request, response, "session", admitted.session)
    if admitted.device:
        set_cookie(request, response, "device", admitted.device, days=180)
    for name in ("visit", "step"):
        drop_cookie(request, response, name)


@router.get("/sign-in")
def sign_in_page(request: Request, then: Next = "/") -> Response:
    return _form(request, "sign_in.html", then=local_path(then), name="", problem="")


@router.post("/sign-in")
def sign_in(request: Request, name: Text = "", password: Text = "", then: Text = "/", csrf: Text = "") -> Response:
    check_form(request, read_cookie(request, "visit"), csrf)
    admitted = request.app.state.desk.people.enter(name, password, caller(request)) if name and password else None
    if admitted is None:
        problem = "That name and password do not open a session here. Check both; after several tries, wait a little."
        return _form(request, "sign_in.html", status=401, then=local_path(then), name=name, problem=problem)
    return welcome(request, admitted, then)


@router.get("/sign-in/second")
def second_page(request: Request, then: Next = "/") -> Response:
    return _second(request, then)


@router.post("/sign-in/second")
def second(request: Request, way: Text = "", answer: Signed = "", then: Text = "/", csrf: Text = "") -> Response:
    check_form(request, read_cookie(request, "visit"), csrf)
    if way not in set(SECOND):
        raise UsageError("way: choose one of those on the form")
    step = read_cookie(request, "step") or ""
    admitted = request.app.state.desk.people.enter_second(step, Way(way), answer, caller(request))
    if admitted is None:
        return _second(request, then, problem="That code does not fit, or it was used before. Wait for the next one.")
    return welcome(request, admitted, then)


def _second(request: Request, then: str, problem: str = "") -> Response:
    ways = request.app.state.desk.people.waiting(read_cookie(request, "step") or "")
    if not ways and not problem:
        return RedirectResponse("/sign-in", status_code=303)
    if not ways:
        over = "Too long ago, or too many wrong codes. Begin again with your name and password."
        return _form(request, "sign_in.html", status=401, then=local_path(then), name="", problem=over)
    status, asked = 401 if problem else 200, {}
    if Way.PASSKEY in ways:
        with suppress(UsageError):  # at a number no passkey answers: the other ways are left
            step = read_cookie(request, "step") or ""
            options, question = request.app.state.desk.people.ask_passkey(site(request), step=step)
            asked = {"options": json.loads(options), "question": question}
    return _form(
        request, "sign_in_second.html", status=status, then=local_path(then), ways=ways, problem=problem, asked=asked
    )


@router.get("/sign-in/once")
def once_page(request: Request, token: Annotated[str, Query(max_length=512)] = "") -> Response:
    """Only shows a button: a preview of the link by a messenger or a scanner must not spend it."""
    return _form(request, "sign_in_once.html", once=token, problem="")


@router.post("/sign-in/once")
def once(request: Request, token: Text = "", csrf: Text = "") -> Response:
    check_form(request, read_cookie(request, "visit"), csrf)
    admitted = request.app.state.desk.people.enter_once(token, caller(request)) if token else None
    if admitted is None:
        problem = "This link was used before, or it is too old. Start the workbench again for a new one."
        return _form(request, "sign_in_once.html", status=401, once="", problem=problem)
    return welcome(request, admitted, "/")


@router.post("/sign-out")
def sign_out(request: Request, visit: FormVisitor) -> Response:
    visit.desk.sign_out(visit.session)
    response = RedirectResponse("/sign-in", status_code=303)
    drop_cookie(request, response, "session")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'  # not cookies: the browser stays a known one
    return response


@router.post("/purpose")
def set_purpose(visit: FormVisitor, purpose: Text = "", then: Text = "/") -> Response:
    if purpose not in set(Purpose):
        raise UsageError("purpose: choose one of the purposes on the form")
    visit.desk.set_purpose(visit.session, Purpose(purpose))
    return RedirectResponse(local_path(then), status_code=303)


@router.get("/break", dependencies=[Depends(visitor)])
def pause(request: Request, then: Next = "/") -> Response:
    return page(request, "break.html", then=local_path(then))
