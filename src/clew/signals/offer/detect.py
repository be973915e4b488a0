"""Offers of work, and what they say of role, pay, visa, travel, fees, papers, housing and haste."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from clew.signals.base import Found, NotFound, Settings, Signal
from clew.signals.detector import TextDetector
from clew.signals.negation import is_denied
from clew.signals.offer import words
from clew.signals.phrases import Phrases, View, by_phrase, view

_Hit = tuple[int, int, str]
_STRONG, _WEAK, _SEEK, _ABROAD = "strong:", "weak:", "seek:", "abroad:"
_TELLING = frozenset(("travel", "documents kept", "fees", "contract"))
"""What only offers of work say."""
_NEAR = 24
"""Characters between a word of seeking and a role."""
_ENOUGH = 2.5
"""Points from which a text is an offer of work: a word of hiring, or of seeking beside a role, is 2, a role 1, other words of work less."""
_AGE = re.compile(words.AGE_LIMIT)
_AGE_CUED = re.compile(r"\b(?:age|aged|ages|alter|edad|idade|varsta|eta|leeftijd|wiek|yas|возраст|вік)")
_PAY_CUE = re.compile(
    r"(?:salary|wages?|pay|paid|earn|earnings|salario|sueldo|cobra|gana|salaire|gagnez|paie|gehalt|lohn|verdien\w*|salario|ordenado|ganhe|salariu|salar|castig\w*"
    r"|зарплата|оплата|заработ\w*|з/п|stipendio|paga|salaris|loon|verdien|wynagrodzenie|zarob\w*|stawka|maas|ucret|зарплатня|月薪|日薪|月給|時給|日給)"
)


class OfferDetector(TextDetector):
    """Says whether a text offers work, and what it says about it; a service advert that names a profession is no offer.

    The value `job` is the offer itself; others name what is offered or asked. What is denied is not said: "no fees" is
    `no fees`, never `fees`; "you keep your passport" is `documents own`.
    """

    def dictionaries(self) -> Sequence[Phrases[Any]]:
        return (_phrases(),)

    def read(self, text: str) -> list[Signal]:
        seen = view(text)
        hits = _phrases().find(seen.text)
        points, first = _weigh(hits)
        if first is None or points < _ENOUGH:
            return []
        sure = round(min(0.95, 0.4 + 0.1 * points), 2)
        found = [self.signal("offer", "job", seen.span(first[0], first[1]), sure)]
        found += [self.signal("offer", value, seen.span(start, end), 0.8) for start, end, value in _said(seen, hits)]
        found += self._pay(text)
        return sorted(found, key=lambda signal: (signal.start, signal.end))

    def _pay(self, text: str) -> Iterator[Signal]:
        """Prices by a time of work, or beside a word for wages."""
        for price in self._prices(text):
            amount, _, unit = price.value.partition("/")
            before = text[max(0, price.start - 30) : price.start].lower()
            if unit in ("h", "day", "week", "month", "year") or _PAY_CUE.search(view(before).text):
                yield self.signal(
                    "offer", f"pay:{price.value if unit else amount}", (price.start, price.end), price.confidence
                )

    def _prices(self, text: str) -> Sequence[Signal]:
        """What the detector of prices said of the text in this scan, or says now."""
        reader = self.colleagues.get("price")
        outcome = reader.answered(text) if isinstance(reader, TextDetector) else None
        if isinstance(outcome, Found):
            return outcome.signals
        return () if isinstance(outcome, NotFound) else _price_detector().read(text)


@lru_cache(maxsize=64)
def is_offer(text: str) -> bool:
    """Whether a view's text offers work."""
    points, first = _weigh(_phrases().find(text))
    return first is not None and points >= _ENOUGH


def _weigh(hits: list[_Hit]) -> tuple[float, _Hit | None]:
    """How much speaks for an offer of work, each kind of word once, and the strongest word."""
    kinds: dict[str, float] = {}
    strongest: _Hit | None = None
    for place, hit in enumerate(hits):
        kind = hit[2]
        if kind == _STRONG or (kind == _SEEK and _is_by_a_role(hits, place)):
            kinds[_STRONG] = min(3.0, kinds.get(_STRONG, 1.0) + 1.0)
            strongest = strongest or hit
        elif kind == _WEAK:
            kinds[_WEAK] = min(1.5, kinds.get(_WEAK, 0.0) + 0.5)
        elif kind.startswith("role:"):
            kinds["role"] = 1.0
        elif kind != _SEEK:
            kinds[kind] = 1.0 if kind in _TELLING else 0.5
    weak = strongest or next((hit for hit in hits if hit[2] == _WEAK or hit[2].startswith("role:")), None)
    return sum(kinds.values()), weak


def _is_by_a_role(hits: list[_Hit], place: int) -> bool:
    """Whether a role stands within a few words of a word of seeking."""
    start, end, _ = hits[place]
    near = hits[max(0, place - 2) : place] + hits[place + 1 : place + 3]
    return any(
        kind.startswith("role:") and (0 <= first - end < _NEAR or 0 <= start - last < _NEAR)
        for first, last, kind in near
    )


def _said(seen: View, hits: list[_Hit]) -> Iterator[_Hit]:
    """Roles once each, and what is said and not denied."""
    roles: set[str] = set()
    for start, end, value in hits:
        if value in (_STRONG, _WEAK, _SEEK, _ABROAD):
            continue
        if value.startswith("role:"):
            if value not in roles:
                roles.add(value)
                yield start, end, value
        elif value in words.NOT_DENIED or not is_denied(seen.text, start, end):
            yield start, end, value
    for match in _AGE.finditer(seen.text):
        low, high = int(match["low"]), int(match["high"])
        if low < high and (match["unit"] or _AGE_CUED.match(match[0])):
            yield match.start(), match.end(), f"age:{low}-{high}"


@cache
def _price_detector() -> TextDetector:
    from clew.signals.registry import load

    made = load("price", Settings())
    assert isinstance(made, TextDetector)
    return made


@cache
def _phrases() -> Phrases[str]:
    roles = [(f"role:{role}", names) for role, names in words.ROLES.items()]
    return Phrases(
        by_phrase(
            [
                *words.SAID.items(),
                *roles,
                (_STRONG, words.STRONG),
                (_SEEK, words.SEEK),
                (_ABROAD, words.ABROAD),
                (_WEAK, words.WEAK),
            ]
        )
    )
