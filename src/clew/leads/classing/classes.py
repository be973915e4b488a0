"""The classes, in words, with what each of them does not say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LeadClass(StrEnum):
    ORGANISED = "organised_control"
    INDEPENDENT = "independent_work"
    BUSINESS = "business"
    SPAM = "scam_or_spam"
    RECRUITMENT = "recruitment_offer"
    UNCLEAR = "unclear"
    """The answer when the others do not suffice. It is never learnt, only given."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a class says of adverts, what it does not say, and what would make it innocent."""

    name: str
    says: str
    says_not: str
    innocent: str


MEANINGS: dict[LeadClass, Meaning] = {
    LeadClass.ORGANISED: Meaning(
        "organised control",
        "The adverts look as if one organiser ran them for several persons.",
        "It does not say that anyone is forced, and it names no one.",
        "Colleagues who share a phone or a flat, an agency that people chose, or one person with several numbers.",
    ),
    LeadClass.INDEPENDENT: Meaning(
        "independent work",
        "The adverts look like those of a person who works alone or with colleagues.",
        "It is no proof of safety: somebody may be made to write like this.",
        "Nothing has to be explained: work on one's own account is lawful to advertise in many places.",
    ),
    LeadClass.BUSINESS: Meaning(
        "business (spa)",
        "The adverts look like those of a salon, a spa or another business with an address.",
        "It does not say that its workers are free, nor that they are not.",
        "Most businesses that advertise are what they say.",
    ),
    LeadClass.SPAM: Meaning(
        "scam or spam",
        "The adverts look sent in bulk, often to take money in advance.",
        "It does not say that no person is behind a picture or a name that they use.",
        "A booking platform or a directory also posts in bulk.",
    ),
    LeadClass.RECRUITMENT: Meaning(
        "recruitment offer",
        "The adverts offer work.",
        "It does not say that the work exists, nor that the offer is false: the reasons for and against say what is odd in it.",
        "Nearly all offers of work are what they say.",
    ),
    LeadClass.UNCLEAR: Meaning(
        "unclear",
        "What is known does not suffice for any one class.",
        "It is an answer, not a failure, and it is not 'no'.",
        "",
    ),
}
CLASSES: tuple[LeadClass, ...] = tuple(c for c in LeadClass if c is not LeadClass.UNCLEAR)
"""What can be learnt, in the order of all arrays of this package."""
FLAGS = frozenset({LeadClass.ORGANISED, LeadClass.RECRUITMENT})
"""Classes that ask for a look at control or at a harmful offer: on an independent worker, each of them is a wrong flag."""


def place_of(name: str) -> int:
    """Where a class stands in the arrays; -1 for unclear."""
    found = LeadClass(name)
    return CLASSES.index(found) if found is not LeadClass.UNCLEAR else -1


def name_of(value: str) -> str:
    """A class in words."""
    return MEANINGS[LeadClass(value)].name
