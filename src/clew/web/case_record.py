"""The record of a case: what support needs to know, what was agreed, and who was asked. Every form works by keyboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from clew.desk import CaseEntry, CaseRecordView, CaseView, JourneyStage, ServiceAsk
from clew.records.imprecise import DateInterval
from clew.safeguards.errors import ClewError, UsageError
from clew.safeguards.permissions import Action, decide
from clew.standards.services import REFERRAL_CONSENTS, clean, dimensions, name_of, terms
from clew.web.directory import EMPTY, SIZE, Tick, Word, query_of
from clew.web.openings import purposes_for
from clew.web.pages import page
from clew.web.paging import PageNumber, Pager
from clew.web.visit import FormVisitor, Visit, Visitor

router = APIRouter()
Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]
Referral = Annotated[str, Path(pattern=r"^ref_[0-9a-f]{20}$")]
KINDS = ("journey", "exploitation", "control", "recruiter", "support", "consent", "document", "correction", "signature")
Kind = Annotated[str, Path(pattern=f"^({'|'.join(KINDS)})$")]
Text = Annotated[str, Form()]

USUAL_CONSENT = timedelta(days=90)
"""Offered as the end of a yes; whoever asks the person changes it."""
FIELDS = (
    "stage", "place", "first", "last", "form", "control", "recruiter", "need", "state", "due", "goal", "layer", "answer",
    "way", "to", "until", "title", "sha256", "note", "reason", "referral", "view",
)  # fmt: skip


def case_page(
    request: Request, visit: Visit, view: CaseView, *, status: int = 200, problem: str = "", at: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """The page of a case. Who works with leads and counts sees the file; support sees the record too."""
    number = view.row.number
    may_read = decide(visit.actor, Action.READ_SUPPORT, visit.purpose).allowed
    record = visit.desk.case_record(visit.actor, visit.purpose, number) if may_read else None
    return page(
        request,
        "case.html",
        status=status,
        view=view,
        openers=purposes_for(visit.actor, Action.READ_IDENTITY),
        record=record,
        shown=_shown(record) if record else {},
        may_record=decide(visit.actor, Action.RECORD_SUPPORT, visit.purpose).allowed,
        may_rectify=decide(visit.actor, Action.RECTIFY, visit.purpose).allowed,
        rectifiable=visit.desk.rectifiable(),
        rectified=visit.desk.rectifications(visit.actor, visit.purpose, number),
        may_refer=decide(visit.actor, Action.REFER, visit.purpose).allowed,
        problem=problem,
        at=at,
        typed={name: (typed or {}).get(name, "") for name in FIELDS},
        today=datetime.now(UTC).date(),
        usual_until=datetime.now(UTC).date() + USUAL_CONSENT,
        bound=REFERRAL_CONSENTS,
    )


def _shown(record: CaseRecordView) -> dict[str, Any]:
    by_kind: dict[str, list[CaseEntry]] = {kind: [] for kind in KINDS}
    for entry in record.entries:
        by_kind[entry.kind].append(entry)
    return {
        "entries": by_kind,
        "plan": _plan(by_kind["support"]),
        "journey_finding": journey_finding(record.journey),
        "map": _map(record.journey),
        "timeline": {"stages": [_span(n, s) for n, s in enumerate(record.journey, 1) if s.first or s.last]},
        "facts": _in_words(record.facts),
        "to_names": {**record.services} | {one.to: one.to_name for those in record.consents.values() for one in those},
    }


def _plan(entries: Sequence[CaseEntry]) -> list[tuple[CaseEntry, list[CaseEntry]]]:
    """Each entry of the plan with what went on from it; the first one's need, the last one's state."""
    first = [entry for entry in entries if entry.about is None]
    return [(entry, [entry, *(later for later in entries if later.about == entry.id)]) for entry in first]


def journey_finding(stages: Sequence[JourneyStage]) -> str:
    """The journey in a line.

    >>> journey_finding([])
    'No stage of a journey is recorded'
    """
    if not stages:
        return "No stage of a journey is recorded"
    places = list(dict.fromkeys(stage.place for stage in stages))
    if len(places) == 1:
        return f"All that is recorded happened in {places[0]}"
    return f"The journey leads from {places[0]} to {places[-1]}"


def _map(stages: Sequence[JourneyStage]) -> dict[str, Any]:
    points = [
        {
            "id": stage.entry, "name": stage.place, "words": name_of("stages", stage.stage), "value": 1,
            "at": [stage.longitude, stage.latitude], "label": f"{n}. {name_of('stages', stage.stage)}",
        }
        for n, stage in enumerate(stages, 1)
        if stage.latitude is not None
    ]  # fmt: skip
    lines = [[a["at"], b["at"]] for a, b in pairwise(points) if a["at"] != b["at"]]
    return {"points": points, "lines": lines, "unit": "", "close": True}


def _span(number: int, stage: JourneyStage) -> dict[str, str]:
    """A stage from its first possible day to its last."""
    first, last = (DateInterval.parse(given) if given else None for given in (stage.first, stage.last))
    known = first or last
    assert known is not None
    name = f"{number}. {name_of('stages', stage.stage)}"
    return {
        "name": name, "said": f"{name}\n{stage.place}, {stage.first or 'not known'} to {stage.last or 'not known'}",
        "from": known.first.isoformat(), "to": (last.last if last else known.first).isoformat(),
    }  # fmt: skip


_RECRUITERS = {term.like: term.name for term in reversed(tuple(terms("recruiters").values())) if term.like}
_STATUSES = {term.code: term.name for term in dimensions()["status"].values}


def _in_words(facts: Mapping[str, str]) -> dict[str, str]:
    """What the file says in the standard's codes, in our words; what is no code stays as it is."""
    status, relation = facts["trafficking_status"], facts["recruiter_relation"]
    return {
        "sector": facts["sector"],
        "recruiter": _RECRUITERS.get(relation, relation),
        "recognition": _STATUSES.get(clean("status", status) or "", status),
    }


@router.post("/cases/{number}/record/{kind}")
def record_on_case(
    request: Request, visit: FormVisitor, number: Number, kind: Kind, about: Text = "", stage: Text = "", place: Text = "",
    first: Text = "", last: Text = "", form: Text = "", control: Text = "", recruiter: Text = "", need: Text = "",
    state: Text = "", due: Text = "", goal: Text = "", layer: Text = "", answer: Text = "", way: Text = "", to: Text = "",
    until: Text = "", title: Text = "", sha256: Text = "", note: Text = "", reason: Text = "", referral: Text = "",
    view: Text = "",
) -> Response:  # fmt: skip
    """Adds one entry to a case. What was typed comes back with what is wrong with it."""
    given = (
        stage, place, first, last, form, control, recruiter, need, state, due, goal, layer, answer, way, to, until, title, sha256, note,
        reason, referral, view,
    )  # fmt: skip
    typed = dict(zip(FIELDS, given, strict=True))
    try:
        made = visit.desk.record_on_case(visit.actor, visit.purpose, number, kind, typed, about or None)
    except ClewError as error:
        if error.status not in (400, 409):
            raise
        shown = visit.desk.case(visit.actor, visit.purpose, number, open_identity=False)
        return case_page(
            request, visit, shown, status=422, problem=str(error), at=about or referral or kind, typed=typed
        )
    place_on_page = about if kind == "correction" else referral if kind == "signature" else made
    return RedirectResponse(f"/cases/{number}#{place_on_page}", status_code=303)


@router.get("/cases/{number}/refer")
def find_service(
    request: Request, visit: Visitor, number: Number, place: Word = "", language: Word = "", service: Word = "",
    open_now: Tick = "", unfit: Tick = "", page_number: PageNumber = 1,
) -> Response:  # fmt: skip
    ask = ServiceAsk(place=place, language=language, service=service, open_now=bool(open_now), with_unfit=bool(unfit))
    return _refer_page(request, visit, number, ask, page_number)


def _refer_page(
    request: Request,
    visit: Visit,
    number: str,
    ask: ServiceAsk,
    page_number: int = 1,
    problem: str = "",
    status: int = 200,
) -> Response:
    view = EMPTY
    try:
        offset = (page_number - 1) * SIZE
        view = visit.desk.services_for_case(visit.actor, visit.purpose, number, ask, offset=offset, limit=SIZE)
    except UsageError as error:
        problem, status = str(error), 422
    record = visit.desk.case_record(visit.actor, visit.purpose, number)
    return page(
        request, "refer.html", status=status, view=view, ask=ask, problem=problem, number=number, record=record,
        pager=Pager(page_number, view.total, SIZE), query=query_of(ask),
    )  # fmt: skip


@router.post("/cases/{number}/referrals")
def draft_referral(
    request: Request, visit: FormVisitor, number: Number, service: Text = "", need: Text = "", note: Text = "",
    shares: Annotated[list[str] | None, Form()] = None,
) -> Response:  # fmt: skip
    form = {"need": need, "note": note}
    kept = [layer for layer in shares or () if layer in terms("consents")]
    try:
        made = visit.desk.draft_referral(visit.actor, visit.purpose, number, service, form, kept)
    except UsageError as error:
        return _refer_page(request, visit, number, ServiceAsk(), problem=str(error), status=422)
    return RedirectResponse(f"/cases/{number}#{made}", status_code=303)


@router.post("/cases/{number}/referrals/{referral}")
def step_referral(
    request: Request, visit: FormVisitor, number: Number, referral: Referral, status: Text = "", answer: Text = "",
    best_interest: Text = "", child: Text = "",
) -> Response:  # fmt: skip
    """One step on; a referral without consent comes back with what is missing."""
    form = {"answer": answer, "best_interest": best_interest, "child": child}
    try:
        visit.desk.step_referral(visit.actor, visit.purpose, number, referral, status, form)
    except ClewError as error:
        if error.status not in (400, 409):
            raise
        view = visit.desk.case(visit.actor, visit.purpose, number, open_identity=False)
        return case_page(
            request,
            visit,
            view,
            status=422,
            problem=str(error),
            at=referral,
            typed={"reason": best_interest, "note": answer},
        )
    return RedirectResponse(f"/cases/{number}#{referral}", status_code=303)
