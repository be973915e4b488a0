"""What the readings of a case come to, element by element, each with its fields and the question that would settle it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clew.leads.qualification_age import Told
from clew.leads.qualification_reading import Reading
from clew.records.imprecise import Answer
from clew.standards.palermo import ELEMENTS, elements, questions


class Standing(StrEnum):
    """How far the recorded facts reach. It is about the record, not about the person."""

    SUPPORTED = "supported"
    """Every element that art. 3 needs is supported by a recorded field."""
    PARTLY = "partly"
    """Some are, others are open."""
    NOT_SUPPORTED = "not_supported"
    """A needed element was asked and answered no."""
    TOO_LITTLE_RECORDED = "too_little_recorded"
    """None is supported and none denied: the file says too little for any reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One element (or the age) of a case: the answer, its fields, and what to ask."""

    answer: Answer
    evidence: str = ""
    """Parts and field names, as in `recruitment (vic_MethodOfRecruitment)`. Never a value."""
    question: str = ""
    """What would settle it, where it is open."""
    note: str = ""
    """What a person must look at in any case: contradictions, values that are no codes."""
    parts: tuple[str, ...] = ()


def element_finding(name: str, fields: Sequence[tuple[str, Reading]]) -> Finding:
    """The element from what each field says of it. A single support is enough; a no needs every field to say so."""
    element = elements()[name]
    by_part = _by_part(fields)
    answer = _answer([reading for _, reading in fields])
    note = " ".join([*_contradictions(fields, by_part), *_unread(fields)])
    if answer is Answer.YES:
        asks = [
            text for part, text in element.ask.items() if part in by_part and (part != "unnamed" or len(by_part) == 1)
        ]
        evidence = ", ".join(f"{part} ({', '.join(names)})" for part, names in by_part.items())
        return Finding(answer=answer, evidence=evidence, note=" ".join([note, *asks]).strip(), parts=tuple(by_part))
    denying = [field for field, reading in fields if reading.answer is Answer.NO]
    evidence, note = _denied(denying, note) if answer is Answer.NO else ("", note)
    return Finding(
        answer=answer,
        evidence=evidence,
        question=" ".join([*_hints(fields), *_texts(fields), element.question]),
        note=note,
    )


def _by_part(fields: Sequence[tuple[str, Reading]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field, reading in fields:
        for part in reading.parts:
            found.setdefault(part, []).append(field)
    return found


def _answer(readings: Sequence[Reading]) -> Answer:
    if any(reading.parts for reading in readings):
        return Answer.YES
    speaking = [reading.answer for reading in readings if not reading.silent]
    if speaking and all(answer is Answer.NO for answer in speaking):
        return Answer.NO
    nothing = all(reading.answer is Answer.NOT_ASKED for reading in readings)
    return Answer.NOT_ASKED if nothing else Answer.UNKNOWN


def _denied(fields: Sequence[str], note: str) -> tuple[str, str]:
    """A no reaches no further than what was asked: no form asks after every means and every purpose."""
    names = ", ".join(fields)
    return f"stated no ({names})", f"{note} Only what {names} ask was answered no; other kinds were not asked.".strip()


def _contradictions(fields: Sequence[tuple[str, Reading]], by_part: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"{field} says no and {', '.join(by_part[part])} yes to {part}: which is right?"
        for field, reading in fields
        for part in reading.denied
        if part in by_part
    ]


def _unread(fields: Sequence[tuple[str, Reading]]) -> list[str]:
    return [f"{field} holds what is no code: choose the code." for field, reading in fields if reading.unread]


def _hints(fields: Sequence[tuple[str, Reading]]) -> list[str]:
    asked = [(hint, field) for field, reading in fields for hint in reading.hints]
    return [f"{questions()[hint]} ({field})" for hint, field in dict(asked).items()]


def _texts(fields: Sequence[tuple[str, Reading]]) -> list[str]:
    named = [field for field, reading in fields if reading.text]
    return [f"Read first: {', '.join(named)} (free text, not read here)."] if named else []


def age_finding(fields: Sequence[tuple[str, Told, bool]]) -> Finding:
    """Whether the person was a child when it began, from (field, what it tells, at the time of it)."""
    if not fields:
        return Finding(answer=Answer.NOT_ASKED, question=questions()["age"])
    says = {told: [field for field, one, _ in fields if one is told] for told in Told}
    at_the_time = [field for field, told, exact in fields if exact and told is Told.ADULT]
    children, adults = says[Told.CHILD], says[Told.ADULT]
    exact_child = [field for field, told, exact in fields if exact and told is Told.CHILD]
    if at_the_time and children:
        note = f"{', '.join(children)} and {', '.join(at_the_time)} disagree on the age: which is right?"
        return Finding(answer=Answer.UNKNOWN, note=note, question=questions()["age"])
    if children:
        return Finding(
            answer=Answer.YES, evidence=", ".join(exact_child or children), note=_later(children, adults, exact_child)
        )
    if at_the_time:
        return Finding(answer=Answer.NO, evidence=", ".join(at_the_time))
    if says[Told.NEAR]:
        return Finding(answer=Answer.UNKNOWN, question=f"{questions()['near']} ({', '.join(says[Told.NEAR])})")
    if adults:
        return Finding(
            answer=Answer.NO, evidence=f"{', '.join(adults)}, at registration", note=questions()["registered"]
        )
    impossible = [f"{field}: the date lies before the birth; which is right?" for field in says[Told.BEFORE_BIRTH]]
    return Finding(answer=Answer.UNKNOWN, note=" ".join(impossible), question=questions()["age"])


def _later(children: Sequence[str], adults: Sequence[str], exact: Sequence[str]) -> str:
    """A child at registration by one field and an adult by another; with an age at the time, both can be right."""
    if exact or not adults:
        return ""
    return f"{', '.join(children)} and {', '.join(adults)} disagree on the age: which is right?"


def standing(act: Answer, means: Answer, purpose: Answer, child: Answer) -> Standing:
    """How far the record reaches. For a child no means are needed (art. 3(c)); where the age is open, both are read.

    >>> str(standing(Answer.YES, Answer.NOT_ASKED, Answer.YES, Answer.YES))
    'supported'
    >>> str(standing(Answer.YES, Answer.NOT_ASKED, Answer.YES, Answer.UNKNOWN))
    'partly'
    """
    if child in (Answer.YES, Answer.NO):
        return _standing(act, means, purpose, child=child is Answer.YES)
    as_child, as_adult = (_standing(act, means, purpose, child=one) for one in (True, False))
    return as_child if as_child is as_adult else Standing.PARTLY


def _standing(act: Answer, means: Answer, purpose: Answer, *, child: bool) -> Standing:
    needed = (act, purpose) if child else (act, means, purpose)
    if all(answer is Answer.YES for answer in needed):
        return Standing.SUPPORTED
    if Answer.NO in needed:
        return Standing.NOT_SUPPORTED
    return Standing.PARTLY if Answer.YES in (act, means, purpose) else Standing.TOO_LITTLE_RECORDED


def missing(act: Answer, means: Answer, purpose: Answer, child: Answer) -> tuple[str, ...]:
    """What the record still lacks, in order: elements that are not supported, and the age where it is open."""
    answers = dict(zip(ELEMENTS, (act, means, purpose), strict=True))
    lacking = [
        name
        for name, answer in answers.items()
        if answer is not Answer.YES and not (name == "means" and child is Answer.YES)
    ]
    return (*lacking, *(() if child in (Answer.YES, Answer.NO) else ("age",)))


def readings_said(act: Answer, means: Answer, purpose: Answer, child: Answer) -> str:
    """Both readings where the age is open; nothing where it is known.

    >>> readings_said(Answer.YES, Answer.UNKNOWN, Answer.YES, Answer.UNKNOWN)
    'if a child: supported; if an adult: partly'
    """
    if child in (Answer.YES, Answer.NO):
        return ""
    as_child, as_adult = (_standing(act, means, purpose, child=one) for one in (True, False))
    return f"if a child: {as_child}; if an adult: {as_adult}"
