"""Whether a service fits a person, and why: eligibility rules as data, answered with yes, no or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clew.records.imprecise import AgeRange, Answer
from clew.standards.services import Dimension, dimensions


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a service asks of one dimension. `anyone`: it says that everybody fits."""

    anyone: bool = False
    low: int | None = None
    high: int | None = None
    """Whole years, both included."""
    values: frozenset[str] = frozenset()


Rules = Mapping[str, Rule]
"""Dimension -> rule. A dimension that is not there is one that the directory says nothing about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the person who needs a service; nothing here names them. None and empty mean not known."""

    age: AgeRange | None = None
    """Now."""
    gender: str | None = None
    status: str | None = None
    form: frozenset[str] = frozenset()
    funding: str | None = None

    def of(self, dimension: str) -> frozenset[str]:
        given = getattr(self, dimension)
        return given if isinstance(given, frozenset) else frozenset({given} if given else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One dimension of the answer."""

    dimension: str
    answer: Answer
    words: str
    """What the service asks and what is known of the person, in words that hold codes' names only."""
    ask: str = ""
    """What would settle it: a question to the person or to the service; empty when it is settled."""


def fits(rules: Rules, facts: Facts) -> tuple[Answer, tuple[Part, ...]]:
    """The whole answer and its parts: one no is a no, else one unknown leaves it unknown (Kleene's logic).

    >>> fits({"gender": Rule(values=frozenset({"woman"}))}, Facts(gender="man"))[0]
    <Answer.NO: 'no'>
    """
    parts = tuple(_part(dimension, rules.get(code), facts) for code, dimension in dimensions().items())
    answers = {part.answer for part in parts}
    if Answer.NO in answers:
        return Answer.NO, parts
    return (Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.YES), parts


def said(code: str, rule: Rule | None) -> str:
    """A rule in words.

    >>> said("age", Rule(low=18)), said("gender", None)
    ('18 or older', 'not stated')
    """
    if rule is None:
        return "not stated"
    if rule.anyone:
        return "everybody"
    if dimensions()[code].kind == "range":
        if rule.low is not None and rule.high is not None:
            return f"{rule.low} to {rule.high}"
        return f"{rule.low} or older" if rule.low is not None else f"{rule.high} or younger"
    return " or ".join(term.name for term in dimensions()[code].values if term.code in rule.values)


def _part(dimension: Dimension, rule: Rule | None, facts: Facts) -> Part:
    code = dimension.code
    if rule is None:
        return Part(dimension=code, answer=Answer.UNKNOWN, words="the directory does not say", ask="Ask the service.")
    if rule.anyone:
        return Part(dimension=code, answer=Answer.YES, words="takes everybody")
    answer = _age(rule, facts.age) if dimension.kind == "range" else _listed(rule, facts.of(code))
    words = f"takes {said(code, rule)}; of the person: {known(dimension, facts) or 'not known'}"
    return Part(dimension=code, answer=answer, words=words, ask=dimension.question if answer is Answer.UNKNOWN else "")


def known(dimension: Dimension, facts: Facts) -> str:
    """What is known of the person in one dimension, in words; empty for nothing."""
    if dimension.kind == "range":
        age = facts.age
        return "" if age is None else f"{age.low} or older" if age.high is None else str(age).replace("--", " to ")
    return ", ".join(term.code.replace("_", " ") for term in dimension.values if term.code in facts.of(dimension.code))


def _age(rule: Rule, age: AgeRange | None) -> Answer:
    if age is None:
        return Answer.UNKNOWN
    low, high = rule.low or 0, 200 if rule.high is None else rule.high
    top = 200 if age.high is None else age.high
    if top < low or age.low > high:
        return Answer.NO
    return Answer.YES if age.low >= low and top <= high else Answer.UNKNOWN


def _listed(rule: Rule, given: frozenset[str]) -> Answer:
    if not given:
        return Answer.UNKNOWN
    return Answer.YES if given & rule.values else Answer.NO
