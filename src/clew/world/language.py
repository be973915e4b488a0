"""What people of the world write with: sentences by language and role, kept as plain text beside this module.

In a sentence `[a|b]` is a choice made once for each template, and `{slot}` is filled in later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from clew.world.dice import Dice

LANGUAGES = ("en", "es", "fr", "de", "pt", "ro", "ru")

_CHOICE = re.compile(r"\[([^\[\]]+)\]")
_SLOT = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Book:
    """The sentences of one language, by section."""

    language: str
    sections: Mapping[str, tuple[str, ...]]

    def __getitem__(self, section: str) -> tuple[str, ...]:
        return self.sections[section]


@cache
def book(language: str) -> Book:
    """The sentences of a language, or of `names` that all languages share."""
    text = (resources.files("clew.world") / "texts" / f"{language}.txt").read_text(encoding="utf-8")
    sections: dict[str, list[str]] = {}
    section: list[str] = []
    for line in text.splitlines():
        if line.startswith("# "):
            section = sections.setdefault(line[2:], [])
        elif line.strip():
            section.append(line)
    return Book(language, {name: tuple(lines) for name, lines in sections.items()})


def choose(sentence: str, dice: Dice) -> str:
    """Settles every `[a|b]` of a sentence."""
    return _CHOICE.sub(lambda match: dice.pick(match[1].split("|")), sentence)


def fill(sentence: str, values: Mapping[str, str]) -> str:
    """Fills the slots that have a value and leaves the others.

    >>> fill("{name} in {city}", {"city": "Lyon"})
    '{name} in Lyon'
    """
    return _SLOT.sub(lambda match: values.get(match[1], match[0]), sentence)


def write(section: str, language: str, dice: Dice, values: Mapping[str, str]) -> str:
    """One sentence of a section, chosen and filled."""
    return fill(choose(dice.pick(book(language)[section]), dice), values)
