"""The reasons that a lead adds up: each rule turns a network's numbers into points for or against a look.

Points are this project's judgement of how much each published sign should weigh before anyone has judged a lead. They
are not estimates, and their sum is no probability. A rule can be switched off; none reads a protected trait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from clew.standards.signs import Sign, text_signs

Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason: `points` of every network at once (0 where it says nothing), and what to say of it.

    `words` may name `{n}`, the number that `number` gives.
    """

    name: str
    words: str
    innocent: str
    source: str
    points: Callable[[Columns], np.ndarray]
    number: Callable[[Columns], np.ndarray]


def _column(name: str) -> Callable[[Columns], np.ndarray]:
    return lambda columns: columns[name]


def _counted(columns: Columns, name: str) -> np.ndarray:
    """A column that older features lack: then nobody counted, and it says nothing."""
    return columns.get(name, np.zeros(len(columns["adverts"])))


def _ramp(values: np.ndarray, start: float, full: float, points: float) -> np.ndarray:
    """0 up to `start`, then evenly up to `points` at `full`."""
    return np.clip((values - start) / (full - start), 0, 1) * points


def _bulk(columns: Columns) -> np.ndarray:
    """Adverts in bulk: one text under many contacts, or more places a week than people can work in."""
    weeks = np.maximum(columns["days"] / 7, 1)
    many_contacts = (columns["contacts"] >= 12) & (columns["contacts"] > 3 * columns["texts"])
    everywhere = (columns["places"] / weeks > 6) & (columns["places"] >= 12)
    return many_contacts | everywhere


def _alone(columns: Columns) -> np.ndarray:
    """One contact, at most two texts: what one person working alone looks like."""
    return (columns["contacts"] <= 1) & (columns["texts"] <= 2)


STRUCTURE: tuple[Rule, ...] = (
    Rule(
        name="contacts_together",
        words="{n} contacts (numbers, addresses, handles) are used together.",
        innocent="Colleagues who share a flat or a booking phone, an agency, or one person with an old and a new number.",
        source="T-Net (AAAI 2024); UNODC indicators (2009)",
        points=lambda c: _ramp(c["contacts"], 1, 5, 2.0) * ~_bulk(c),
        number=_column("contacts"),
    ),
    Rule(
        name="texts_one_organiser",
        words="{n} different advert texts hang together by what they share.",
        innocent="One person may advertise several services, or rewrite an advert often.",
        source="Kejriwal and Szekely (2017); T-Net (AAAI 2024), several names",
        points=lambda c: _ramp(c["texts"], 2, 8, 2.0) * ~_bulk(c),
        number=_column("texts"),
    ),
    Rule(
        name="movement",
        words="The place changes {n} times between days.",
        innocent="Touring between cities is common and lawful.",
        source="T-Net (AAAI 2024); Ibanez and Suthers (2014), circuits",
        points=lambda c: _ramp(c["moves"], 3, 15, 1.5) * ~_alone(c) * ~_bulk(c),
        number=_column("moves"),
    ),
    Rule(
        name="two_places_at_once",
        words="{n} times one contact is in two places sooner than anyone could travel.",
        innocent="Adverts are posted ahead of a tour, sites repost old ones, and colleagues share a telephone.",
        source="Ibanez and Suthers (2014); Nagpal et al. (2017)",
        points=lambda c: _ramp(_counted(c, "two_places"), 0, 3, 1.0) * ~_alone(c) * ~_bulk(c),
        number=lambda c: _counted(c, "two_places"),
    ),
    Rule(
        name="circuit",
        words="{n} contacts repeat the same tour of three places or more.",
        innocent="Workers tour together, and some routes are everybody's.",
        source="Ibanez and Suthers (2014), circuits between cities",
        points=lambda c: _ramp(_counted(c, "touring_contacts"), 1, 3, 1.0) * ~_bulk(c),
        number=lambda c: _counted(c, "touring_contacts"),
    ),
    Rule(
        name="reported",
        words="{n} tips, calls or talks name contacts of these adverts.",
        innocent="A report may be mistaken, or made to harm.",
        source="UNODC indicators (2009); hotline practice",
        points=lambda c: _ramp(c["tips"] + c["calls"] + c["conversations"], 0, 3, 2.5),
        number=lambda c: c["tips"] + c["calls"] + c["conversations"],
    ),
    Rule(
        name="money",
        words="{n} payments go through accounts named beside these contacts.",
        innocent="Rent, shared costs and ordinary wages move in the same way.",
        source="FinCEN FIN-2020-A008",
        points=lambda c: _ramp(c["payments"], 0, 10, 1.0),
        number=_column("payments"),
    ),
    Rule(
        name="bulk",
        words="The adverts go out in bulk: {n} contacts or places that no few people could serve.",
        innocent="",
        source="T-Net (AAAI 2024), spam class",
        points=lambda c: np.where(_bulk(c), -4.0, 0.0),
        number=lambda c: np.maximum(c["contacts"], c["places"]),
    ),
    Rule(
        name="alone",
        words="One contact and {n} text: what one person working alone looks like.",
        innocent="",
        source="T-Net (AAAI 2024), counter-signals; sex workers' organisations on independent work",
        points=lambda c: np.where(_alone(c), -1.5, 0.0),
        number=_column("texts"),
    ),
    Rule(
        name="single_links",
        words="Contacts tie these {n} texts at single points only: without one shared contact some of them are apart.",
        innocent="",
        source="clew's own: colleagues who share a telephone; sex workers' organisations on shared flats",
        points=lambda c: np.where(_counted(c, "single_links") > 0, -1.0, 0.0),
        number=lambda c: _counted(c, "single_links"),
    ),
    Rule(
        name="one_place",
        words="All adverts name {n} place.",
        innocent="",
        source="T-Net (AAAI 2024), counter-signals",
        points=lambda c: np.where((c["places"] == 1) & (c["adverts"] >= 2), -0.5, 0.0),
        number=_column("places"),
    ),
)


def _sign_rule(sign: Sign) -> Rule:
    """A published sign weighs by the share of a network's adverts that show it; an offer's sign by its number."""

    def points(columns: Columns) -> np.ndarray:
        shown = columns.get(f"sign_{sign.name}", np.zeros(len(columns["adverts"])))
        if sign.scope == "offer":
            return _ramp(shown, 0, 2, sign.points)
        share = shown / np.maximum(columns["adverts"], 1)
        return _ramp(share, 0.1, 0.5, 2 * sign.points)

    def number(columns: Columns) -> np.ndarray:
        return columns.get(f"sign_{sign.name}", np.zeros(len(columns["adverts"])))

    words = f"{sign.words} ({{n}} adverts)"
    return Rule(name=sign.name, words=words, innocent=sign.innocent, source=sign.source, points=points, number=number)


def rules(switched_off: frozenset[str] = frozenset()) -> tuple[Rule, ...]:
    """All rules that are on: of structure first, then of wording."""
    every = STRUCTURE + tuple(_sign_rule(sign) for sign in text_signs())
    return tuple(rule for rule in every if rule.name not in switched_off)
