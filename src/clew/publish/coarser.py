"""Coarser words for rare values: an age band widens, a year becomes a span of years, a country its region.

A ladder is a list of steps; a step has one word a value, None where it has no coarser word. What a column is about is
read from its values, never from its name alone; a column of which that cannot be told has no ladder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from clew.records.imprecise import AgeRange
from clew.standards.regions import REGION, SUBREGION

Step = list[str | None]
_MOST = 0.9
"""Share of the distinct values that must read as ages, years or countries."""
_BROAD = ((0, 17), (18, 29), (30, 47), (48, None))
_BROADEST = ((0, 17), (18, None))


def ladder(name: str, words: Sequence[str]) -> list[Step]:
    """Coarser words for a column's distinct values, one step after the other, each coarser than the last.

    >>> ladder("citizenship", ["NGA", "GHA"])
    [['Western Africa', 'Western Africa'], ['Africa', 'Africa']]
    >>> ladder("yearOfRegistration", ["2019"])
    [['2015/2019'], ['2010/2019']]
    >>> ladder("ageBroad", ["18--20", "48+"])
    [['18--29', '48+'], ['18+', '18+']]
    >>> ladder("gender", ["Woman"])
    []
    """
    for reads, steps in (
        (lambda word: word in SUBREGION, (SUBREGION.get, REGION.get)),
        (_is_year, (lambda word: _span(word, 5), lambda word: _span(word, 10))),
        (_is_date, (lambda word: word[:7], lambda word: word[:4], lambda word: _span(word[:4], 5))),
        (
            _age if "age" in name.lower() else _never,
            (lambda word: _band(word, _BROAD), lambda word: _band(word, _BROADEST)),
        ),
    ):
        if words and sum(bool(reads(word)) for word in words) >= _MOST * len(words):
            return [_step(words, reads, coarser) for coarser in steps]
    return []


def _step(words: Sequence[str], reads: Callable[[str], object], coarser: Callable[[str], str | None]) -> Step:
    return [coarser(word) if reads(word) else None for word in words]


def _never(_: str) -> bool:
    return False


def _is_year(word: str) -> bool:
    return bool(re.fullmatch(r"(19|20)\d\d", word))


def _is_date(word: str) -> bool:
    return bool(re.fullmatch(r"(19|20)\d\d-[01]\d-[0-3]\d", word))


def _span(year: str, length: int) -> str:
    first = int(year) // length * length
    return f"{first}/{first + length - 1}"


def _age(word: str) -> AgeRange | None:
    try:
        return AgeRange.parse(word)
    except ValueError:
        return None


def _band(word: str, bands: Sequence[tuple[int, int | None]]) -> str | None:
    age = _age(word)
    if age is None:
        return None
    for first, last in bands:
        if first <= age.low and (last is None or (age.high is not None and age.high <= last)):
            return str(AgeRange(first, last))
    return None
