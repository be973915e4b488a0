"""EMSCAD (Vidros et al., 2017): job adverts of 2012 to 2014, marked fraudulent or not by a job platform."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.evaluation.figures import Evaluation, Figure, of_share
from clew.leads.evaluation.metrics import (
    auc,
    average_precision,
    best_cut,
    f1,
    precision_at_coverage,
    recall_at_precision,
)
from clew.leads.evaluation.signs_alone import sign_points
from clew.leads.evaluation.text_model import counts, folds_of, scored

PARTS = (
    "title",
    "location",
    "department",
    "salary_range",
    "company_profile",
    "description",
    "requirements",
    "benefits",
)
"""Columns whose texts are read together; HTML in them is taken away."""
MEANS = "Staff of a job platform marked an advert as fraudulent: false contact, a complaint, suspicious use of the platform."
MEANS_NOT = (
    "Fraudulent is employment scam (identity theft, fees, money mules), not forced labour and not recruitment for "
    "exploitation; 'legitimate' was not checked at the place of work. Most adverts are American and in English."
)
_TRUE, _FALSE = frozenset({"t", "true", "1", "yes"}), frozenset({"f", "false", "0", "no"})


def label_of(text: str) -> str | None:
    """'1' or '0'; None where it is neither."""
    plain = text.strip().lower()
    return "1" if plain in _TRUE else "0" if plain in _FALSE else None


def whole_text(table: pa.Table) -> pa.ChunkedArray:
    """The texts of an advert in one, without tags."""
    parts = [pc.fill_null(table[name].cast(pa.string()), "") for name in PARTS if name in table.column_names]
    joined = pc.binary_join_element_wise(*parts, " \n ")
    return pc.replace_substring_regex(joined, r"<[^<>]*>", " ")


def evaluate(table: pa.Table) -> Evaluation:
    """`table` has id, text, label ('1' or '0')."""
    texts = table["text"]
    truth = np.array([each == "1" for each in table["label"].to_pylist()], np.bool_)
    folds = folds_of(texts)
    scores = scored(counts(texts), np.where(truth, 1.0, -1.0), folds, balance=True)
    said = np.zeros(len(truth), np.bool_)
    for fold in np.unique(folds).tolist():
        rest = folds != fold
        said[~rest] = scores[~rest] >= best_cut(scores[rest], truth[rest])
    alone = sign_points(texts, scopes=frozenset({"offer"}))
    size = len(truth)
    learnt = "learnt text model"
    return Evaluation(
        data="EMSCAD layout",
        label_means=MEANS,
        label_does_not_mean=MEANS_NOT,
        how=f"{len(np.unique(folds))} folds, near-copies of an advert in one fold; {int(truth.sum())} of {size} marked fraudulent",
        figures=[
            Figure(f"{learnt}: F1", f1(said, truth), count=size, note="cut chosen on the other folds"),
            Figure(f"{learnt}: AUC", auc(scores, truth), count=size),
            Figure(f"{learnt}: average precision", average_precision(scores, truth), count=size),
            *(
                Figure(
                    f"{learnt}: recall at {precision:.0%} precision",
                    recall_at_precision(scores, truth, precision),
                    count=size,
                )
                for precision in (0.5, 0.8, 0.9)
            ),
            *(
                of_share(f"{learnt}: precision at {share:.0%} coverage", precision_at_coverage(scores, truth, share))
                for share in (0.01, 0.05)
            ),
            Figure("signs of offers alone: AUC", auc(alone, truth), count=size, note="published signs, nothing learnt"),
            Figure("signs of offers alone: average precision", average_precision(alone, truth), count=size),
        ],
    )
