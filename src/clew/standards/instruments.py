"""The register of instruments: what international and European law asks of a case, by article, date and source.

Facts in our own words (`instruments.yaml`): read the original. Whether a state is bound is not recorded here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from clew.standards.listed import listed

READ_THE_ORIGINAL = "Facts in our own words; read the original before relying on any of it."


_FACTS = {
    "articles": "articles",
    "adopted": "date of adoption",
    "in_force": "entry into force",
    "transposed_by": "date of transposition",
}


class Jurisdiction(StrEnum):
    """Which instruments are looked at: each level includes those before it."""

    INT = "int"
    COE = "coe"
    EU = "eu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One treaty or directive. Dates are adoption (or opening for signature) and entry into force."""

    id: str
    name: str
    level: Jurisdiction
    articles: tuple[str, ...]
    adopted: date
    in_force: date
    asks: str
    purposes: frozenset[str]
    """Forms of exploitation that the text itself names, as in `palermo.yaml`."""
    source: str
    unchecked: tuple[str, ...]
    """Facts (of `articles`, `adopted`, `in_force`, `transposed_by`) that were not compared with the text itself."""
    open_list: bool = False
    """The text names its purposes "at a minimum"."""
    definition: bool = False
    """It defines trafficking by act, means and purpose."""
    child_only: bool = False
    evidence_only: bool = False
    """It is about evidence, not about the elements."""
    transposed_by: date | None = None
    amends: str | None = None

    @property
    def marks(self) -> str:
        """The facts that were not compared, in words; empty where all were.

        >>> next(one for one in instruments() if one.id == "palermo").marks
        'not checked against the text: articles'
        """
        names = ", ".join(_FACTS[name] for name in self.unchecked)
        return f"not checked against the text: {names}" if names else ""

    def bears_on(self, purposes: frozenset[str], *, may_be_child: bool, online: bool = False) -> bool:
        """Whether a case with these recorded purposes should be read under it.

        An instrument that defines trafficking always is; one on a form of exploitation where that form is recorded;
        one for children only where the person may be a child; one on evidence where something happened online.
        """
        if self.evidence_only:
            return online
        if self.child_only and not may_be_child:
            return False
        return (self.definition and self.amends is None) or bool(self.purposes & purposes)


@cache
def instruments() -> tuple[Instrument, ...]:
    """All of them, in the order of the register."""
    content = listed(files("clew.standards").joinpath("instruments.yaml").read_text(encoding="utf-8"))
    return tuple(_instrument(item) for item in content)


def instruments_for(jurisdiction: Jurisdiction) -> tuple[Instrument, ...]:
    """Those of this level and of the levels before it.

    >>> [one.id for one in instruments_for(Jurisdiction.COE) if one.definition]
    ['palermo', 'cets197']
    """
    levels = tuple(Jurisdiction)
    return tuple(one for one in instruments() if levels.index(one.level) <= levels.index(jurisdiction))


def _instrument(item: Mapping[str, Any]) -> Instrument:
    lists = {name: tuple(item[name]) for name in ("articles", "unchecked")} | {"purposes": frozenset(item["purposes"])}
    return Instrument(**{**item, **lists, "level": Jurisdiction(item["level"])})
