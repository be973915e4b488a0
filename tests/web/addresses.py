"""Every address of the workbench, as the application itself declares them."""

from __future__ import annotations

from clew.web import audit, cases, flows, home, leads, releases, signin

ROUTERS = (signin, home, leads, cases, flows, releases, audit)
FILLED = {"{lead}": "lead_0000", "{number}": "K-2001", "{release}": "rel_1", "{dimension}": "age"}
OUTSIDE = {"/sign-in", "/sign-in/once"}


def _filled(path: str) -> str:
    for hole, value in FILLED.items():
        path = path.replace(hole, value)
    return path


def addresses(method: str) -> list[str]:
    return [_filled(r.path) for room in ROUTERS for r in room.router.routes if method in r.methods]  # type: ignore[attr-defined]


GET = addresses("GET")
POST = addresses("POST")
PAGES = [address for address in GET if not address.endswith(".csv")]
DOWNLOADS = [address for address in GET if address.endswith(".csv")]
