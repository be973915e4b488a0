"""The elements of trafficking in persons (Palermo Protocol, art. 3) and what each column of a case layout says of them.

Read from `palermo.yaml`. A column speaks for an element or asks a question; no column answers for a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from clew.standards.listed import listed

ELEMENTS = ("act", "means", "purpose")


class Asking(StrEnum):
    """How a column is answered."""

    LIST = "list"
    """Codes of a list, several separated by `;`. A code that is not ticked says nothing."""
    FLAG = "flag"
    """yes (1), no (0), unknown (-99), or empty."""
    BOX = "box"
    """Ticked or not. An empty box says nothing."""
    FILLED = "filled"
    """Any value says the same, unless it is a word for unknown."""


class No(StrEnum):
    """What a stated no of a flag says."""

    COUNTS = "counts"
    """This was asked and was not so."""
    DENIES = "denies"
    """And whatever else supports the same part contradicts it."""
    SILENT = "silent"
    """Nothing."""


@dataclass(frozen=True, slots=True)
class Says:
    """What a value supports, part by element, and which question a value that leaves the element open asks."""

    supports: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> frozenset[str]:
        """The elements that it speaks of."""
        return frozenset(self.supports) | frozenset(self.hints)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a layout. `codes` are for a list, by folded code; `says` is for the other kinds."""

    name: str
    kind: Asking
    no: No
    empty_is_unknown: bool
    says: Says
    codes: Mapping[str, Says]

    @property
    def about(self) -> frozenset[str]:
        return self.says.about.union(*(says.about for says in self.codes.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One of the three elements: its words, the question that settles it, its parts, and the parts that ask on."""

    name: str
    words: str
    article: str
    question: str
    parts: Mapping[str, str]
    ask: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """Which columns tell an age, and when: `trafficked` when it happened, `registered` when the file was opened."""

    trafficked: Mapping[str, tuple[str, ...]]
    registered: Mapping[str, tuple[str, ...]]
    birthdate: tuple[str, ...]
    child_words: frozenset[str]
    adult_words: frozenset[str]
    open_words: frozenset[str]


def fold(text: str) -> str:
    """How names and codes are compared: letters and digits alone, without case.

    >>> fold("Threatens children/family") == fold("ThreatensChildrenFamily")
    True
    """
    return re.sub(r"[\W_]", "", text.casefold())


@cache
def elements() -> Mapping[str, Element]:
    """The three elements in the order of the article."""
    return {name: Element(name=name, **{"ask": {}, **item}) for name, item in _content()["elements"].items()}


@cache
def columns() -> Mapping[str, Column]:
    """Every column that speaks for an element, by its own name."""
    return {name: _column(name, item) for name, item in _content()["columns"].items()}


@cache
def questions() -> Mapping[str, str]:
    """Questions by their key."""
    return dict(_content()["questions"])


@cache
def texts() -> Mapping[str, tuple[str, ...]]:
    """Free-text columns that a person should read for an element. clew reads none of them."""
    return {element: tuple(names) for element, names in _content()["texts"].items()}


@cache
def ages() -> Ages:
    """Which columns tell an age."""
    item = _content()["ages"]
    stages = [{kind: tuple(names) for kind, names in item[stage].items()} for stage in ("trafficked", "registered")]
    words = [frozenset(item[name]) for name in ("child_words", "adult_words", "open_words")]
    return Ages(
        trafficked=stages[0],
        registered=stages[1],
        birthdate=tuple(item["birthdate"]),
        child_words=words[0],
        adult_words=words[1],
        open_words=words[2],
    )


def _column(name: str, item: Mapping[str, Any]) -> Column:
    kind = Asking(item["kind"])
    return Column(
        name=name,
        kind=kind,
        no=No(item.get("denial", "counts")),
        empty_is_unknown=kind is Asking.BOX or (kind is Asking.FLAG and item.get("empty", "unknown") == "unknown"),
        says=_says(item.get("says", {})),
        codes={fold(code): _says(said) for code, said in item.get("codes", {}).items()},
    )


def _says(item: Mapping[str, Any]) -> Says:
    return Says({e: p for e, p in item.items() if e != "hints"}, dict(item.get("hints", {})))


@cache
def _content() -> Mapping[str, Any]:
    return dict(listed(files("clew.standards").joinpath("palermo.yaml").read_text(encoding="utf-8")))
