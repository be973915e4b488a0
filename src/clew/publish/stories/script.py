"""What an author writes of a story: a YAML file of parts, each a text or a figure of a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from clew.safeguards.errors import UnreadableInput, UsageError

MOST_PARTS = 60
_FIGURES = {"chart": ("bars", "columns"), "table": ("counts", "cross"), "map": ("shades",)}
_HEAD = frozenset({"title", "summary", "language", "by", "parts"})
_PART = frozenset({"release", "of", "across", "title", "note", "most"})


@dataclass(frozen=True, slots=True)
class Text:
    """Prose in a subset of Markdown."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Counts of one column of a release, or of two against each other."""

    kind: str
    """chart, table or map."""
    form: str
    release: str
    of: str
    across: str | None
    title: str
    note: str
    most: int
    """Lines shown; the rest are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    title: str
    summary: str
    language: str
    by: str
    parts: tuple[Text | Figure, ...]

    @property
    def releases(self) -> tuple[str, ...]:
        """Ids of all releases that it cites, in order."""
        return tuple(dict.fromkeys(part.release for part in self.parts if isinstance(part, Figure)))


def read_script(text: str) -> Script:
    """A story from YAML; raises UsageError naming the part and the field that does not fit."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise UnreadableInput(f"story: it is no YAML{where}") from None
    if not isinstance(found, Mapping):
        raise UsageError("story: it has no title and parts")
    _only(found, _HEAD, "story")
    parts = found.get("parts")
    if not isinstance(parts, list) or not 1 <= len(parts) <= MOST_PARTS:
        raise UsageError(f"story: 'parts' is a list of 1 to {MOST_PARTS}")
    language = _text(found, "language", "story") or "en"
    if not language.replace("-", "").isalnum():
        raise UsageError("story: 'language' is a language tag, as in 'en' or 'pt-BR'")
    return Script(
        title=_text(found, "title", "story", needed=True),
        summary=_text(found, "summary", "story"),
        language=language,
        by=_text(found, "by", "story"),
        parts=tuple(_part(part, f"part {number}") for number, part in enumerate(parts, start=1)),
    )


def _part(part: Any, where: str) -> Text | Figure:
    if not isinstance(part, Mapping):
        raise UsageError(f"{where}: it is a text, chart, table or map")
    kinds = [name for name in ("text", *_FIGURES) if name in part]
    if len(kinds) != 1:
        raise UsageError(f"{where}: it is one of text, chart, table, map")
    kind = kinds[0]
    if kind == "text":
        _only(part, frozenset({"text"}), where)
        return Text(_text(part, "text", where, needed=True))
    _only(part, _PART | {kind}, where)
    form = _text(part, kind, where, needed=True)
    if form not in _FIGURES[kind]:
        raise UsageError(f"{where}: '{kind}' is {' or '.join(_FIGURES[kind])}")
    across = _text(part, "across", where) or None
    if (across is not None) != (form == "cross"):
        raise UsageError(f"{where}: 'across' names the second column of a table that is 'cross', and of nothing else")
    most = part.get("most", 12)
    if isinstance(most, bool) or not isinstance(most, int) or not 2 <= most <= 300:
        raise UsageError(f"{where}: 'most' is a whole number from 2 to 300")
    return Figure(
        kind=kind,
        form=form,
        release=_text(part, "release", where, needed=True),
        of=_text(part, "of", where, needed=True),
        across=across,
        title=_text(part, "title", where, needed=True),
        note=_text(part, "note", where),
        most=most,
    )


def _only(found: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    strange = sorted(str(name) for name in found if name not in known)
    if strange:
        raise UsageError(f"{where}: it has no {', '.join(strange)}; it has {', '.join(sorted(known))}")


def _text(found: Mapping[str, Any], name: str, where: str, *, needed: bool = False) -> str:
    value = found.get(name)
    if value is None and not needed:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: '{name}' is required, in words" if needed else f"{where}: '{name}' is words")
    return value.strip()
