"""Adverts before their slots are filled: every poster writes its own text once and then edits it a little each time.

A template is a row of token numbers. A token below `first_slot` is a word with the space after it; the slots are filled
when the advert is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clew.world.dice import Dice
from clew.world.language import book, choose, fill
from clew.world.places import sign

SLOTS = ("name", "city", "price", "contact", "until")
PRICES = tuple(range(20, 420, 10))
SIGNS = ("$", "£", "€")
_PART = re.compile(r"\{(name|city|price|contact|until)\}|([^{}\s]+|\{)")
_BODY = {
    "controller": (3, 5),
    "independent": (3, 5),
    "spa": (3, 4),
    "spam": (3, 4),
    "agency": (3, 4),
    "fake-job": (3, 4),
    "employer": (2, 3),
}
_PAY = {
    "controller": (60, 140),
    "independent": (70, 180),
    "spa": (30, 110),
    "spam": (20, 60),
    "agency": (70, 160),
    "fake-job": (150, 400),
    "employer": (70, 160),
}
_SHARED = {"controller", "independent", "spa", "spam"}
_EDITS = {
    "controller": 0.12,
    "independent": 0.12,
    "spa": 0.08,
    "spam": 0.04,
    "agency": 0.08,
    "fake-job": 0.10,
    "employer": 0.06,
}


@dataclass(frozen=True, slots=True)
class Template:
    """One text of one poster. `edits` is the largest share of its words that an advert changes."""

    tokens: tuple[int, ...]
    language: str
    edits: float
    price: int
    rough: bool


class Templates:
    """All templates and the words they are made of. Slots are written as -1 (name) to -5 (until)."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._numbers: dict[str, int] = {}
        self.words: list[str] = []
        self.made: list[Template] = []

    def word(self, text: str) -> int:
        """The number of a word, spaces and all."""
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.words)
            self.words.append(text)
        return number

    def make(self, role: str, language: str, country: str, *, contact: str) -> int:
        """Writes a new template in the words of a role and answers its number."""
        dice, lines = self._dice, book(language)
        low, high = _BODY[role]
        body = dice.some(lines[role], dice.between(low, high)) + dice.some(lines["detail"], dice.between(2, 3))
        sentences = [dice.pick(lines[f"{role}.open"]), *dice.some(body, len(body))]
        if role in _SHARED:
            sentences += dice.some(lines["shared"], dice.weighted((0, 1, 2), (4, 4, 2)))
        if dice.chance(0.2):  # not everybody starts with the name
            sentences = [*sentences[1:], sentences[0]]
        sentences.append(dice.pick(lines[f"contact.{contact}"]))
        values = self._values(language, role)
        rough = role in ("controller", "independent") and dice.chance(0.3)
        breaks, decorated = dice.chance(0.15), dice.chance(0.35)
        tokens: list[int] = []
        for sentence in sentences:
            tokens += self._tokens(_roughen(fill(choose(sentence, dice), values), dice, rough))
            if decorated and dice.chance(0.4):
                tokens.append(self.word(dice.pick(book("names")["emoji"]) + " "))
            if breaks:
                tokens.append(self.word("\n"))
        pay_low, pay_high = _PAY[role]
        amount = dice.between(pay_low // 10, pay_high // 10) * 10
        price = SIGNS.index(sign(country)) * len(PRICES) + PRICES.index(amount)
        self.made.append(Template(tuple(tokens), language, _EDITS[role] * dice.roll(), price, rough))
        return len(self.made) - 1

    def _values(self, language: str, role: str) -> dict[str, str]:
        dice, lines = self._dice, book(language)
        opens = dice.between(6, 12)
        until = dice.between(15, 23) if role != "controller" else dice.between(20, 24)
        return {
            "hobby": dice.pick(lines["hobbies"]),
            "quarter": dice.pick(lines["quarters"]),
            "job": dice.pick(lines["jobs"]),
            "years": str(dice.between(2, 15)),
            "hours": f"{opens}-{until}h" if dice.chance(0.5) else f"{opens}:00 - {until}:00",
        }

    def _tokens(self, sentence: str) -> list[int]:
        """Words with the space that follows them; what sticks to a slot stays stuck to it."""
        tokens: list[int] = []
        for chunk in sentence.split():
            if "{" not in chunk:
                tokens.append(self.word(chunk + " "))
                continue
            last, at = len(chunk), 0
            for match in _PART.finditer(chunk):
                if match[1]:
                    tokens.append(-1 - SLOTS.index(match[1]))
                    if match.end() == last:
                        tokens.append(self.word(" "))
                else:
                    tokens.append(self.word(match[0] + (" " if match.end() == last else "")))
                at = match.end()
            if at != last:
                raise ValueError("a sentence has a slot that nothing fills")
        return tokens


def _roughen(sentence: str, dice: Dice, rough: bool) -> str:
    """Drops some of the short words, as people do who write in a language that is not theirs."""
    if not rough:
        return sentence
    return " ".join(word for word in sentence.split() if len(word) > 3 or not word.isalpha() or dice.chance(0.75))
