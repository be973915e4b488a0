"""Who is visiting: the session cookie, the token on every form, and the purpose in force."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.responses import Response

from clew.desk import Desk
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotAllowed
from clew.safeguards.people import Caller, Site

_LOCAL = re.compile(r"/(?:[\w.~:@-]+(?:/[\w.~:@-]+)*)?(?:\?[\w.~:@%+&=-]*)?", re.ASCII)


_OWN = re.compile(r"/(?:account(?:/|$)|sign-out$)")
"""What is open to a session that has yet to give a second factor."""


class SignInNeeded(Exception):
    """No session, or one that has ended."""


class SecondFactorNeeded(Exception):
    """The workspace asks for a second factor, and this session has none: only its account is open to it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One signed-in request."""

    desk: Desk
    session: str
    actor: Actor
    purpose: Purpose

    @property
    def csrf(self) -> str:
        return token_for(self.session)


def token_for(secret: str) -> str:
    """The form token of a session: it can be made only by who holds the cookie, and does not reveal it."""
    return hmac.new(secret.encode(), b"clew form token", hashlib.sha256).hexdigest()


def cookie_name(request: Request, name: str) -> str:
    """`__Host-` ties the cookie to this host and to TLS (RFC 6265bis, 4.1.3.2); browsers refuse it without TLS."""
    return f"__Host-clew-{name}" if request.app.state.secure_cookies else f"clew-{name}"


def read_cookie(request: Request, name: str) -> str | None:
    value = request.cookies.get(cookie_name(request, name), "")
    return value if 0 < len(value) <= 512 else None


def set_cookie(
    request: Request, response: Response, name: str, value: str, *, days: int | None = None, lax: bool = False
) -> None:
    """Until the browser closes, or for so many days. `lax` lets it come back from another site, by a link."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        path="/",
        httponly=True,
        samesite="lax" if lax else "strict",
        secure=request.app.state.secure_cookies,
        max_age=None if days is None else days * 86_400,
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    secure = request.app.state.secure_cookies
    response.delete_cookie(cookie_name(request, name), path="/", httponly=True, samesite="strict", secure=secure)


def local_path(text: str, otherwise: str = "/") -> str:
    r"""`text` if it is a path of this site that a sign-in may lead back to, `otherwise` if not.

    >>> local_path("/leads?show=open"), local_path("//elsewhere.example"), local_path("/\\elsewhere.example")
    ('/leads?show=open', '/', '/')
    """
    return text if _LOCAL.fullmatch(text) and not text.startswith("/sign-") else otherwise


def visitor(request: Request) -> Visit:
    """The signed-in visitor; raises SignInNeeded."""
    desk: Desk = request.app.state.desk
    session = read_cookie(request, "session")
    actor = desk.actor(session, request.headers.get("user-agent", "")[:400]) if session else None
    if session is None or actor is None:
        raise SignInNeeded
    if not actor.roles and not _OWN.match(request.url.path):
        raise SecondFactorNeeded
    visit = Visit(desk, session, actor, desk.purpose(session))
    request.state.visit = visit
    return visit


def caller(request: Request) -> Caller:
    """From where the request comes. Behind a proxy uvicorn takes the address from the proxies that it trusts."""
    address = request.client.host if request.client else ""
    client = request.headers.get("user-agent", "")[:400]
    return Caller(device=read_cookie(request, "device") or "", source=address, client=client)


def site(request: Request) -> Site:
    """The name and address under which this request reached the pages; the names are those that the application allows."""
    return Site(host=request.url.hostname or "", origin=f"{request.url.scheme}://{request.url.netloc}")


def check_form(request: Request, secret: str | None, token: str) -> None:
    """Raises NotAllowed unless the form was made for who sends it, by a page of ours."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    made_here = secret is not None and hmac.compare_digest(token_for(secret).encode(), token.encode())
    if not made_here or site not in {"same-origin", "none"}:
        raise NotAllowed("the form does not carry the token of your session; reload the page and send it again")


def form_visitor(
    request: Request, visit: Annotated[Visit, Depends(visitor)], csrf: Annotated[str, Form()] = ""
) -> Visit:
    """The signed-in visitor who sent a form of ours."""
    check_form(request, visit.session, csrf)
    return visit


def new_secret() -> str:
    return secrets.token_urlsafe(32)


Visitor = Annotated[Visit, Depends(visitor)]
FormVisitor = Annotated[Visit, Depends(form_visitor)]
