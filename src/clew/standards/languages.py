"""The languages of ISO 639-2 by code and English name. The codes are facts; the registration authority is the Library of Congress."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def language_codes() -> Mapping[str, str]:
    """From every code (three letters of both kinds, two letters) and English name, in lower case, to the three-letter code.

    >>> [language_codes()[word] for word in ("ro", "rum", "ron", "romanian")]
    ['rum', 'rum', 'rum', 'rum']
    """
    text = files("clew.standards").joinpath("languages.tsv").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines()[1:]:
        code, terminology, alpha2, name = line.split("\t")
        words = (code, terminology, alpha2, name, name.partition(" (")[0])
        for word in filter(None, words):
            found.setdefault(word.casefold(), code)
    return found
