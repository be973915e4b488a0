"""What a judgement about classes and models is about, named so that the signature covers what was said.

A class named for a lead is the judgement `class:LEAD:CLASS`, a model let in is `model:DIGEST`: nothing can be put under them
later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from clew.leads.classing.classes import CLASSES, LeadClass, place_of
from clew.leads.explain import standing
from clew.safeguards.acts import Judgement, Verdict

LEAD = "lead_"
CLASS = "class:"
MODEL = "model:"


def class_subject(lead: str, named: LeadClass) -> str:
    return f"{CLASS}{lead}:{named.value}"


def lead_in(subject: str) -> str:
    """The lead that a judgement speaks of, whether it answers its question or names its class; empty for others."""
    name = subject.removeprefix(CLASS).partition(":")[0] if subject.startswith(CLASS) else subject
    return name if name.startswith(LEAD) else ""


def named_classes(judgements: Iterable[Judgement], followed: Mapping[str, str]) -> dict[str, LeadClass]:
    """Lead -> the class that a person named last and did not take back. A judgement that takes back names none."""
    given = [each for each in judgements if each.lead.startswith(CLASS)]
    undone = {each.reverses for each in given if each.reverses}
    found: dict[str, LeadClass] = {}
    for each in sorted(given, key=lambda j: (j.at, j.id)):
        if each.id not in undone and each.verdict is Verdict.YES:
            lead = lead_in(each.lead)
            found[followed.get(lead, lead)] = LeadClass(each.lead.rpartition(":")[2])
    return found


def enabled_model(judgements: Iterable[Judgement]) -> tuple[str, Judgement] | None:
    """The digest of the model let in last and not shut out since, with the judgement that did it."""
    by_model: dict[str, list[Judgement]] = {}
    for each in judgements:
        if each.lead.startswith(MODEL):
            by_model.setdefault(each.lead.removeprefix(MODEL), []).append(each)
    held = ((digest, standing(given)) for digest, given in by_model.items())
    open_ones = [(digest, each) for digest, each in held if each is not None and each.verdict is Verdict.YES]
    return max(open_ones, key=lambda pair: (pair[1].at, pair[1].id), default=None)


def allowed_classes(
    leads: Sequence[Mapping[str, object]], answers: Mapping[str, Judgement | None], named: Mapping[str, LeadClass]
) -> dict[str, npt.NDArray[np.bool_]]:
    """Lead -> the classes it may be of by what persons said: one where a class was named, or what an answer leaves.

    'Unclear' teaches nothing, nor does 'not sure', nor a no to an offer's question: the offer is one all the same.
    """
    found = {}
    for row in leads:
        lead, offer = str(row["lead"]), "offer work" in str(row["question"])
        answer = answers.get(lead)
        if lead in named:
            if named[lead] is not LeadClass.UNCLEAR:
                found[lead] = _only(place_of(named[lead]))
        elif answer is not None and answer.verdict is Verdict.YES:
            found[lead] = _only(place_of(LeadClass.RECRUITMENT if offer else LeadClass.ORGANISED))
        elif answer is not None and answer.verdict is Verdict.NO and not offer:
            found[lead] = ~_only(place_of(LeadClass.ORGANISED))
    return found


def _only(place: int) -> npt.NDArray[np.bool_]:
    return np.asarray(np.arange(len(CLASSES)) == place, np.bool_)
