"""A case's qualification as a page shows it: element by element, with fields, gaps, both readings and the law to read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.qualification_finding import Standing
from clew.records.imprecise import Answer
from clew.safeguards.errors import NotFound
from clew.standards.instruments import READ_THE_ORIGINAL, Instrument, instruments
from clew.standards.palermo import ELEMENTS, elements

MEANINGS = {
    Standing.SUPPORTED: "Recorded facts support every element that the definition needs. A person decides.",
    Standing.PARTLY: "Recorded facts support some elements; others are open.",
    Standing.NOT_SUPPORTED: "A needed element was asked and answered no. The record may be wrong or incomplete.",
    Standing.TOO_LITTLE_RECORDED: "Too little is recorded for any reading.",
}
CONSENT = {
    True: "A means is recorded, so any consent to the exploitation does not matter (art. 3(b)).",
    False: "Consent to the exploitation does not matter once a means was used (art. 3(b)). It is not read here.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementView:
    """One element: what it is, what the record answers, and the fields that say so."""

    name: str
    words: str
    article: str
    answer: Answer
    evidence: str
    """Parts and field names, empty where nothing supports it. Never a value."""
    needed: bool
    """False for the means of a child (art. 3(c))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationView:
    """What the qualification page shows of one case. It is about the record; it never says what a person is."""

    id: str
    elements: tuple[ElementView, ...]
    child: Answer
    child_evidence: str
    standing: Standing
    meaning: str
    """What `standing` means, in a sentence."""
    missing: tuple[str, ...]
    question: str
    readings: str
    """Both readings where the age is open, else empty."""
    consent: str
    instruments: tuple[Instrument, ...]
    law_note: str = READ_THE_ORIGINAL


def qualification_view(qualified: pa.Table, id: str) -> QualificationView:
    """The view of one row of `qualify(...).table`; raises NotFound where no case has this id."""
    places = np.flatnonzero(pc.fill_null(pc.equal(qualified["id"], id), False).to_numpy())
    if not len(places):
        raise NotFound("no case by that id was qualified")
    row = qualified.slice(int(places[0]), 1).to_pylist()[0]
    evidence = dict(part.split(": ", 1) for part in row["evidence"].split("; ") if part)
    child = Answer(row["child"])
    standing = Standing(row["qualified"])
    bearing = set(row["instruments"].split(";"))
    return QualificationView(
        id=row["id"],
        elements=tuple(_element(name, Answer(row[name]), evidence.get(name, ""), child) for name in ELEMENTS),
        child=child,
        child_evidence=evidence.get("child", ""),
        standing=standing,
        meaning=MEANINGS[standing],
        missing=tuple(row["missing"].split(";")) if row["missing"] else (),
        question=row["question"],
        readings=row["readings"],
        consent=CONSENT[row["means"] == Answer.YES],
        instruments=tuple(one for one in instruments() if one.id in bearing),
    )


def _element(name: str, answer: Answer, evidence: str, child: Answer) -> ElementView:
    element = elements()[name]
    return ElementView(
        name=name,
        words=element.words,
        article=element.article,
        answer=answer,
        evidence=evidence,
        needed=not (name == "means" and child is Answer.YES),
    )
