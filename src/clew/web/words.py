"""How values are said on a page: dates, counts, names of things, in words a stranger can read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.people import Way

PURPOSES: Mapping[Purpose, str] = {
    Purpose.CASE_SUPPORT: "case support",
    Purpose.LEAD_REVIEW: "lead review",
    Purpose.STATISTICS: "statistics",
    Purpose.OVERSIGHT: "oversight",
    Purpose.ADMINISTRATION: "administration",
}
ROLES: Mapping[Role, str] = {
    Role.CASE_WORKER: "case worker",
    Role.ANALYST: "analyst",
    Role.REVIEWER: "reviewer",
    Role.STEWARD: "data steward",
    Role.AUDITOR: "auditor",
    Role.PARTNER: "partner",
    Role.ADMINISTRATOR: "administrator",
}
WAYS: Mapping[Way, str] = {
    Way.PASSWORD: "password",
    Way.ONCE: "a link that works once",
    Way.TOTP: "codes from an app",
    Way.PASSKEY: "passkey",
    Way.RECOVERY: "recovery code",
    Way.ELSEWHERE: "account elsewhere",
}
VERDICTS: Mapping[Verdict, str] = {Verdict.YES: "yes", Verdict.NO: "no", Verdict.NOT_SURE: "not sure"}
ANSWERS: Mapping[str, tuple[str, str]] = {
    "yes": ("●", "yes"),
    "no": ("○", "no"),
    "unknown": ("?", "not known"),
    "not_asked": ("–", "not asked"),
}
"""The four answers of a case file: a shape and a word each, never folded together."""

KINDS: Mapping[str, str] = {"url": "web address", "email": "e-mail", "posting": "job posting", "page": "web page"}
FIELDS: Mapping[str, str] = {
    "registered": "year registered",
    "age": "age at registration",
    "age_when_trafficked": "age when trafficked",
    "trafficking_status": "trafficking status",
    "recruiter_relation": "relation to the recruiter",
    "exploited_in": "country of exploitation",
    "transit": "countries passed through",
    "consent": "consent to share",
}


def day(moment: datetime | None) -> str:
    """`3 March 2024`, or words for no date."""
    if moment is None:
        return "date not known"
    return f"{moment.day} {moment:%B %Y}"


def instant(moment: datetime | None) -> str:
    """`3 March 2024, 14:05 UTC`; a time without zone is said as it is, with that warning."""
    if moment is None:
        return "time not known"
    if moment.tzinfo is None:
        return f"{day(moment)}, {moment:%H:%M} (no time zone)"
    here = moment.astimezone(UTC)
    return f"{day(here)}, {here:%H:%M} UTC"


def number(value: float) -> str:
    r"""Thousands apart, at most one decimal: `12 345`, `2.4`, `11`.

    >>> number(12345), number(2.44), number(3.0)
    ('12\u202f345', '2.4', '3')
    """
    text = f"{value:,.1f}".removesuffix(".0")
    return text.replace(",", "\u202f")


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 advert`, `41 adverts`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def plain(name: str) -> str:
    """A machine's name in words: `means_debt_bondage` becomes `means: debt bondage`."""
    if name in FIELDS:
        return FIELDS[name]
    if name in KINDS:
        return KINDS[name]
    if name.startswith("means_"):
        return "means: " + name.removeprefix("means_").replace("_", " ")
    if name[:1].isdigit():  # an age band or a year span: 9--17
        return name.replace("--", "–")
    return name.replace("_", " ").replace("-", " ")
