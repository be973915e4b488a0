"""Counts of contacts while they change: a page that works by itself, and events (SSE) that keep it up to date.

The events carry what the page shows and nothing else: intervals in steps of the threshold. A stream ends by itself, ends
with the session, with the permission and with the purpose that it began under, does not keep a session open, and takes
one of a limited number of places.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from clew.desk import WINDOWS, AreaCount, ContactCounts
from clew.safeguards.permissions import Action, decide
from clew.web import words
from clew.web.downloads import csv_answer
from clew.web.pages import page
from clew.web.visit import Visit, Visitor

router = APIRouter()

Days = Annotated[int, Query(ge=1, le=92)]


@dataclass(slots=True)
class Places:
    """How many streams there may be at once, and how they live. Times in seconds."""

    most: int = 16
    most_a_session: int = 2
    tick_s: float = 5.0
    life_s: float = 1800.0
    """A stream ends after this long; the page then says so and can be loaded again."""
    _taken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, session: str) -> bool:
        """Whether a place was free and is now taken."""
        with self._lock:
            if self._taken.total() >= self.most or self._taken[session] >= self.most_a_session:
                return False
            self._taken[session] += 1
            return True

    def leave(self, session: str) -> None:
        with self._lock:
            self._taken[session] -= 1
            if not self._taken[session]:
                del self._taken[session]

    @property
    def taken(self) -> int:
        return self._taken.total()


class Stream(StreamingResponse):
    """A stream that always gives its place back, also when the visitor left before it began."""

    def __init__(self, content: AsyncIterator[str], done: Callable[[], None]) -> None:
        super().__init__(content, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self.done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.done()


def shown(counts: ContactCounts) -> dict[str, Any]:
    """What page and events show, ready for charts and tables."""
    return {
        "until": words.instant(counts.until),
        "total": counts.total,
        "finding": finding(counts),
        "elsewhere": counts.elsewhere,
        "areas": [{"area": a.area, "words": a.words} for a in counts.areas],
        "days": [{"day": d.day, "words": d.words, "suppressed": d.suppressed} for d in counts.days],
        "map": {
            "points": [_point(area) for area in counts.areas if area.latitude is not None],
            "lines": [],
            "unit": "callers",
        },
        "chart": {
            "labels": [d.day for d in counts.days],
            "values": [d.low or counts.below - 1 for d in counts.days],
            "words": [d.words for d in counts.days],
            "suppressed": [d.suppressed for d in counts.days],
            "unit": "callers",
            "lying": False,
        },
    }


def _point(area: AreaCount) -> dict[str, Any]:
    return {
        "id": area.area,
        "name": area.area,
        "words": area.words,
        "value": area.low,
        "at": [area.longitude, area.latitude],
    }


def finding(counts: ContactCounts) -> str:
    """The title of the page's map: what it shows, or that nothing may be shown."""
    if not counts.areas:
        return "No area has enough callers to be shown"
    first = counts.areas[0]
    return f"Most callers call from {first.area}: {first.words}"


@router.get("/live")
def live(request: Request, visit: Visitor, days: Days = 30) -> Response:
    counts = visit.desk.watch_contacts(visit.actor, visit.purpose, days)()
    return page(
        request, "live.html", counts=counts, data=shown(counts), days=days, windows=WINDOWS, finding=finding(counts)
    )


@router.get("/live/areas.csv")
def areas_table(visit: Visitor, days: Days = 30) -> Response:
    counts = visit.desk.watch_contacts(visit.actor, visit.purpose, days)()
    rows = [*((area.area, area.words) for area in counts.areas), ("elsewhere or not known", counts.elsewhere)]
    return csv_answer("callers-by-area", ("area", "different_callers"), rows)


@router.get("/live/days.csv")
def days_table(visit: Visitor, days: Days = 30) -> Response:
    counts = visit.desk.watch_contacts(visit.actor, visit.purpose, days)()
    return csv_answer("callers-by-day", ("day", "different_callers"), ((day.day, day.words) for day in counts.days))


@router.get("/live/events")
async def events(request: Request, visit: Visitor, days: Days = 30) -> Response:
    """Server-sent events (HTML standard, 9.2): `counts` when something changed, `end` when the stream is over."""
    places: Places = request.app.state.places
    if not places.take(visit.session):
        said = "Too many pages follow the counts. This page stays as it is: load it again to see newer counts.\n"
        return PlainTextResponse(said, status_code=503, headers={"Retry-After": "60"})
    try:
        count = await run_in_threadpool(visit.desk.watch_contacts, visit.actor, visit.purpose, days)
    except BaseException:
        places.leave(visit.session)
        raise
    return Stream(_told(request, visit, count, places), lambda: places.leave(visit.session))


async def _told(
    request: Request, visit: Visit, count: Callable[[], ContactCounts], places: Places
) -> AsyncIterator[str]:  # fmt: skip
    ends, before = monotonic() + places.life_s, ""
    while await run_in_threadpool(_may_listen, visit):
        text = json.dumps(shown(await run_in_threadpool(count)), ensure_ascii=False)
        yield f"event: counts\ndata: {text}\n\n" if text != before else ": nothing new\n\n"
        before = text
        if monotonic() >= ends:
            break
        await asyncio.sleep(places.tick_s)
        if await request.is_disconnected():
            return
    yield "event: end\ndata: {}\n\n"


def _may_listen(visit: Visit) -> bool:
    """Whether the session is open, under the same purpose, and its account may count contacts as its roles are now."""
    found = visit.desk.listener(visit.session)
    if found is None or found[0].id != visit.actor.id or found[1] != visit.purpose:
        return False
    return decide(found[0], Action.COUNT_CONTACTS, found[1]).allowed
