"""Turns what a text says of days into dates, once it is known on which day it was posted."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_RELATIVE = re.compile(r"(day|week|weekend|month)\+(\d)")
_NEAR = 183
"""Days: a day and month without a year are taken from the year in which they are nearest to the posting."""


def anchored(value: str, posted: dt.date) -> str:
    """A date or interval in ISO 8601 from a claim of kind `date`; open ends stay open (`..`).

    A weekday is the next one, the day of posting included. What is no such claim comes back as it is.

    >>> posted = dt.date(2026, 4, 29)  # a Wednesday
    >>> anchored("../weekday-5", posted), anchored("--05-03/--05-07", posted), anchored("week+1", posted)
    ('../2026-05-01', '2026-05-03/2026-05-07', '2026-05-04/2026-05-10')
    """
    first, slash, last = value.partition("/")
    if not slash:
        start, end = _days(first, posted)
        return start if start == end else f"{start}/{end}"
    begins = first if first == ".." else _days(first, posted)[0]
    after = dt.date.fromisoformat(begins) if _is_day(begins) else posted
    return f"{begins}/{last if last == '..' else _days(last, max(after, posted))[1]}"


def days(written: pa.ChunkedArray) -> Any:
    """The days that a column of strings begins with, as in 2024-05-31T18:00:00+02:00; null where it begins with none.

    The day is the one written, whatever the zone: it is where the poster was.
    """
    start = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(written.cast(pa.string())), 0, 10)
    return pc.strptime(start, format="%Y-%m-%d", unit="s", error_is_null=True).cast(pa.date32())


def _days(value: str, posted: dt.date) -> tuple[str, str]:
    """First and last day of what is said; twice the same for one day."""
    relative = _RELATIVE.fullmatch(value)
    if relative:
        first, last = _relative(relative[1], int(relative[2]), posted)
        return first.isoformat(), last.isoformat()
    if value.startswith("weekday-"):
        day = posted + dt.timedelta((int(value[-1]) - posted.isoweekday()) % 7)
        return day.isoformat(), day.isoformat()
    if value.startswith("--"):
        value = _nearest(int(value[2:4]), int(value[5:7]), posted) or value
    return value, value


def _relative(unit: str, count: int, posted: dt.date) -> tuple[dt.date, dt.date]:
    if unit == "day":
        day = posted + dt.timedelta(count)
        return day, day
    if unit == "month":
        first = (posted.replace(day=1) + dt.timedelta(31 * count)).replace(day=1)
        return first, (first + dt.timedelta(31)).replace(day=1) - dt.timedelta(1)
    monday = posted - dt.timedelta(posted.weekday()) + dt.timedelta(7 * count)
    return (monday + dt.timedelta(5 if unit == "weekend" else 0)), monday + dt.timedelta(6)


def _nearest(month: int, day: int, posted: dt.date) -> str | None:
    found = []
    for year in (posted.year - 1, posted.year, posted.year + 1):
        try:
            found.append(dt.date(year, month, day))
        except ValueError:  # the 29th of February, or no day at all
            continue
    near = [one for one in found if abs((one - posted).days) <= _NEAR]
    best = min(near or found, key=lambda one: abs((one - posted).days), default=None)
    return best.isoformat() if best else None


def _is_day(value: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
