"""What leads look like: classes from signs or from an enabled model, models learnt from judgements, and who lets one in.

A class changes no state, no order and no question. A model counts only after a reviewer or a steward signed for it, and only
while the fairness gate is open for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from clew.leads.classing import (
    CLASSES,
    ClassModel,
    LabelModel,
    LeadClass,
    labellings,
    votes,
)
from clew.leads.classing.asking import ask, nearest_judged
from clew.leads.classing.classes import MEANINGS, name_of
from clew.leads.classing.columns import Floats, feature_names, matrix
from clew.leads.classing.explaining import SHOWN, leaning, set_words, sure_words, why_learnt, why_weak
from clew.leads.classing.groups import network_groups
from clew.leads.classing.model import given
from clew.leads.types import AlikeLead, ClassView, LeadRow
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import NotFound
from clew.workspace.chain import Progress, Ran
from clew.workspace.class_models import ClassModels, Seen
from clew.workspace.class_subjects import class_subject, lead_in, named_classes
from clew.workspace.walks import Walks, _silent

CLASSED = pa.schema(
    [
        ("lead", pa.string()),
        ("model", pa.string()),  # digest; empty for signs alone
        ("looks", pa.string()),
        ("shares", pa.list_(pa.float64())),
        ("possible", pa.list_(pa.string())),
        ("spoke", pa.list_(pa.string())),
        ("asked", pa.string()),
    ]
)
FOLLOWED = pa.schema([("old", pa.string()), ("lead", pa.string())])


class Classing(Walks, ClassModels):
    def run(self, actor: Actor, progress: Progress = _silent) -> Ran:
        """Walks everything through the rooms; then judgements follow their leads, and leads get their classes."""
        ran = super().run(actor, progress)
        self._follow_judgements()
        progress("Classing leads", 0, 1)
        at, ads, claims = (self.lake.table(name) for name in ("members", "adverts", "claims"))
        self.lake.replace({"groups": self.lake.evaluate(network_groups(at, ads, claims))})
        self._class_leads()
        progress("Classing leads", 1, 1)
        return ran

    def _follow_judgements(self) -> None:
        """Which judged leads go on under another name: their first record is now in a network that another lead names.

        A lead is named after its network's earliest record, so the name itself tells which record to look for.
        """
        judged = sorted({name for each in self.vault.judgements() if (name := lead_in(each.lead))})
        found = self.lake.query(
            "SELECT DISTINCT w.old, l.lead FROM (SELECT unnest($1::VARCHAR[]) AS old) w "
            "JOIN (SELECT 'lead_' || left(sha256(record_id), 16) AS old, network FROM members WHERE record_kind = 'advert') m "
            "USING (old) JOIN leads l USING (network) WHERE l.lead <> w.old ORDER BY w.old",
            [judged],
        )
        self.lake.replace({"followed": found.cast(FOLLOWED)})

    # Classes of leads.

    def _class_leads(self) -> None:
        """Gives every lead a class anew: by the enabled model, or by what the signs lean to."""
        seen = self.seen()
        if seen is None:
            return
        functions = labellings(self._off)
        spoken = votes(seen.found, functions)
        weak = LabelModel.fit(spoken, functions)
        at = np.array(sorted(seen.place.values()), np.int64)
        names, shares, possible = "", weak.points(spoken[at]), None
        looks = [leaning(row) for row in shares]
        held = self._usable()
        rows = matrix(seen.found, feature_names(self._off))[at]
        if held is not None:
            names, model = held
            rows = matrix(seen.found, model.names)[at]
            shares = model.probabilities(rows)
            possible = model.conformal.sets(shares, [seen.groups["language"][i] for i in at])
            looks = [CLASSES[k] if k >= 0 else LeadClass.UNCLEAR for k in given(possible).tolist()]
        answered = self._answered()
        judged = np.array([seen.leads[i] in answered for i in at], np.bool_)
        asked = ask(_standard(rows), shares, judged) if len(at) else {}
        table = pa.Table.from_pylist(
            [
                {
                    "lead": seen.leads[i],
                    "model": names,
                    "looks": looks[n].value,
                    "shares": shares[n].tolist(),
                    "possible": [] if possible is None else [CLASSES[k].value for k in np.flatnonzero(possible[n])],
                    "spoke": [functions[j].name for j in np.flatnonzero(spoken[i])],
                    "asked": asked.get(n, ""),
                }
                for n, i in enumerate(at.tolist())
            ],
            schema=CLASSED,
        )
        trust = pa.table(
            {"labelling": [f.name for f in functions], "speaks": weak.speaks.tolist()},
            schema=pa.schema([("labelling", pa.string()), ("speaks", pa.list_(pa.float64()))]),
        )
        self.lake.replace({"classed": table, "class_trust": trust})

    def _with_classes(self, rows: Sequence[LeadRow]) -> Sequence[LeadRow]:
        classed, models = self._classed([row.id for row in rows]), {"": None, **dict([self._usable() or ("", None)])}
        return [_dressed(row, classed[row.id], models) if row.id in classed else row for row in rows]

    def _class_view(self, row: Mapping[str, Any]) -> ClassView | None:
        found = self._classed([row["lead"]]).get(row["lead"])
        seen = self.seen() if found else None
        if found is None or seen is None:
            return None
        held = self._usable()
        model = held[1] if held is not None and held[0] == found["model"] else None
        shares = np.array(found["shares"])
        best, looks = int(shares.argmax()), LeadClass(found["looks"])
        at = seen.place[row["lead"]]
        if model is None:
            trust = {r["labelling"]: np.array(r["speaks"]) for r in self.lake.read("class_trust").to_pylist()}
            lines = why_weak([f for f in labellings(self._off) if f.name in found["spoke"]], trust, best)
            rows = matrix(seen.found, feature_names(self._off))
        else:
            rows = matrix(seen.found, model.names)
            lines = why_learnt(model, rows[at], best)
        meaning = MEANINGS[looks]
        return ClassView(
            looks=looks.value,
            says=meaning.says,
            says_not=meaning.says_not,
            innocent=MEANINGS[CLASSES[best]].innocent,
            sure=sure_words(float(shares[best]), looks, CLASSES[best], model),
            promised=set_words([LeadClass(each) for each in found["possible"]], model),
            shares=tuple((name_of(each), float(share)) for each, share in zip(CLASSES, shares, strict=True)),
            speaks_for=tuple((line.words, line.weight, line.source) for line in lines if line.weight > 0)[:SHOWN],
            speaks_against=tuple((line.words, line.weight, line.source) for line in lines if line.weight < 0)[:SHOWN],
            alike=self._alike(at, seen, rows),
            model=found["model"] if model else "",
            trained_on=model.trained_on if model else "nothing: published signs alone, combined by how they agree",
            named=self._named_class(row["lead"]),
        )

    def _named_class(self, lead: str) -> str:
        named = named_classes(self.vault.judgements(), self._followed()).get(lead)
        return name_of(named) if named else ""

    def _alike(self, at: int, seen: Seen, rows: Floats) -> tuple[AlikeLead, ...]:
        """The judged leads that are most like one, with what persons said of them."""
        questions = {row["lead"]: row["question"] for row in self._leads().select(["lead", "question"]).to_pylist()}
        answers = {lead: each for lead, each in self._standing().items() if each is not None and lead in seen.place}
        named = named_classes(self.vault.judgements(), self._followed())
        judged = sorted({*answers, *(lead for lead in named if lead in seen.place)}, key=lambda lead: seen.place[lead])
        found = nearest_judged(at, _standard(rows), np.array([seen.place[lead] for lead in judged], np.int64))
        return tuple(
            AlikeLead(
                lead=(lead := seen.leads[place]),
                question=questions.get(lead, ""),
                answer=_answer(answers.get(lead), named.get(lead)),
                distance=round(distance, 2),
            )
            for place, distance in found
        )

    def say_class(self, actor: Actor, purpose: Purpose, lead: str, named: LeadClass, reason: str) -> Judgement:
        """A person's signed word on what a lead looks like. The last one stands; it answers no lead's question."""
        known = self._followed().get(lead, lead)
        if known not in self._leads()["lead"].to_pylist():
            raise NotFound("there is no such lead")
        return self.vault.append_judgement(actor, purpose, class_subject(known, named), Verdict.YES, reason)


def _dressed(row: LeadRow, classed: Mapping[str, Any], models: Mapping[str, ClassModel | None]) -> LeadRow:
    shares, model = classed["shares"], models.get(classed["model"])
    best, looks = int(np.argmax(shares)), LeadClass(classed["looks"])
    return replace(
        row,
        looks=looks.value,
        sure=sure_words(shares[best], looks, CLASSES[best], model),
        possible=tuple(name_of(each) for each in classed["possible"]),
        asked=classed["asked"] if row.verdict is None else "",
    )


def _answer(judgement: Judgement | None, named: LeadClass | None) -> str:
    said = judgement.verdict.value.replace("_", " ") if judgement else ""
    return ", ".join(filter(None, (said, name_of(named) if named else "")))


def _standard(rows: Floats) -> Floats:
    spread = rows.std(axis=0) if len(rows) else np.ones(rows.shape[1])
    return np.asarray((rows - rows.mean(axis=0)) / np.where(spread < 1e-9, 1.0, spread), np.float64)
