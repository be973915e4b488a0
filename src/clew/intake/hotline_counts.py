"""Counts of different callers by area and day that a person may watch change: nothing under the threshold shows.

What is counted is the keyed hashes of numbers, so that nobody reaches the threshold by calling often. Contacts without a
number (withheld, web forms, most messages) cannot be told apart, and one of them may be a caller who is counted already:
they count for nothing. A count is so the least number of telephones that called, never a number of persons.

A count that is shown while it grows gives away each caller by the step it makes. So every count is rounded down to a
multiple of the threshold and said as an interval (`10 to 14`): two counts that can be told apart lie at least one
threshold apart. Areas under the threshold are not named; they are counted together, under the same rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

STEP_MIN = 5
"""Callers are counted up to the last full so many minutes."""


@dataclass(frozen=True, slots=True)
class Step:
    """A count as it is shown."""

    low: int
    """0: fewer than the threshold, possibly none."""
    high: int

    @property
    def hidden(self) -> bool:
        return self.low == 0

    def __str__(self) -> str:
        return f"<{self.high + 1}" if self.hidden else f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What may be watched."""

    until: datetime
    total: Step
    areas: tuple[tuple[str, str, Step], ...]
    """Area, country (ISO 3166-1 alpha-3), count; only those that reach the threshold, the largest first."""
    elsewhere: Step
    """All other areas together, and contacts without an area that is known."""
    days: tuple[tuple[date, Step], ...]
    """Every day of the window in UTC, the oldest first."""


def step(count: int, below: int) -> Step:
    """A count in steps of the threshold.

    >>> str(step(3, 5)), str(step(5, 5)), str(step(13, 5))
    ('<5', '5 to 9', '10 to 14')
    """
    low = count // below * below
    return Step(low, low + below - 1)


def until(now: datetime) -> datetime:
    """The last full five minutes."""
    return now.replace(minute=now.minute - now.minute % STEP_MIN, second=0, microsecond=0)


Seen = tuple[datetime, str, str, str | None]
"""When a contact was received, its area, its country, and the hash of its number: None where it has none."""


def count_contacts(contacts: Iterable[Seen], *, now: datetime, days: int, below: int) -> Counted:
    """Counts different callers of the last so many days, today included, all days in UTC.

    Who called from two areas, or on two days, is counted in each; the total has everybody once.
    """
    end = until(now)
    window = _days(end.date(), days)
    known = set(window)
    kept = [
        (at.date(), (area, country), caller)
        for at, area, country, caller in contacts
        if caller is not None and at < end and at.date() in known
    ]
    by_area: dict[tuple[str, str], set[str]] = defaultdict(set)
    by_day: dict[date, set[str]] = defaultdict(set)
    for day, place, caller in kept:
        by_area[place].add(caller)
        by_day[day].add(caller)
    named = {place: len(callers) for place, callers in by_area.items() if place[1] and len(callers) >= below}
    large = sorted(named.items(), key=lambda item: (-(item[1] // below), item[0]))
    rest = {caller for _, place, caller in kept if place not in named}
    return Counted(
        until=end,
        total=step(len({caller for _, _, caller in kept}), below),
        areas=tuple((area, country, step(n, below)) for (area, country), n in large),
        elsewhere=step(len(rest), below),
        days=tuple((day, step(len(by_day[day]), below)) for day in window),
    )


def _days(last: date, days: int) -> Sequence[date]:
    return [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
