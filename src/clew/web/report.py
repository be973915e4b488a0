"""Reads a disclosure report so that a person can weigh it: what is suppressed, what is invented, who disappears."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clew.web import words

CHAPTERS = {
    "What is suppressed": ("suppress", "dropped", "blanked", "small", "hidden"),
    "What is invented": ("invent", "fabricat", "coarser", "generalised"),
    "Who disappears": ("gone_values", "gone_pairs", "disappear", "vanish", "lost"),
}
"""Chapter -> the words in a report's names that belong to it."""

NAMES = {
    "1-way": "single values",
    "2-way": "pairs of values",
    "k": "k",
    "by": "counted by",
    "below": "counts under this are hidden",
    "small": "counts that are too small",
    "hidden_with_them": "counts hidden so that those cannot be worked out",
    "shown_as_small": "shown as a count that is too small",
    "earlier": "tables that left before, looked at beside these",
    "changed_since": "records changed since those left",
    "gone_values": "groups by one column that disappear",
    "gone_pairs": "groups by two columns that disappear",
}
MOST = 60
"""Lines of a chapter on the page; the report's file holds all."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    lines: tuple[Line, ...]
    more: int = 0
    """Lines that are only in the report's file."""


def chapters(report: Mapping[str, Any]) -> tuple[Chapter, ...]:
    """The three questions first, each present even when the report says nothing of it, then all the rest."""
    found: dict[str, list[Line]] = {title: [] for title in (*CHAPTERS, "Everything else in the report")}
    for path, value in _leaves((), report):
        if path[:1] not in (("notice",), ("tally",)):
            found[_chapter(path)].append(_line(path, value))
    return tuple(Chapter(title, tuple(lines[:MOST]), max(0, len(lines) - MOST)) for title, lines in found.items())


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every plain value with the names that lead to it; a list of plain values and a group count as one."""
    if isinstance(value, Mapping) and "group" not in value:
        for name, item in value.items():
            yield from _leaves((*path, str(name)), item)
    elif _is_list(value) and value and all(isinstance(item, Mapping) for item in value):
        for item in value:
            yield from _leaves(path, item) if "group" in item else [(path, item)]
    else:
        yield path, value


def _chapter(path: tuple[str, ...]) -> str:
    name = "/".join(path).casefold()
    whole = (title for title, stems in CHAPTERS.items() if any(stem in name for stem in stems))
    return next(whole, "Everything else in the report")


def _line(path: tuple[str, ...], value: Any) -> Line:
    if isinstance(value, Mapping) and "group" in value:
        others = ", ".join(f"{_said(item)} {words.plain(name)}" for name, item in value.items() if name != "group")
        return Line(_said(value["group"]), others)
    return Line(": ".join(NAMES.get(name) or words.plain(name) for name in path), _said(value))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


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
    if _is_list(value):
        return ", ".join(_said(item) for item in value) or "none"
    return str(value)
