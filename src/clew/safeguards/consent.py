"""How consent is asked and by whom a yes is given: protocols by age, layers in plain words, what a no keeps out.

A person is asked for each layer apart, may say no to any and change it at any time. No layer is a condition of support:
support asks for no consent to data (WHO 2003; datACT; GDPR art. 7(4)). Any person may say no, also a child against a
guardian; only for a yes there are rules. `services.yaml` has the layers' codes and `store.helpline_consents` which answer
stands: this module says what an answer must fulfil.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the five things that are asked for. `codes` are the answers recorded for it."""

    name: str
    codes: tuple[str, ...]
    plain: str
    """To be read out, or given to read."""


LAYERS: Final[tuple[Layer, ...]] = (
    Layer(
        "assistance", ("keep",),
        "We would like to write down what you tell us, so that you need not tell it twice. Only those who help you read "
        "it. If you say no, we help you all the same.",
    ),
    Layer(
        "referral", ("refer", "share_contact", "share_identity", "share_situation"),
        "Somebody else may be able to help you better. We tell you who, and what we would tell them. They hear nothing "
        "that you do not want them to hear.",
    ),
    Layer(
        "statistics", ("statistics",),
        "We count how many people we helped, and with what. Nobody can find you in these numbers. You can stay out of "
        "them.",
    ),
    Layer(
        "research", ("research",),
        "People study how others can be protected. They would get facts without your name. You can stay out of that too.",
    ),
    Layer(
        "law enforcement", ("law_enforcement",),
        "The police may look for those who harmed you. They get what you told us only if you want it, unless a judge "
        "orders it: then we tell you. If you say no, we help you all the same.",
    ),
)  # fmt: skip

ASKING: Final = (
    "Ask which language, and whether a woman or a man should ask and interpret; nobody from the same family or group.",
    "Ask alone, where nobody hears; a guardian is asked apart from the child.",
    "Say each layer in the plain words, one at a time; wait; ask the person to say it in their own words.",
    "Say that a no changes nothing about the help, and that every yes can be taken back, and how.",
)
"""What holds for everybody, whatever the age and gender."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """Who must say yes, and how it is asked."""

    name: str
    needs: tuple[str, ...]
    asking: tuple[str, ...]


ADULT: Final = Protocol("adult", ("the person",), ASKING)
CHILD: Final = Protocol(
    "child", ("a guardian who is not suspected of harm", "the child's own view"),
    (*ASKING, "Ask the child in words of their age, with pictures where that helps; silence is not a yes (CRC art. 12)."),
)  # fmt: skip
UNSURE: Final = Protocol(
    "age not known", ("the person",),
    (*ASKING, "Where the person may be a child, treat them as one until it is known (CETS 197 art. 10(3))."),
)  # fmt: skip
NEVER_FOR_A_CHILD_ALONE: Final = ("research", "law_enforcement")
"""Where no exception in a child's best interest stands in for the guardian and the child."""


def protocol(child: str) -> Protocol:
    """The protocol for yes, no or unknown to whether the person is a child."""
    return {"yes": CHILD, "no": ADULT}.get(child, UNSURE)


def problems(child: str, codes: Mapping[str, str]) -> list[str]:
    """What a recorded answer lacks; nothing for any answer but a yes.

    >>> problems("yes", {"layer": "statistics", "answer": "yes", "way": "spoken"})
    ['way: a yes for a child needs a guardian', "view: a yes for a child needs the child's own view"]
    >>> problems("yes", {"layer": "statistics", "answer": "withdrawn", "way": "spoken"})
    []
    """
    if codes.get("answer") != "yes" or child == "no":
        return []
    view, way = codes.get("view", ""), codes.get("way", "")
    if view == "disagrees":
        return ["view: the child does not agree, so it is not a yes"]
    if child != "yes" and codes.get("layer") not in NEVER_FOR_A_CHILD_ALONE:
        return []
    found = [] if way == "guardian" else ["way: a yes for a child needs a guardian"]
    if view != "agrees":
        found.append("view: a yes for a child needs the child's own view")
    who = "who may be a child" if child != "yes" else "a child"
    return [words.replace("for a child", f"for {'one ' if child != 'yes' else ''}{who}") for words in found]


KEPT_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "statistics": ("keep", "statistics"),
    "releases": ("keep", "statistics", "research"),
    "links": ("keep",),
    "leads": ("keep",),
    "dossiers": ("keep", "share_situation", "law_enforcement"),
    "identities": ("keep", "share_identity", "law_enforcement"),
}
"""What is made of records -> the layers of which any answer but a yes keeps a record out. Not asked keeps nothing out:
the ground is then the source's (GDPR art. 6(1)); who refused or withdrew is out whatever the ground."""

RECIPIENTS: Final[Mapping[str, str]] = {
    "law_enforcement": "Police, a prosecutor or another authority of law enforcement",
    "court": "A court",
    "service": "A service that supports the person",
    "partner": "Another partner",
}
"""What may be a recipient of a lead or a case. It is always asked, and nothing of either leaves without it."""
AUTHORITIES: Final = ("law_enforcement", "court")
"""Who gets nothing of a person unless they said yes to law enforcement, or a court ordered it."""
ORDERED: Final = "law_enforcement"
"""The one layer whose no an order of a court lifts, for the lead or the case that it names. Any other no stands."""
