"""Phrases in every gender: she, he and they, women and men move the same points, by construction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

from clew.standards.listed import listed

_WOMEN, _MEN = 0, 1


@dataclass(frozen=True, slots=True)
class Gendered:
    """The words of one language. A row has a word of a woman, of a man and of neither; an empty one is not there."""

    rows: tuple[tuple[str, ...], ...]
    people: tuple[tuple[str, ...], tuple[str, ...]]
    """Nouns of women and of men; each stands for each."""
    things: tuple[str, ...]
    """What is mostly said of things though a word for a person stands in it."""

    def variants(self, phrase: str) -> tuple[str, ...]:
        """The phrase in every gender, itself first; alone where none of its words has one.

        >>> words().get("en").variants("ask for her")
        ('ask for her', 'ask for him', 'ask for them')
        """
        found = {phrase: None}
        for column in range(3):
            turned = self._turned(phrase, column)
            found |= dict.fromkeys(self._with_people(turned, column) if turned else ())
        return tuple(found)

    def _turned(self, phrase: str, column: int) -> str:
        """The phrase with the words of one column; empty where that column has no word for one of them."""
        pattern, places = self._pattern()
        missing = [m[0] for m in pattern.finditer(phrase) if not self.rows[places[m[0]]][column]]
        return "" if missing else pattern.sub(lambda m: self.rows[places[m[0]]][column], phrase)

    def _pattern(self) -> tuple[re.Pattern[str], Mapping[str, int]]:
        places = {word: place for place, row in reversed([*enumerate(self.rows)]) for word in row if word}
        longest = sorted(places, key=lambda word: (-len(word), word))
        return re.compile("|".join(rf"\b{re.escape(word)}\b" for word in longest) or r"(?!)"), places

    def _with_people(self, phrase: str, column: int) -> Iterable[str]:
        """The phrase with each noun of that gender; a column of neither has none of its own, and says the phrase only as it is."""
        nouns = [noun for side in self.people for noun in side]
        parts = re.split("(" + ("|".join(rf"\b{re.escape(noun)}\b" for noun in nouns) or r"(?!)") + ")", phrase)
        if len(parts) == 1:
            return [phrase]
        if column not in (_WOMEN, _MEN):
            return []
        choices: list[Sequence[str]] = [self.people[column] if part in nouns else [part] for part in parts]
        return map("".join, product(*choices))


@cache
def words() -> Mapping[str, Gendered]:
    """Language (BCP 47) -> its words."""
    content = listed(files("clew.standards").joinpath("gendered.yaml").read_text(encoding="utf-8"))
    return {
        language: Gendered(
            tuple(tuple(word or "" for word in row) for row in each["rows"]),
            (tuple(each.get("people", {}).get("women", ())), tuple(each.get("people", {}).get("men", ()))),
            tuple(each.get("things", ())),
        )
        for language, each in content.items()
    }


def in_every_gender(language: str, phrases: Iterable[str]) -> tuple[str, ...]:
    """The phrases of a language with their variants, each once."""
    known = words().get(language)
    return tuple(dict.fromkeys(v for phrase in phrases for v in (known.variants(phrase) if known else (phrase,))))
