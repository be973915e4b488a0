"""A workspace in which every text is hostile and holds a canary, and a browser of somebody who may do everything."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute

from clew.records import KINDS, LegalBasis, Source
from clew.records.kinds import Sensitivity
from clew.safeguards.access import By, Scope
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.keys import Cost, Unlock
from clew.workspace import Workspace

sys.path.append(str(Path(__file__).parents[1] / "web"))
from client import Client

HOSTILE = "=1+2\"></script><!--<img src=x onerror=alert(1)>'{{7*7}}${7*7}"
"""Markup, a template, a formula."""
OPEN, SEALED = "opencanary", "sealedcanary"
SUPPORT, REVIEW, OVERSIGHT, COUNT = Purpose.CASE_SUPPORT, Purpose.LEAD_REVIEW, Purpose.OVERSIGHT, Purpose.STATISTICS
GIVEN: Mapping[str, str] = {
    "gender": "Woman", "citizenship": "GHA", "exploited_in": "GBR", "status": "Open", "consent": "Yes", "phone": "+447911123456",
    "age": "16", "registered": "2025-03", "posted": "2025-03-04", "received": "2025-03-04", "sent": "2025-03-04",
    "captured": "2025-03-04", "advert": "1", "pictures": "p1;p2", "pdq": "ab" * 32, "quality": "90", "sha256": "ab" * 32,
    "amount": "12.5", "currency": "EUR", "country": "GBR", "population": "100", "latitude": "51.5", "longitude": "0.1",
    "birthdate": "2009-01-02", "trafficking_status": "Confirmed", "sector": "Agriculture", "recruiter_relation": "Stranger",
    "age_when_trafficked": "15", "language": "en", "topic": "", "caller": "+447911123456",
}  # fmt: skip
"""Fields that take only what a list, a form or a number allows; every other one holds something hostile."""
EVERY_ROLE = (Role.CASE_WORKER, Role.ANALYST, Role.REVIEWER, Role.STEWARD)


def hostile(field: str, canary: str) -> str:
    return f"{HOSTILE}{canary}-{field}"


def file_of(kind: str) -> str:
    """A CSV file of a kind, two rows, each text hostile."""
    known = KINDS[kind]
    names = [field.name for field in known.fields]
    rows = []
    for number in ("1", "2"):
        cells = []
        for field in known.fields:
            canary = OPEN if field.sensitivity is Sensitivity.OPEN else SEALED
            word = GIVEN.get(field.name, hostile(f"{kind}-{field.name}", canary))
            if field.name == "id":
                word = f"{number}" if kind in ("adverts", "images") else f"{hostile(f'{kind}-id', canary)}-{number}"
            if field.name == "text" and kind == "adverts":
                word += f" quiet massage near the station, call +44 7911 123456 x{number}"
            if known.name == "case" and field.name.startswith(("means_", "forced", "sexual", "other_")):
                word = "Yes"
            cells.append('"' + word.replace('"', '""') + '"')
        rows.append(",".join(cells))
    return "\n".join([",".join(names), *rows]) + "\n"


def attacked(folder: Path) -> Workspace:
    """Every kind added from a file of a hostile name by a source of one, run, judged, logged, referred, narrowed, reviewed."""
    unlock = Unlock(key_file=folder / "k" / "w.key")
    made = Workspace.create(folder / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner=HOSTILE)
    anna = made.account()
    for kind in KINDS:
        path = folder / f"=1+<img src=x onerror=alert(1)>{kind}.csv"
        path.write_text(file_of(kind), encoding="utf-8")
        source = Source(name=hostile(f"source-{kind}", OPEN), basis=LegalBasis.SYNTHETIC)
        added = made.add(KINDS[kind], path, source, None, anna)
        assert added.new == 2, (kind, added.rejects.table.to_pylist()[:1])
    object.__setattr__(made.settings, "smallest_lead", -100.0)  # every network is put to a person
    made.run(anna)
    _act(made, anna)
    return made


def _act(made: Workspace, anna: Actor) -> None:
    """What people write into forms."""
    words = hostile("typed", OPEN)
    contact = made.log_contact(anna, SUPPORT, {
        "channel": "call", "text": hostile("contact-text", SEALED), "area": hostile("contact-area", SEALED), "caller": "+447911123456",
    })  # fmt: skip
    case = made.cases(anna, SUPPORT)[0][0].number
    made.note_contact(anna, SUPPORT, contact, case=case)
    path, cell = made.folder.parent / "services.csv", '"' + words.replace('"', '""') + '"'
    path.write_text(
        f"organization_name,service_name,city,country,notes\n{cell},{cell},Leeds,GB,{cell}\n", encoding="utf-8"
    )
    made.import_directory(path, anna)
    for lead in made.leads(anna, REVIEW)[0]:
        made.judge(anna, REVIEW, lead.id, Verdict.NOT_SURE, words)
    made.narrow(anna, Scope.KIND, ["payments"], By.ROLE, [role.value for role in Role], words)
    made.break_glass(anna, SUPPORT, case, words, 1)
    made.record_on_case(
        anna, SUPPORT, case, "recruiter", {"recruiter": "stranger", "note": hostile("case-note", SEALED)}
    )


def browser(made: Workspace, actor: Actor, purpose: Purpose) -> Client:
    """Somebody signed in by a one-time token, under a purpose."""
    client = Client(made)
    token = made.vault.sign_in_once(made.one_time_login(actor)) or ""
    client.cookies.set("clew-session", token, domain="127.0.0.1")
    made.set_purpose(token, purpose)
    return client


def routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every page and form, read from the application itself: a new one is attacked without being named here."""

    def walk(rows: list[object]) -> Iterator[APIRoute]:
        for each in rows:
            if isinstance(each, APIRoute):
                yield each
            elif hasattr(each, "original_router"):
                yield from walk(each.original_router.routes)

    yield from walk(list(app.routes))
