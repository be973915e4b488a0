"""The legal register: what law and ethics ask of a tool like this, where clew answers by a test, and where it does not.

Facts in our own words (`legal.yaml`): read the originals. An answer stands as long as the test it names is there and passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from clew.standards.listed import listed


class Standing(StrEnum):
    """How far clew itself answers an article."""

    ANSWERED = "answered"
    IN_PART = "in part"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Answer:
    """What clew does, and the test that would fail if it did not: `tests/<path>.py::<function>`."""

    words: str
    test: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article or principle. `gaps` are clew's; `yours` no software can do for who uses it."""

    article: str
    title: str
    asks: str
    answers: tuple[Answer, ...]
    gaps: tuple[str, ...]
    yours: tuple[str, ...]

    @property
    def standing(self) -> Standing:
        """Answered where tests answer and no gap is named; open where none answers."""
        if not self.answers:
            return Standing.OPEN
        return Standing.IN_PART if self.gaps else Standing.ANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalText:
    """A law, a treaty or a set of principles. `binding` where it is law for those whom it binds."""

    id: str
    name: str
    cite: str
    binding: bool
    source: str
    articles: tuple[Article, ...]


@cache
def legal_register() -> tuple[LegalText, ...]:
    """All of it, in the order of the file."""
    return read_register(files("clew.standards").joinpath("legal.yaml").read_text(encoding="utf-8"))


def read_register(text: str) -> tuple[LegalText, ...]:
    """A register from its YAML. Raises KeyError or TypeError where something is missing or of another name."""
    return tuple(_text(item) for item in listed(text))


def gaps() -> tuple[tuple[str, str, str], ...]:
    """Every gap with the text and the article that it is in."""
    return tuple(
        (text.name, each.article, gap) for text in legal_register() for each in text.articles for gap in each.gaps
    )


def _text(item: Mapping[str, Any]) -> LegalText:
    return LegalText(**{**item, "articles": tuple(_article(each) for each in item["articles"])})


def _article(item: Mapping[str, Any]) -> Article:
    answers = tuple(Answer(**each) for each in item.get("answers") or ())
    return Article(**{**item, "answers": answers, "gaps": _words(item, "gaps"), "yours": _words(item, "yours")})


def _words(item: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given: Sequence[str] = item.get(name) or ()
    if isinstance(given, str):
        raise TypeError(f"{name}: a list of sentences is needed")
    return tuple(given)
