"""Values that are not exact, as types: a date known to a year, an age in a band, a count that was suppressed.

Unknown is not *no*: an explicit no, an unknown and a not-asked stay three values everywhere.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self


class Answer(StrEnum):
    """What a case file says to a yes-or-no question. The four are never folded together."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"


_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True, order=True)
class DateInterval:
    """A date as precisely as it is known: both ends are included.

    >>> DateInterval.parse("2021-02")
    DateInterval(first=datetime.date(2021, 2, 1), last=datetime.date(2021, 2, 28))
    >>> str(DateInterval.parse("2019/2021"))
    '2019/2021'

    Written in the reduced precision and interval forms of ISO 8601-1 (2019), as EDTF level 0 has them.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("date interval ends before it starts")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `2021`, `2021-02`, `2021-02-03` or two of them joined by `/`; raises ValueError otherwise."""
        start, slash, end = text.strip().partition("/")
        return cls(_bounds(start)[0], _bounds(end if slash else start)[1])

    @property
    def exact(self) -> bool:
        return self.first == self.last

    def __str__(self) -> str:
        whole = _shortest(self.first, self.last)
        if whole:
            return whole
        return f"{_edge(self.first, start=True)}/{_edge(self.last, start=False)}"


def _bounds(text: str) -> tuple[date, date]:
    match = _DATE.fullmatch(text.strip())
    if not match:
        raise ValueError("not a date of the forms YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if not 1 <= month <= 12:
        raise ValueError("month is not between 1 and 12")
    if day is None:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def _shortest(first: date, last: date) -> str | None:
    if first == last:
        return first.isoformat()
    if (first.year, first.month, first.day) == (last.year, 1, 1) and (last.month, last.day) == (12, 31):
        return f"{first.year:04d}"
    month_end = calendar.monthrange(last.year, last.month)[1]
    if (first.year, first.month, first.day) == (last.year, last.month, 1) and last.day == month_end:
        return f"{first.year:04d}-{first.month:02d}"
    return None


def _edge(day: date, *, start: bool) -> str:
    if (day.month, day.day) == ((1, 1) if start else (12, 31)):
        return f"{day.year:04d}"
    edge_of_month = 1 if start else calendar.monthrange(day.year, day.month)[1]
    return f"{day.year:04d}-{day.month:02d}" if day.day == edge_of_month else day.isoformat()


@dataclass(frozen=True, slots=True, order=True)
class AgeRange:
    """An age in whole years as precisely as it is known; `high` is None for an open band such as 48+.

    >>> AgeRange.parse("9--17")
    AgeRange(low=9, high=17)
    >>> str(AgeRange.parse("48+"))
    '48+'
    """

    low: int
    high: int | None

    def __post_init__(self) -> None:
        if self.low < 0 or (self.high is not None and not self.low <= self.high <= 130):
            raise ValueError("age range is outside 0 to 130 or ends before it starts")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `17`, `9-17`, `9--17` (also CTDC's odd `09--17`) or `48+`; raises ValueError otherwise."""
        match = re.fullmatch(r"\s*(\d{1,3})\s*(?:(\+)|-{1,2}\s*(\d{1,3}))?\s*", text)
        if not match:
            raise ValueError("not an age of the forms N, N-N, N--N or N+")
        low, plus, high = match.groups()
        return cls(int(low), None if plus else int(high if high is not None else low))

    @property
    def is_child(self) -> Answer:
        """Whether the whole range lies under 18, none of it does, or it cannot be told (CRC art. 1)."""
        if self.high is not None and self.high < 18:
            return Answer.YES
        return Answer.NO if self.low >= 18 else Answer.UNKNOWN

    def __str__(self) -> str:
        if self.high is None:
            return f"{self.low}+"
        return str(self.low) if self.low == self.high else f"{self.low}--{self.high}"


@dataclass(frozen=True, slots=True)
class Count:
    """A published count. `<5` is the interval 1 to 4 and is never turned into a number in between.

    >>> Count.parse("<5") + Count.parse("103")
    Count(low=104, high=107)
    >>> str(Count.parse("<5")), str(Count.parse("103"))
    ('<5', '103')
    """

    low: int
    high: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a whole number, `<N` (at least one, fewer than N) or `M to N`; raises ValueError otherwise."""
        match = re.fullmatch(r"\s*(<?)\s*(\d+)\s*", text)
        between = re.fullmatch(r"\s*(\d+) to (\d+)\s*", text)
        if between and int(between[1]) <= int(between[2]):
            return cls(int(between[1]), int(between[2]))
        if not match:
            raise ValueError("not a count of the forms N, <N or M to N")
        number = int(match[2])
        return cls(1, number - 1) if match[1] else cls(number, number)

    @property
    def suppressed(self) -> bool:
        return self.low != self.high

    def __add__(self, other: Count) -> Count:
        return Count(self.low + other.low, self.high + other.high)

    def __str__(self) -> str:
        if not self.suppressed:
            return str(self.low)
        return f"<{self.high + 1}" if self.low == 1 else f"{self.low} to {self.high}"
