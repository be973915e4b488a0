"""Published lists of indicators of forced labour and trafficking, with codes, weights and the rule that combines them.

Read from `indicators.json`, which `scripts/make_indicators.py` makes from transcriptions: each list says whether it is
partial and that it must be checked against its original. An indicator asks a question; it decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Grade(StrEnum):
    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class Profile(StrEnum):
    """Whose weights count: the Delphi survey weighs indicators for adults and for children apart."""

    ADULT = "adult"
    CHILD = "child"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator. `grade` is None for a profile that it does not belong to; without a profile it is a plain list's."""

    code: str
    label: str
    grades: Mapping[Profile, Grade | None]
    ilo11: tuple[str, ...] = ()
    """Codes of the ILO's eleven indicators that it is a case of."""
    reads_trait: bool = False
    """It reads looks, language or legal status: listed because it is published, never used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A group of indicators that is judged as a whole, and the element of the Palermo Protocol that it is about."""

    code: str
    name: str
    element: str
    indicators: tuple[Indicator, ...]

    def of(self, profile: Profile) -> tuple[Indicator, ...]:
        return tuple(one for one in self.indicators if one.grades[profile] is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorList:
    """A list with its source, whether it is whole, and what must be checked."""

    source: str
    check: str
    partial: bool
    indicators: tuple[Indicator, ...]


@cache
def delphi() -> tuple[Dimension, ...]:
    """The six dimensions of the ILO and European Commission's Delphi survey (2009), for labour exploitation.

    >>> [len(one.indicators) for one in delphi()]
    [10, 10, 16, 9, 15, 7]
    """
    return tuple(_dimension(item) for item in _content()["delphi"]["dimensions"])


@cache
def delphi_rule() -> tuple[Mapping[Grade, int], ...]:
    """A dimension is positive when it holds at least one of these sets of grades."""
    return tuple(
        {Grade(grade): int(count) for grade, count in one.items()} for one in _content()["delphi"]["alternatives"]
    )


@cache
def delphi_words() -> tuple[str, ...]:
    """The same rule as it is written."""
    return tuple(_content()["delphi"]["positive_if"])


@cache
def lists() -> Mapping[str, IndicatorList]:
    """`delphi`, `ilo11` and `unodc`, each with its source. UNODC's is partial.

    >>> {name: one.partial for name, one in lists().items()}
    {'delphi': False, 'ilo11': False, 'unodc': True}
    """
    content = _content()
    plain = {name: tuple(_indicator(item) for item in content[name]["indicators"]) for name in ("ilo11", "unodc")}
    every = {"delphi": tuple(one for dimension in delphi() for one in dimension.indicators), **plain}
    return {
        name: IndicatorList(
            source=content[name]["source"],
            check=content[name]["check"],
            partial=content[name]["partial"],
            indicators=found,
        )
        for name, found in every.items()
    }


def _dimension(item: Mapping[str, Any]) -> Dimension:
    indicators = tuple(_indicator(one) for one in item["indicators"])
    return Dimension(code=item["code"], name=item["name"], element=item["element"], indicators=indicators)


def _indicator(item: Mapping[str, Any]) -> Indicator:
    grades = {profile: Grade(item[profile]) if item.get(profile) else None for profile in Profile}
    return Indicator(
        code=item["code"],
        label=item["label"],
        grades=grades,
        ilo11=tuple(item.get("ilo11", ())),
        reads_trait=item.get("reads_trait", False),
    )


@cache
def _content() -> Mapping[str, Any]:
    return dict(json.loads(files("clew.standards").joinpath("indicators.json").read_text(encoding="utf-8")))
