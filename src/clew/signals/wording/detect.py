"""Finds the phrases of `standards/signs.yaml` as whole words of any script, unless they are denied where they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.negation import is_denied
from clew.signals.offer.detect import is_offer
from clew.signals.phrases import Phrases, fold, view
from clew.signals.wording import papers
from clew.standards.gendered import words as gendered_words
from clew.standards.signs import text_signs

_UNSPACED = ("zh", "ja", "th")
_SURE, _LONE = 0.7, 0.5
_HELD, _OWN = "documents_held", "keeps_own_documents"
_ELSEWHERE_TOO = {"vague_offer"}
"""Signs of offers whose words stand in other adverts too: "we arrange everything"."""
_NOTHING = ""
"""What "they are not" shows: it is mostly said of things."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    sign: str
    languages: tuple[str, ...]
    needs_offer: bool
    """What speaks for a fair offer of work says so only in an offer of work; so do words that others say too."""
    is_one_word: bool
    """One word means a sign only in its own language: "program" are opening hours in Romanian alone."""


class WordingDetector(TextDetector):
    """Says which published signs an advert's own words show, for control and against it; what is denied shows nothing.

    A phrase is a reason to look or not to look; alone it says nothing of a person.
    """

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        return (_phrases(), papers.dictionary())

    def read(self, text: str) -> list[Signal]:
        seen = view(text)
        found = []
        for start, end, meaning in _phrases().find(seen.text):
            if meaning.sign == _NOTHING:
                continue
            if meaning.is_one_word and not _is_in(text, meaning.languages):
                continue
            if meaning.needs_offer and not is_offer(seen.text):
                continue
            if is_denied(seen.text, start, end, meaning.languages):
                continue
            if meaning.sign == _HELD and papers.is_harmless(
                seen.text, papers.clause_of(seen.text, start, end), (start, end), (start, end)
            ):
                continue
            confidence = _LONE if meaning.is_one_word else _SURE
            found.append(self.signal("wording", meaning.sign, seen.span(start, end), confidence))
        said = [one for one in found if one.value in (_HELD, _OWN)]
        for start, end in papers.held(seen.text, papers.dictionary().find(seen.text)):
            span = seen.span(start, end)
            if all(one.end <= span[0] or one.start >= span[1] for one in said):
                found.append(self.signal("wording", _HELD, span, _SURE))
        return sorted(found, key=lambda one: one.start) if len(found) > 1 else found


def _is_in(text: str, languages: tuple[str, ...]) -> bool:
    """Whether the text is in one of the languages, or in none that can be told."""
    guessed = _guesser()(text)
    return guessed is None or guessed.partition("-")[0] in languages


@cache
def _guesser() -> Callable[[str], str | None]:
    """What names a text's language; where its library is missing no language can be told."""
    try:
        from clew.signals.language.detect import guess
    except ImportError:
        return lambda _: None
    return guess


@cache
def _phrases() -> Phrases[_Meaning]:
    signs: dict[str, str] = {}
    fair = {sign.name for sign in text_signs() if sign.scope == "offer" and sign.direction == "against"}
    fair |= _ELSEWHERE_TOO
    languages: dict[str, list[str]] = {}
    for language, gendered in gendered_words().items():
        for term in map(fold, gendered.things):
            signs[term] = _NOTHING
            languages.setdefault(term, []).append(language)
    for sign in text_signs():
        for language, terms in sign.terms.items():
            for term in map(fold, terms):
                if signs.setdefault(term, sign.name) == sign.name:
                    languages.setdefault(term, []).append(language)
    return Phrases(
        {
            term: _Meaning(
                sign, tuple(languages[term]), sign in fair, " " not in term and not set(languages[term]) & {*_UNSPACED}
            )
            for term, sign in signs.items()
        }
    )
