"""The register of published signs: direction, scope, words, source, innocent reading, points, phrases by language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from clew.standards.gendered import in_every_gender
from clew.standards.listed import listed

DIRECTIONS = ("for", "against")
"""for: asks a person to look; against: speaks for independent, lawful or merely careless work."""
SCOPES = ("advert", "offer", "cluster", "network")
"""advert and offer: said by one text and read by the detector `wording`; cluster and network: counted over many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign. Positive points ask a person to look, negative ones speak against; they estimate nothing."""

    name: str
    scope: str
    """advert: about one poster's text; offer: about an offer of work; cluster: about adverts of one template or contact;
    network: about records held together."""
    points: float
    words: str
    innocent: str
    source: str
    direction: str
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language (BCP 47) -> phrases, each in every gender. None where the sign is counted over many records."""
    rule: str = ""
    """What is counted, in words, where no phrase is looked for; leads computes it."""
    counters: tuple[str, ...] = ()
    """Signs of the other direction that answer this one."""
    enabled: bool = True
    """Whether it counts unless a workspace says otherwise."""

    @property
    def is_read_in_text(self) -> bool:
        return self.scope in ("advert", "offer")


@cache
def signs() -> tuple[Sign, ...]:
    """All signs, in the order of their file. Raises ValueError naming the sign and what is wrong with its entry."""
    content = listed(files("clew.standards").joinpath("signs.yaml").read_text(encoding="utf-8"))
    found = tuple(_sign(item) for item in content)
    by_name = {sign.name: sign for sign in found}
    if len(by_name) != len(found):
        raise ValueError("signs: a name is given twice")
    for one in found:
        wrong = _wrong(one, by_name)
        if wrong:
            raise ValueError(f"sign {one.name}: {wrong}")
    return found


def text_signs() -> tuple[Sign, ...]:
    """The signs that are on and read in one text, of adverts and of offers."""
    return tuple(sign for sign in signs() if sign.enabled and sign.is_read_in_text)


def sign(name: str) -> Sign:
    """The sign of that name; raises KeyError for another."""
    found = next((s for s in signs() if s.name == name), None)
    if found is None:
        raise KeyError(name)
    return found


def _sign(item: Mapping[str, Any]) -> Sign:
    terms = {language: in_every_gender(language, phrases) for language, phrases in item.get("terms", {}).items()}
    return Sign(**{**item, "terms": terms, "counters": tuple(item.get("counters", ()))})


def _wrong(one: Sign, known: Mapping[str, Sign]) -> str:
    if one.direction not in DIRECTIONS or one.scope not in SCOPES:
        return "unknown direction or scope"
    if (one.points > 0) != (one.direction == "for"):
        return "its points and its direction disagree"
    if not one.source or not one.words or (one.direction == "for" and not one.innocent):
        return "words, source and, for a sign that asks for a look, an innocent reading are needed"
    if bool(one.terms) != one.is_read_in_text or bool(one.rule) == one.is_read_in_text:
        return "a sign of a text has terms, another a rule"
    if any(name not in known or known[name].direction == one.direction for name in one.counters):
        return "a counter is unknown or of the same direction"
    return ""


def page() -> str:
    """The register as a page of Markdown, as `docs/signs.md` holds it."""
    lines = [_PAGE_HEAD]
    for scope in SCOPES:
        lines.append(f"\n## {_SCOPE_WORDS[scope]}\n")
        lines += [_entry(one) for one in signs() if one.scope == scope]
    return "\n".join(lines)


def _entry(one: Sign) -> str:
    read = f"Counted: {one.rule}." if one.rule else f"Phrases: {_languages(one)}."
    parts = [
        f"### {one.name}\n",
        f"{one.words} {_DIRECTION_WORDS[one.direction]}, {one.points:+g} points{_SWITCH_WORDS[one.enabled]}.\n",
        f"- {read}",
        f"- Source: {one.source}.",
    ]
    if one.innocent:
        parts.append(f"- Innocent reading: {one.innocent}")
    if one.counters:
        parts.append(f"- Answered by: {', '.join(one.counters)}.")
    return "\n".join(parts) + "\n"


def _languages(one: Sign) -> str:
    return ", ".join(f"{len(phrases)} {language}" for language, phrases in one.terms.items())


_DIRECTION_WORDS = {"for": "Asks for a look", "against": "Speaks against"}
_SWITCH_WORDS = {True: "", False: ", off unless switched on"}
_SCOPE_WORDS = {
    "advert": "Said by an advert",
    "offer": "Said by an offer of work",
    "cluster": "Counted over the adverts of one contact or template",
    "network": "Counted over records held together",
}
_PAGE_HEAD = """# The register of signs

Made from `src/clew/standards/signs.yaml` by `clew.standards.signs.page()`; a test keeps it in step. A sign is a reason to
look or not to look at something, never a finding about a person. Points are judgements of this project before anyone has
judged a lead: they estimate nothing. Every sign can be switched off in a workspace (`switched_off`). Age, looks, ethnicity,
nationality, religion, sexuality, gender identity, disability and how well somebody writes are no signs, and published lists
that count them are not followed. Phrases are counted by language; those beyond English were not all read by native speakers. Each is read in every gender
(`src/clew/standards/gendered.yaml`): she, he and one "they", women and men move the same points; "girls" and "boys" say an age too and move none. Only where "they" mostly
speaks of things ("they are not negotiable") does it show nothing.

`documents_held` is read in two ways: by its phrases, and by grammar (`signals/wording/papers.py`), in any voice and order. A name of papers
and a verb of holding of one language must stand in one clause; who holds them, whose they are and how hard the verb is weigh together.
Its 694 words (names of papers, verbs, holders, words such as "your") are of 15 languages: de, en, es, fr, it, ja, nl, pl, pt, ro, ru, th, tr, uk, zh.
What is denied, what the reader keeps, copies, and papers at an embassy or a border say nothing."""
