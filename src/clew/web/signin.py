"""Signing in and out, the purpose in force, and a break."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.safeguards.actors import Purpose
from clew.safeguards.errors import UsageError
from clew.web.pages import page
from clew.web.visit import (
    FormVisitor,
    check_form,
    drop_cookie,
    local_path,
    new_secret,
    read_cookie,
    set_cookie,
    token_for,
    visitor,
)

router = APIRouter()
Text = Annotated[str, Form(max_length=512)]
Next = Annotated[str, Query(alias="next", max_length=512)]


def _form(request: Request, template: str, *, status: int = 200, **context: str) -> Response:
    """A form for someone who is not signed in, tied to a cookie of its own so that nobody is signed in by a stranger."""
    secret = read_cookie(request, "visit") or new_secret()
    response = page(request, template, status=status, token=token_for(secret), **context)
    set_cookie(request, response, "visit", secret)
    return response


def _welcome(request: Request, session: str, then: str) -> Response:
    response = RedirectResponse(local_path(then), status_code=303)
    set_cookie(request, response, "session", session)
    drop_cookie(request, response, "visit")
    return response


@router.get("/sign-in")
def sign_in_page(request: Request, then: Next = "/") -> Response:
    return _form(request, "sign_in.html", then=local_path(then), name="", problem="")


@router.post("/sign-in")
def sign_in(request: Request, name: Text = "", password: Text = "", then: Text = "/", csrf: Text = "") -> Response:
    check_form(request, read_cookie(request, "visit"), csrf)
    session = request.app.state.desk.sign_in(name, password) if name and password else None
    if session is None:
        problem = "That name and password do not open a session here. Check both; after several tries, wait a little."
        return _form(request, "sign_in.html", status=401, then=local_path(then), name=name, problem=problem)
    return _welcome(request, session, then)


@router.get("/sign-in/once")
def once_page(request: Request, token: Annotated[str, Query(max_length=512)] = "") -> Response:
    """Only shows a button: a preview of the link by a messenger or a scanner must not spend it."""
    return _form(request, "sign_in_once.html", once=token, problem="")


@router.post("/sign-in/once")
def once(request: Request, token: Text = "", csrf: Text = "") -> Response:
    check_form(request, read_cookie(request, "visit"), csrf)
    session = request.app.state.desk.sign_in_once(token) if token else None
    if session is None:
        problem = "This link was used before, or it is too old. Start the workbench again for a new one."
        return _form(request, "sign_in_once.html", status=401, once="", problem=problem)
    return _welcome(request, session, "/")


@router.post("/sign-out")
def sign_out(request: Request, visit: FormVisitor) -> Response:
    visit.desk.sign_out(visit.session)
    response = RedirectResponse("/sign-in", status_code=303)
    drop_cookie(request, response, "session")
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
