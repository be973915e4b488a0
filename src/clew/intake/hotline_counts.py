"""Counts of contacts by area and day that a person may watch change: nothing under the threshold shows, in time neither.

A count that is shown while it grows gives away each contact by the step it makes. So every count is rounded down to a
multiple of the threshold and said as an interval (`10 to 14`): two counts that can be told apart lie at least one
threshold apart. Areas under the threshold are not named; they are counted together, under the same rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

STEP_MIN = 5
"""Contacts are counted up to the last full so many minutes."""


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
    """All other areas together, and contacts without an area."""
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


def count_contacts(
    contacts: Iterable[tuple[datetime, str, str]], *, now: datetime, days: int, below: int
) -> Counted:  # fmt: skip
    """Counts (received, area, country) of the last so many days, today included, all days in UTC."""
    end = until(now)
    window = _days(end.date(), days)
    known = set(window)
    kept = [(at.date(), area, country) for at, area, country in contacts if at < end and at.date() in known]
    by_area = Counter((area, country) for _, area, country in kept if area)
    by_day = Counter(day for day, _, _ in kept)
    large = sorted(
        ((key, n) for key, n in by_area.items() if n >= below), key=lambda item: (-(item[1] // below), item[0])
    )
    rest = len(kept) - sum(n for _, n in large)
    return Counted(
        until=end,
        total=step(len(kept), below),
        areas=tuple((area, country, step(n, below)) for (area, country), n in large),
        elsewhere=step(rest, below),
        days=tuple((day, step(by_day[day], below)) for day in window),
    )


def _days(last: date, days: int) -> Sequence[date]:
    return [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
