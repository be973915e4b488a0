"""The workbench as an ASGI application over a desk."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from clew.desk import Desk
from clew.web import (
    access,
    account,
    adverts,
    areas,
    audit,
    case_record,
    cases,
    directory,
    disclosures,
    dpia,
    elsewhere,
    fairness,
    faults,
    flows,
    home,
    hotline,
    leads,
    legal,
    live,
    models,
    networks,
    persons,
    qualification,
    quality,
    releases,
    shared,
    signin,
    texts,
    waiting,
)
from clew.web.headers import BodyLimit, Headers, LastResort
from clew.web.pages import HERE

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def create_app(desk: Desk, *, secure_cookies: bool = False, hosts: Sequence[str] = LOCAL_HOSTS) -> FastAPI:
    """The pages over `desk`.

    `secure_cookies` for serving behind TLS. `hosts` are the names it answers to: a request for another name is
    refused, so that a foreign page cannot reach a local workbench by pointing its own name here (DNS rebinding).
    """
    app = FastAPI(title="clew", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.desk = desk
    app.state.secure_cookies = secure_cookies
    app.state.places = live.Places()
    for rooms in (
        signin,
        account,
        elsewhere,
        home,
        shared,
        hotline,
        live,
        directory,
        cases,
        case_record,
        qualification,
        quality,
        persons,
        leads,
        networks,
        texts,
        adverts,
        models,
        fairness,
        flows,
        areas,
        releases,
        waiting,
        disclosures,
        dpia,
        legal,
        audit,
        access,
    ):
        app.include_router(rooms.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    faults.install(app)
    app.add_middleware(LastResort, answer=faults.broke, reference=faults.reference)
    app.add_middleware(BodyLimit)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Headers, secure=secure_cookies)
    return app
