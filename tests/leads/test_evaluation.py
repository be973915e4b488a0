"""Metrics equal what is counted by hand; layouts are known by their columns; invented files of each layout are measured."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from clew.leads.evaluation import evaluate_file, layout_named
from clew.leads.evaluation.emscad import whole_text
from clew.leads.evaluation.layouts import LAYOUTS, prepare
from clew.leads.evaluation.metrics import (
    auc,
    average_precision,
    best_cut,
    f1,
    macro_f1,
    macro_mean_absolute_error,
    precision_at_coverage,
    recall_at_precision,
    weighted_accuracy,
)
from clew.leads.evaluation.text_model import counts, folds_of
from clew.safeguards.errors import MissingColumn, UsageError

SCORES = np.array([0.9, 0.8, 0.7, 0.7, 0.1])
TRUTH = np.array([True, False, True, True, False])


def test_rankings_are_measured_as_by_hand():
    assert auc(SCORES, TRUTH) == pytest.approx((2 + 1 + 1) / 6)
    assert average_precision(SCORES, TRUTH) == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert precision_at_coverage(SCORES, TRUTH, 0.4).rate == 0.5
    assert recall_at_precision(SCORES, TRUTH, 0.75) == 1.0
    assert recall_at_precision(SCORES, TRUTH, 0.9) == pytest.approx(1 / 3)
    assert recall_at_precision(np.array([0.5, 0.5]), np.array([True, False]), 0.9) == 0.0  # equal scores are not parted
    assert best_cut(SCORES, TRUTH) == 0.7


def test_a_ranking_that_knows_nothing_is_a_half_and_one_label_is_not_measured():
    assert auc(np.zeros(5), TRUTH) == 0.5
    assert auc(SCORES, np.ones(5, bool)) is None
    assert average_precision(SCORES, np.zeros(5, bool)) is None
    assert weighted_accuracy(TRUTH, np.ones(5, bool)) is None
    assert f1(np.zeros(2, bool), np.zeros(2, bool)) is None


def test_rare_labels_count_as_much_as_common_ones():
    truth = np.array([0.0] * 9 + [6.0])
    assert macro_mean_absolute_error(np.zeros(10), truth) == 3.0
    assert macro_f1(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])) == pytest.approx((0.8 + 2 / 3) / 2)


def labelled(layout, count=120):
    """An invented file of a layout, in which the label shows in the words."""
    rng = np.random.default_rng(4)
    kinds = ("a quiet flat with a garden", "easy money abroad, send the fee first, no papers")
    filler = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 6)) for _ in range(2000)]
    labels = rng.integers(0, 2, count)
    texts = [f"{kinds[k]} {' '.join(rng.choice(filler, 20))} {n}" for n, k in enumerate(labels)]
    if layout == "emscad":
        return pa.table({
            "job_id": [str(n) for n in range(count)], "title": ["Helper"] * count, "company_profile": [""] * count,
            "description": [f"<p>{t}</p>" for t in texts], "fraudulent": ["t" if k else "f" for k in labels],
        })  # fmt: skip
    if layout == "idtraffickers":
        vendors = rng.integers(0, 12, count)
        marks = ("!!", " ...", " ;", "?!", " ✨", ",,", ". 🌸", " -", "~", " //", "!", " *")
        voice = [
            f"{filler[v % 10]}{marks[v]} {filler[(v + 3) % 10]}{marks[v]} ~{v}~ {' '.join(rng.choice(filler, 8))}{marks[v]}"
            for v in vendors
        ]
        return pa.table({"TEXT": [f"{v} {n}" for n, v in enumerate(voice)], "VENDOR": [str(v) for v in vendors]})
    words = [("certainly no", "2"), ("5", "Likely Yes")]
    return pa.table({"text": texts, "label": [words[k][n % 2] for n, k in enumerate(labels)]})


@pytest.mark.parametrize("name", [layout.name for layout in LAYOUTS])
def test_an_invented_file_of_each_layout_is_measured_with_its_own_metrics(name):
    table = labelled(name)
    layout = layout_named(None, table.column_names, {})
    assert layout.name == name
    found = evaluate_file(prepare(table, layout, {}))
    figures = {f.metric: f.value for f in found.figures}
    told = {
        "emscad": {
            "learnt text model: F1": 0.95,
            "learnt text model: AUC": 0.98,
            "learnt text model: recall at 90% precision": 0.95,
        },
        "idtraffickers": {
            "closed set: macro-F1": 0.9,
            "open set: mean R-precision": 0.9,
            "open set: verification AUC": 0.95,
            "open set: pairs of one vendor found at 1% of others": 0.9,
        },
        "trafficking-10k": {
            "learnt text model: AUC": 0.98,
            "learnt text model: F1": 0.95,
            "learnt text model: within one label": 0.4,
        },
    }[name]
    for metric, least in told.items():
        assert figures[metric] >= least, metric
    assert found.label_means
    assert found.label_does_not_mean
    assert set(found.table().column_names) == {"data", "metric", "value", "low", "high", "count", "note"}
    if name == "trafficking-10k":
        assert 0 < figures["learnt text model: mean absolute error"] < 2
    shuffled = table.set_column(
        table.column_names.index({"emscad": "fraudulent", "idtraffickers": "VENDOR"}.get(name, "label")),
        {"emscad": "fraudulent", "idtraffickers": "VENDOR"}.get(name, "label"),
        table[{"emscad": "fraudulent", "idtraffickers": "VENDOR"}.get(name, "label")].take(
            pa.array(np.random.default_rng(1).permutation(table.num_rows))
        ),
    )
    chance = {f.metric: f.value for f in evaluate_file(prepare(shuffled, layout, {})).figures}
    metrics = ("learnt text model: AUC",) if name != "idtraffickers" else tuple(told)
    assert all(chance[metric] < 0.75 * told[metric] for metric in metrics)  # labels that mean nothing are not learnt


def test_rows_without_a_usable_label_or_text_are_named():
    table = pa.table({"text": ["a", "", "c", None], "label": ["1", "2", "seven", None]})
    made = prepare(table, layout_named(None, table.column_names, {}), {})
    assert made.table["text"].to_pylist() == ["a"]
    assert list(zip(made.bad_rows.tolist(), made.bad_field, strict=True)) == [(1, "text"), (2, "label"), (3, "label")]
    with pytest.raises(UsageError, match="10 are needed"):
        evaluate_file(made)


def test_one_label_only_measures_nothing():
    table = pa.table({"text": [f"words {n}" for n in range(20)], "label": ["3"] * 20})
    with pytest.raises(UsageError, match="same one"):
        evaluate_file(prepare(table, layout_named(None, table.column_names, {}), {}))


def test_columns_that_fit_nothing_are_refused_and_others_can_be_named():
    with pytest.raises(UsageError, match="--layout"):
        layout_named(None, ["a", "b"], {})
    with pytest.raises(UsageError, match="--layout"):  # else 0 to 6 would be read as EMSCAD's 0 and 1
        layout_named(None, ["a", "b"], {"text": "a", "label": "b"})
    table = pa.table({"text": ["x"], "label": ["1"]})
    with pytest.raises(MissingColumn, match="id"):
        prepare(table, layout_named(None, table.column_names, {}), {"id": "nope"})
    with pytest.raises(UsageError, match="choose one of"):
        layout_named("pan12", ["text", "label"], {})
    given = {"text": "Ad Body", "label": "How sure"}
    table = pa.table({"Ad Body": ["x"], "How sure": ["Unsure"]})
    made = prepare(table, layout_named("trafficking-10k", table.column_names, given), given)
    assert made.table["label"].to_pylist() == ["3"]
    with pytest.raises(MissingColumn):
        prepare(table, layout_named("emscad", table.column_names, {}), {})


def test_tags_are_taken_out_of_job_adverts_and_parts_read_together():
    table = pa.table({"title": ["Cook"], "description": ["<p>Soup &amp; bread</p><script>x"], "benefits": [None]})
    assert "<" not in whole_text(table)[0].as_py()
    assert "Cook" in whole_text(table)[0].as_py()


def test_near_copies_stay_in_one_fold_and_every_script_is_read():
    rng = np.random.default_rng(3)
    others = [" ".join("".join(rng.choice(list("abcdefgh"), 7)) for _ in range(12)) for _ in range(40)]
    copies = [f"the same long text of a market by the river with number {n % 3} and lamps" for n in range(12)]
    folds = folds_of(pa.array(copies + others))
    assert len(set(folds[:12].tolist())) == 1
    assert len(set(folds.tolist())) == 5
    with pytest.raises(UsageError, match="near-copies"):
        folds_of(pa.array(copies))
    assert counts(pa.array(["хлеб и соль", "хлеб", "", None])).table.getnnz(axis=1).tolist() == [5, 1, 0, 0]
