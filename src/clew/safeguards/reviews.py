"""Reviews that a person affected asks for: what may be asked and answered, and by when.

Nobody is subject to a decision by a machine alone, and whoever is affected may have their view heard and a person look
again (GDPR art. 22(3); Convention 108+ art. 9(1)(a)). A machine decides nothing here; this is the way to be heard all the
same, also about what persons judged.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime

from clew.safeguards.errors import Conflict, UsageError

MATTERS = ("lead", "case", "persons", "release", "other")
CAME = ("in person", "by telephone", "in writing", "through somebody they trust")
OUTCOMES = ("upheld", "changed", "nothing_here", "more_time")
"""upheld: looked at anew and left; changed: judged anew; nothing_here: nothing is held on them; more_time: put off once."""


def months_after(day: date, months: int) -> date:
    """The same day some months on, or the last day of a shorter month (Regulation 1182/71, art. 3).

    >>> months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review. It holds no words of the person: `told_in` names the contact or case where they rest sealed."""

    id: str
    subject: str
    matter: str
    came: str
    told_in: str
    received: date
    extended: bool
    outcome: str
    reason: str
    by: str
    answered: datetime | None
    taken_by: str

    @property
    def is_open(self) -> bool:
        return not self.outcome

    @property
    def due(self) -> date:
        """One month after it was received; three where it was put off (GDPR art. 12(3))."""
        return months_after(self.received, 3 if self.extended else 1)

    def is_late(self, today: date) -> bool:
        return self.is_open and today > self.due


def check_ask(matter: str, came: str, received: date, today: date) -> None:
    """Raises UsageError for what cannot be taken in. What a person says is never asked for here."""
    problems = [] if matter in MATTERS else [f"matter: one of {', '.join(MATTERS)}"]
    problems += [] if came in CAME else [f"came: one of {', '.join(CAME)}"]
    problems += ["received: lies in the future"] if received > today else []
    if problems:
        raise UsageError("review: " + "; ".join(problems))


def check_answer(review: Review, outcome: str, today: date) -> None:
    """Raises UsageError or Conflict where a review cannot be answered so now."""
    if outcome not in OUTCOMES:
        raise UsageError(f"outcome: one of {', '.join(OUTCOMES)}")
    if not review.is_open:
        raise Conflict("review: it was answered before")
    if outcome == "more_time" and review.extended:
        raise Conflict("review: it was put off before; answer it")
    if outcome == "more_time" and today > review.due:
        raise Conflict("review: the month in which it could be put off is over; answer it")
