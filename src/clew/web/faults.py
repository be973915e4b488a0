"""Error pages: what happened, what was kept, what to do, and a number to ask about it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clew.safeguards.actors import Purpose
from clew.safeguards.errors import ClewError, TryLater
from clew.web.openings import READS, purposes_for
from clew.web.pages import page
from clew.web.visit import SecondFactorNeeded, SignInNeeded, Visit, local_path

log = logging.getLogger("clew.web")


@dataclass(frozen=True, slots=True)
class Advice:
    title: str
    happened: str
    kept: str
    todo: str


NOTHING = "Nothing was recorded and nothing was changed."
OURS = Advice(
    "Something broke on our side",
    "The page could not be made.",
    "What was recorded before is still there. If you were sending a form, look at the page it belongs to before sending it again.",
    "Try once more. If it happens again, give the reference number to who runs this workspace.",
)
ADVICE: Mapping[int, Advice] = {
    400: Advice(
        "That form cannot be used",
        "The form asks for something that cannot be.",
        NOTHING,
        "Go back, change what the message names, and send it again.",
    ),
    401: Advice(
        "Your session has ended",
        "You were signed out before this arrived.",
        NOTHING,
        "Sign in, then go back in your browser: it keeps what you typed.",
    ),
    403: Advice(
        "This is not open to you",
        "A rule of this workspace says no.",
        NOTHING,
        "Check the purpose you work under (top of the page). If you need this for your work, ask your data steward.",
    ),
    404: Advice(
        "There is nothing here",
        "Nothing by that name is here, or you may not know that it is.",
        NOTHING,
        "Go back to the list and choose from there.",
    ),
    405: Advice(
        "That is not possible here",
        "This address does not take that kind of request.",
        NOTHING,
        "Go back and use the form on the page.",
    ),
    409: Advice(
        "This cannot be done now",
        "What you asked for does not fit what is recorded.",
        NOTHING,
        "Read the message, look at the current state, and decide again.",
    ),
    413: Advice(
        "That is too long",
        "What was sent is larger than any form here takes.",
        NOTHING,
        "Shorten the text. Long material belongs in a file that is added with `clew add`.",
    ),
    422: Advice(
        "That cannot be read",
        "What was sent is not of the form that is expected.",
        NOTHING,
        "Go back, correct what the message names, and send it again.",
    ),
    429: Advice(
        "Wait a little",
        "There were too many attempts that failed.",
        NOTHING,
        "Try again after the time that the message names. A browser you have signed in with before is not held up by what others try; whoever runs this workspace can give you a link that signs in once.",
    ),
}


def reference() -> str:
    """A short number to read out on the telephone."""
    text = secrets.token_hex(4).upper()
    return f"{text[:4]}-{text[4:]}"


def fault(request: Request, status: int, *, message: str = "", number: str | None = None) -> Response:
    """The error page; logs the number, the status and nothing that was sent."""
    number = number or reference()
    log.info("reference %s: status %s", number, status)
    others = _other_purposes(request) if status == 403 else ()
    return page(
        request,
        "fault.html",
        status=status,
        advice=ADVICE.get(status, OURS),
        message=message,
        reference=number,
        others=others,
    )


def _other_purposes(request: Request) -> tuple[Purpose, ...]:
    """Purposes under which the page would open for this person, to be stated deliberately."""
    visit: Visit | None = getattr(request.state, "visit", None)
    if visit is None or request.method != "GET":
        return ()
    found = purposes_for(visit.actor, READS.get(request.url.path.split("/")[1]))
    return tuple(purpose for purpose in found if purpose is not visit.purpose)


def broke(request: Request, number: str) -> Response:
    return fault(request, 500, number=number)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ClewError)
    answer = fault(request, error.status, message=str(error))
    if isinstance(error, TryLater):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _unknown_place(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return fault(request, error.status_code)


def _misformed(request: Request, error: Exception) -> Response:
    """An id or number in the address that cannot be one. The answer does not repeat it."""
    assert isinstance(error, RequestValidationError)
    return fault(request, 404 if request.method in {"GET", "HEAD"} else 400)


def _sign_in(request: Request, _: Exception) -> Response:
    if request.method != "GET":
        return fault(request, 401)
    here = local_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    address = "/sign-in" if here == "/" else f"/sign-in?next={quote(here, safe='')}"
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _second_factor(request: Request, _: Exception) -> Response:
    return fault(request, 403) if request.method != "GET" else RedirectResponse("/account", status_code=303)


def install(app: FastAPI) -> None:
    app.add_exception_handler(ClewError, _refused)
    app.add_exception_handler(HTTPException, _unknown_place)
    app.add_exception_handler(RequestValidationError, _misformed)
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(SecondFactorNeeded, _second_factor)
