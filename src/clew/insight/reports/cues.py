"""The words of `cues.yaml`, each compiled once into one expression by part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from clew.standards.listed import listed


@dataclass(frozen=True, slots=True)
class Cues:
    """Expressions that match whole words without case, and what each matched phrase says.

    `roles` maps a cue before a place to what the place is (the longest cue wins); `weak` are those that say little alone.
    """

    roles: Mapping[str, str]
    weak: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    recruited: re.Pattern[str]
    aside: re.Pattern[str]
    """At the end of the words before a weak cue: the place is no part of the case."""
    strong: re.Pattern[str]
    claims: re.Pattern[str]
    codes: Mapping[str, tuple[tuple[str, str], ...]]
    """Phrase -> (claim, code), mostly one."""
    denied: re.Pattern[str]
    doubted: re.Pattern[str]
    clause_denied: re.Pattern[str]
    clause_doubted: re.Pattern[str]
    """Words that deny or doubt however far what follows in their part of the sentence is."""


@cache
def cues() -> Cues:
    """The lists that come with clew."""
    said: dict[str, Any] = listed((files("clew.insight.reports") / "cues.yaml").read_text(encoding="utf-8"))
    roles: dict[str, str] = {}
    for role, parts in said["places"].items():
        for phrase in _all(parts["before"]):
            roles.setdefault(phrase, role)
    codes: dict[str, list[tuple[str, str]]] = {}
    for claim in ("sector", "form", "recruitment"):
        for code, words in said[claim].items():
            for phrase in _all(words):
                told = codes.setdefault(phrase, [])
                told += [(claim, code)] if (claim, code) not in told else []
    return Cues(
        roles=roles,
        weak=frozenset(_all(said["weak"])),
        before=re.compile(
            rf"(?<!\w)({_either(roles)})\W{{0,3}}(?:(?:the|la|le|les|el|los|las|der|die|das|den|o|a|os|as)\s)?$"
        ),
        after=re.compile(rf"^\s({_either(_all(said['places']['origin']['after']))})(?!\w)"),
        recruited=re.compile(rf"^\s({_either(_all(said['recruited']))})(?!\w)"),
        aside=re.compile(rf"(?<!\w)({_either(_all(said['aside']))})\W+$"),
        strong=re.compile(rf"(?<!\w)({_either(_all(said['strong']))})"),
        claims=re.compile(rf"(?<!\w)({_either(codes)})(?!\w)"),
        codes={phrase: tuple(found) for phrase, found in codes.items()},
        denied=_whole(_all(said["denied"])),
        doubted=_whole(_all(said["doubted"])),
        clause_denied=_whole(_all(said["clause"]["denied"])),
        clause_doubted=_whole(_all(said["clause"]["doubted"])),
    )


def _all(by_language: Mapping[str, list[str]]) -> list[str]:
    return [phrase for phrases in by_language.values() for phrase in phrases]


def _either(phrases: Iterable[str]) -> str:
    """Longest first, so that the most telling phrase is the one that is found."""
    return "|".join(re.escape(phrase) for phrase in sorted(set(phrases), key=lambda p: (-len(p), p)))


def _whole(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)({_either(phrases)})(?!\w)")
