"""Every address of the workbench, as the application itself declares them."""

from __future__ import annotations

from clew.web import (
    account,
    adverts,
    areas,
    audit,
    case_record,
    cases,
    directory,
    disclosures,
    dpia,
    fairness,
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
)

ROUTERS = (
    signin,
    account,
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
    adverts,
    models,
    fairness,
    flows,
    areas,
    releases,
    disclosures,
    dpia,
    legal,
    audit,
)
FILLED = {
    "{lead}": "lead_0000", "{digest}": "0123456789abcdef", "{number}": "K-2001", "{release}": "rel_1", "{dimension}": "age",
    "{contact}": f"ctc_{1:020x}", "{service}": f"svc_{1:016x}", "{referral}": f"ref_{1:020x}", "{kind}": "support",
    "{subject}": "rec_1:rec_2", "{network}": "net_0000", "{cluster}": "3", "{record}": "rec_1",
    "{factor}": "fac_0123456789abcdef", "{session}": "ses_0123456789ab",
}  # fmt: skip
STREAMS = {"/live/events"}
"""Answers that go on; they have tests of their own."""
OUTSIDE = {"/sign-in", "/sign-in/once", "/sign-in/second"}


def _filled(path: str) -> str:
    for hole, value in FILLED.items():
        path = path.replace(hole, value)
    return path


def addresses(method: str) -> list[str]:
    return [_filled(r.path) for room in ROUTERS for r in room.router.routes if method in r.methods]  # type: ignore[attr-defined]


GET = [address for address in addresses("GET") if address not in STREAMS]
POST = addresses("POST")
PAGES = [address for address in GET if not address.endswith((".csv", ".md", ".pdf", "/file"))]
DOWNLOADS = [address for address in GET if address.endswith(".csv")]
