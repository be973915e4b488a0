"""Words of helplines, directories and referrals, as data: services, eligibility, topics, statuses, layers of consent."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from clew.standards.languages import language_codes
from clew.standards.listed import listed

LISTS = (
    "services", "reach", "channels", "topics", "contact_statuses", "stages", "controls", "recruiters",
    "support_states", "consents", "consent_answers", "consent_ways", "child_views",
)  # fmt: skip
"""The names of the lists of terms."""

REFERRAL_CONSENTS = ("refer", "share_contact", "share_identity", "share_situation")
"""Layers of consent that are given for a service, or for any service of one kind, and until a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of a list: its code for interchange, its name for people, and what else it is called."""

    code: str
    name: str
    also: tuple[str, ...] = ()
    like: str = ""
    """The code of HTCDS 2.0 that says the same or the nearest thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One thing that a service may ask of a person."""

    code: str
    kind: str
    """range: whole years; one_of: the person has one value; any_of: the person may have several."""
    name: str
    question: str
    """What to ask where the person's answer is not known."""
    values: tuple[Term, ...] = ()


def terms(name: str) -> Mapping[str, Term]:
    """A list of terms by code, in its own order.

    >>> terms("channels")["form"].name
    'web form'
    """
    return _lists()[name]


def name_of(name: str, code: str) -> str:
    """The name of a code in a list; a code that the list does not have stands for itself."""
    found = terms(name).get(code)
    return found.name if found else code.replace("_", " ")


@cache
def dimensions() -> Mapping[str, Dimension]:
    """What services may ask of a person, by code: age, gender, status, form, funding."""
    return {
        item["code"]: Dimension(**{**item, "values": _terms(item.get("values", ()))})
        for item in _content()["eligibility"]
    }


@cache
def referral_steps() -> Mapping[str, tuple[str, ...]]:
    """Status of a referral -> the statuses that may follow.

    >>> referral_steps()["drafted"]
    ('sent', 'closed')
    """
    return {status: tuple(after) for status, after in _content()["referral_steps"].items()}


def clean(name: str, given: str) -> str | None:
    """The code that a word stands for in a list (or in a dimension's values), None when it is not known.

    >>> clean("services", " Safe House "), clean("services", "shelter or safe housing"), clean("gender", "Female")
    ('shelter', 'shelter', 'woman')
    """
    return _words(name).get(_plain(given))


def suggest(name: str, given: str) -> str | None:
    """The code that was most likely meant by a word that is not known; never used without asking.

    >>> suggest("services", "shelterr"), suggest("services", "qqqq")
    ('shelter', None)
    """
    words = _words(name)
    near = difflib.get_close_matches(_plain(given), list(words), n=1, cutoff=0.7)
    return words[near[0]] if near else None


def language(given: str) -> str | None:
    """The ISO 639-2 code of a language given by any code or English name, None when it is not known.

    >>> language("fr"), language("French"), language("pt-BR"), language("Klingonese")
    ('fre', 'fre', 'por', None)
    """
    word = " ".join(given.split()).casefold()
    return language_codes().get(word) or language_codes().get(re.split(r"[-_]", word)[0])


@cache
def _language_names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for word, code in language_codes().items():
        if len(word) > 3 or code not in found:
            shorter = code not in found or len(found[code]) <= 3 or len(word) < len(found[code])
            found[code] = word if shorter else found[code]
    return {code: word.title() for code, word in found.items()}


def language_name(code: str) -> str:
    """The English name of an ISO 639-2 code, or the code itself.

    >>> language_name("fre")
    'French'
    """
    return _language_names().get(code, code)


@cache
def _content() -> Mapping[str, Any]:
    text = files("clew.standards").joinpath("services.yaml").read_text(encoding="utf-8")
    content: Mapping[str, Any] = listed(text)
    return content


def _terms(items: Any) -> tuple[Term, ...]:
    return tuple(Term(**{**item, "also": tuple(item.get("also", ()))}) for item in items)


@cache
def _lists() -> Mapping[str, Mapping[str, Term]]:
    return {name: {term.code: term for term in _terms(_content()[name])} for name in LISTS}


@cache
def _words(name: str) -> Mapping[str, str]:
    listed = terms(name).values() if name in LISTS else dimensions()[name].values
    words = {_plain(word): term.code for term in listed for word in term.also}
    words |= {_plain(term.name): term.code for term in listed}
    return words | {_plain(term.code): term.code for term in listed}


def _plain(word: str) -> str:
    """Without case, accents and punctuation, for comparison."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+|_", " ", bare.casefold()).split())
