"""Opening hours as directories write them, and whether a service is open at a moment, in its own time zone.

The form is the everyday part of OpenStreetMap's opening_hours: `Mo-Fr 09:00-17:00; Sa 10:00-14:00`, `24/7`,
`Mo-Su 18:00-02:00; We off`. A later rule replaces an earlier one for its days. Public holidays are not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from clew.records.imprecise import Answer

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN

_FORM = "not of a form such as Mo-Fr 09:00-17:00; Sa 10:00-14:00, or 24/7"
_DAYS = re.compile(r"[a-z]+(?:\s*-\s*[a-z]+)?(?:\s*,\s*[a-z]+(?:\s*-\s*[a-z]+)?)*")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_APPOINTMENT = ("by appointment", "appointment", "appointment only", "by appointment only", "on request")


@dataclass(frozen=True, slots=True)
class Hours:
    """When a service is open in a week; `spans` are minutes from Monday 00:00, None for hours by appointment."""

    spans: tuple[tuple[int, int], ...] | None

    def cover(self, minute: int) -> bool:
        """Whether it is open at that minute of the week; a night that runs over Sunday midnight counts on Monday."""
        return any(start <= at < end for start, end in self.spans or () for at in (minute, minute + WEEK_MIN))


@cache
def parse_hours(text: str) -> Hours:
    """Reads opening hours; raises ValueError saying what is wrong with them.

    >>> parse_hours("Mo-Tu 09:00-12:00").spans
    ((540, 720), (1980, 2160))
    """
    plain = " ".join(text.replace("–", "-").replace("—", "-").casefold().split())
    if plain in _APPOINTMENT:
        return Hours(None)
    if plain in ("24/7", "24h", "always"):
        return Hours(((0, WEEK_MIN),))
    week: dict[int, list[tuple[int, int]]] = {}
    for rule in filter(None, (part.strip() for part in plain.split(";"))):
        if rule.startswith("ph "):
            continue
        days, spans = _rule(rule)
        week |= {day: [(day * DAY_MIN + start, day * DAY_MIN + end) for start, end in spans] for day in days}
    if not week:
        raise ValueError(_FORM)
    return Hours(tuple(span for day in sorted(week) for span in week[day]))


def is_open(hours: str, zone: str, now: datetime) -> Answer:
    """Whether it is open at a moment: unknown without hours or zone, and when it opens by appointment.

    >>> from datetime import UTC
    >>> is_open("Mo-Fr 09:00-17:00", "Europe/Paris", datetime(2026, 1, 5, 8, 30, tzinfo=UTC))
    <Answer.YES: 'yes'>
    """
    if not hours or not zone:
        return Answer.UNKNOWN
    week = parse_hours(hours)
    if week.spans is None:
        return Answer.UNKNOWN
    there = now.astimezone(time_zone(zone))
    minute = there.weekday() * DAY_MIN + there.hour * 60 + there.minute
    return Answer.YES if week.cover(minute) else Answer.NO


@cache
def time_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; raises ValueError for another."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError("not a time zone of the IANA database, such as Europe/Paris") from None


def _rule(rule: str) -> tuple[tuple[int, ...], list[tuple[int, int]]]:
    found = _DAYS.match(rule)
    closed = re.search(r"\s*(off|closed)$", rule)
    named = rule[: closed.start()] if closed else (found[0] if found else "")
    days = _days(named) if named.strip() else tuple(range(7))
    if closed:
        return days, []
    spans = rule[len(named) :].strip()
    if not spans:
        raise ValueError(_FORM)
    return days, [_span(part.strip()) for part in spans.split(",")]


def _days(text: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        start = _day(first)
        end = _day(last) if dash else start
        days += [day % 7 for day in range(start, (end if end >= start else end + 7) + 1)]
    return tuple(days)


def _day(word: str) -> int:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for number, name in enumerate(names):
        if len(word) >= 2 and name.startswith(word):
            return number
    raise ValueError(_FORM)


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError(_FORM)
    h1, m1, h2, m2 = map(int, found.groups())
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if m1 > 59 or m2 > 59 or start >= DAY_MIN or end > DAY_MIN:
        raise ValueError("hours that no day has")
    if start == end:
        raise ValueError("opens and closes at the same minute; write 00:00-24:00 for the whole day")
    return start, end if end > start else end + DAY_MIN
