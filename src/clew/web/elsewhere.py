"""Signing in with an account elsewhere, and linking one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from clew.safeguards.errors import NotFound
from clew.web.pages import page
from clew.web.signin import let_in
from clew.web.visit import FormVisitor, caller, drop_cookie, read_cookie, set_cookie

router = APIRouter()
Said = Annotated[str, Query(max_length=4_096)]


def _back(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/sign-in/elsewhere/back"


@router.get("/sign-in/elsewhere")
def begin(request: Request) -> Response:
    people = request.app.state.desk.people
    if not people.elsewhere():
        raise NotFound("nobody signs in elsewhere here")
    address, step = people.begin_elsewhere(_back(request))
    response = RedirectResponse(address, status_code=303)
    set_cookie(request, response, "elsewhere", step, lax=True)
    return response


@router.post("/account/elsewhere")
def begin_link(request: Request, visit: FormVisitor) -> Response:
    """A page with a link: a form may not lead to another site (Content-Security-Policy, form-action)."""
    address, step = visit.desk.people.begin_elsewhere(_back(request), visit.session)
    response = page(request, "elsewhere.html", address=address, name=visit.desk.people.elsewhere(), linking=True)
    set_cookie(request, response, "elsewhere", step, lax=True)
    return response


@router.get("/sign-in/elsewhere/back")
def back(request: Request, code: Said = "", state: Said = "") -> Response:
    """The way back. The next page is a link of ours, so that the browser sends the new, strict cookie with it."""
    people = request.app.state.desk.people
    admitted = people.finish_elsewhere(read_cookie(request, "elsewhere") or "", code, state, caller(request))
    where = "/sign-in/second" if admitted.step else "/" if admitted.session else "/account"
    response = page(request, "elsewhere.html", address=where, name=people.elsewhere(), linking=False)
    drop_cookie(request, response, "elsewhere")
    if admitted.session:
        let_in(request, response, admitted)
    elif admitted.step:
        set_cookie(request, response, "step", admitted.step)
    return response
