"""Reads a disclosure report so that a person can weigh it: what is suppressed, what is invented, who disappears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clew.web import words

CHAPTERS = {
    "suppressed": ("What is suppressed", ("suppress", "removed", "blanked")),
    "invented": ("What is invented", ("invent", "fabricat", "synthetic_only")),
    "vanished": ("Who disappears", ("disappear", "vanish", "lost", "dropped", "missing")),
}
"""Chapter -> its title and the words in a report's names that belong to it."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    lines: tuple[Line, ...]


def chapters(report: Mapping[str, Any]) -> tuple[Chapter, ...]:
    """The three questions first, each present even when the report says nothing of it, then all the rest."""
    left = dict(report)
    out = []
    for title, stems in CHAPTERS.values():
        mine = [name for name in left if any(stem in name.casefold() for stem in stems)]
        lines = tuple(line for name in mine for line in _opened(name, left.pop(name)))
        out.append(Chapter(title, lines))
    rest = tuple(line for name, value in left.items() for line in _lines(words.plain(name), value))
    return (*out, Chapter("Everything else in the report", rest))


def _opened(name: str, value: Any) -> list[Line]:
    """The chapter's title already says the name of a table in it."""
    if isinstance(value, Mapping):
        return [line for key, item in value.items() for line in _lines(words.plain(str(key)), item)]
    return _lines(words.plain(name), value)


def _lines(name: str, value: Any) -> list[Line]:
    """One line for each plain value, however deep it lies."""
    if isinstance(value, Mapping):
        return [line for key, item in value.items() for line in _lines(f"{name}: {words.plain(str(key))}", item)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _listed(name, value)
    return [Line(name, _said(value))]


def _listed(name: str, values: Sequence[Any]) -> list[Line]:
    if not values:
        return [Line(name, "none")]
    if all(isinstance(item, Mapping) for item in values):
        return [Line(name, ", ".join(f"{words.plain(str(k))} {_said(v)}" for k, v in item.items())) for item in values]
    return [Line(name, ", ".join(_said(item) for item in values))]


def _said(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return words.number(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{words.plain(str(k))} {_said(v)}" for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_said(item) for item in value) or "none"
    return str(value)
