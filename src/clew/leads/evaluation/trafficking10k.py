"""Trafficking-10k (Tong et al., 2017): escort adverts with a labelled suspicion from 0, certainly no, to 6, certainly yes.

The file is not public; its columns are named here after the paper, and others can be mapped.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from clew.leads.evaluation.figures import Evaluation, Figure, of_share
from clew.leads.evaluation.metrics import (
    Bools,
    Floats,
    auc,
    best_cut,
    f1,
    macro_mean_absolute_error,
    mean_absolute_error,
    precision_at_coverage,
    weighted_accuracy,
)
from clew.leads.evaluation.signs_alone import sign_points
from clew.leads.evaluation.text_model import counts, folds_of, scored
from clew.leads.intervals import Share

UNSURE = 3.0
WORDS = {
    "certainly no": "0",
    "likely no": "1",
    "weakly no": "2",
    "unsure": "3",
    "weakly yes": "4",
    "likely yes": "5",
    "certainly yes": "6",
}
MEANS = "Annotators, asked whether an escort advert is of a trafficked person, answered from 0 (certainly no) to 6 (certainly yes)."
MEANS_NOT = (
    "It is suspicion on reading one advert, not trafficking: nobody checked what became of the person, annotators share the "
    "published lists of signs, and independent workers who tour or share a phone are among the suspected."
)


def label_of(text: str) -> str | None:
    """A label as a whole number from 0 to 6; None where it is none."""
    plain = text.strip().lower()
    plain = WORDS.get(plain, plain)
    try:
        number = float(plain)
    except ValueError:
        return None
    return str(int(number)) if number in range(7) else None


def evaluate(table: pa.Table) -> Evaluation:
    """`table` has id, text, label (0 to 6 as text)."""
    texts = table["text"]
    truth = np.array([float(each) for each in table["label"].to_pylist()])
    folds = folds_of(texts)
    learnt = scored(counts(texts), truth, folds, balance=False)
    alone = sign_points(texts, scopes=frozenset({"advert", "offer"}))
    known = truth != UNSURE
    yes = truth > UNSURE
    return Evaluation(
        data="Trafficking-10k layout",
        label_means=MEANS,
        label_does_not_mean=MEANS_NOT,
        how=f"{len(np.unique(folds))} folds, near-copies of a text in one fold; the labels 4 to 6 against 0 to 2, 3 (unsure) left out of yes-or-no figures",
        figures=[
            *_ordinal(np.clip(np.rint(learnt), 0, 6), truth),
            *_binary("learnt text model", learnt[known], yes[known], folds[known]),
            Figure(
                "signs alone: AUC",
                auc(alone[known], yes[known]),
                count=int(known.sum()),
                note="published signs, nothing learnt",
            ),
            *_coverages("signs alone", alone[known], yes[known]),
        ],
    )


def _ordinal(said: Floats, truth: Floats) -> list[Figure]:
    size = len(truth)
    return [
        Figure("learnt text model: mean absolute error", mean_absolute_error(said, truth), count=size),
        Figure("learnt text model: macro mean absolute error", macro_mean_absolute_error(said, truth), count=size),
        of_share("learnt text model: ordinal accuracy", Share(int((said == truth).sum()), size)),
        of_share("learnt text model: within one label", Share(int((np.abs(said - truth) <= 1).sum()), size)),
    ]


def _binary(name: str, scores: Floats, yes: Bools, folds: np.ndarray) -> list[Figure]:
    said = np.zeros(len(yes), np.bool_)
    for fold in np.unique(folds).tolist():
        rest = folds != fold
        said[~rest] = scores[~rest] >= best_cut(scores[rest], yes[rest])
    return [
        Figure(f"{name}: F1", f1(said, yes), count=len(yes), note="cut chosen on the other folds"),
        Figure(f"{name}: weighted accuracy", weighted_accuracy(said, yes), count=len(yes)),
        Figure(f"{name}: AUC", auc(scores, yes), count=len(yes)),
        *_coverages(name, scores, yes),
    ]


def _coverages(name: str, scores: Floats, yes: Bools) -> list[Figure]:
    return [
        of_share(f"{name}: precision at {share:.0%} coverage", precision_at_coverage(scores, yes, share))
        for share in (0.05, 0.1, 0.25, 0.5)
    ]
