"""Rates by group against fairlearn, their minimum sizes, and the gate that names who is wrongly flagged."""

import numpy as np
import pytest

from clew.safeguards.document import markdown
from clew.safeguards.errors import UsageError
from clew.safeguards.fairness import FEW, UNKNOWN, age_band, measure, report_document, table


def planted(seed: int = 3, n: int = 2000, wrong: float = 0.02, wrong_b: float = 0.2) -> dict:
    """Flags that are right nine times in ten, and wrong for group b far more often than for others."""
    random = np.random.default_rng(seed)
    truth = random.random(n) < 0.3
    group = random.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])
    rate = np.where(truth, 0.9, np.where(group == "b", wrong_b, wrong))
    return {"flags": {"rule": random.random(n) < rate}, "truth": truth, "groups": {"language": group.tolist()}}


def test_rates_are_those_of_fairlearn() -> None:
    metrics = pytest.importorskip("fairlearn.metrics")
    made = planted()
    frame = metrics.MetricFrame(
        metrics={
            "flagged": metrics.selection_rate,
            "missed": metrics.false_negative_rate,
            "wrongly": metrics.false_positive_rate,
            "answers": metrics.count,
        },
        y_true=made["truth"],
        y_pred=made["flags"]["rule"],
        sensitive_features=made["groups"]["language"],
    )
    rows = {row["group"]: row for row in table(measure(**made, measured_on="planted")).to_pylist()}
    for group, theirs in frame.by_group.iterrows():
        assert {name: rows[group][name] for name in theirs.index} == pytest.approx(theirs.to_dict())
    assert {name: rows["all"][name] for name in frame.overall.index} == pytest.approx(frame.overall.to_dict())


def test_the_gate_names_the_group_that_is_wrongly_flagged() -> None:
    (reason,) = measure(**planted(), measured_on="planted").reasons
    assert reason.startswith("rule: wrong flags by language, b:")
    assert measure(**planted(wrong_b=0.02), measured_on="planted").reasons == ()


def test_small_groups_get_no_rate() -> None:
    made = planted(n=400)
    made["groups"]["nationality"] = ["X"] * 7 + ["Y"] * 5 + [""] * 100 + ["Z"] * 288
    report = measure(**made, measured_on="planted")
    rows = [row for row in table(report).to_pylist() if row["by"] == "nationality"]
    assert {row["group"] for row in rows} == {"Z", UNKNOWN, FEW}
    few = next(row for row in rows if row["group"] == FEW)
    assert [value for name, value in few.items() if name not in ("flag", "by", "group")] == [None] * 13
    text = markdown(report_document(report))
    assert "too few to say (under 20)" in text
    assert not [told for told in ("| X |", "| Y |", "| 12 |", "n = 7)", "n = 12)") if told in text]


def test_what_gives_a_small_group_away_is_hidden_with_it() -> None:
    names = ["A"] * 8 + ["B"] * 40 + ["C"] * 152 + ["D"] * 200
    truth = np.arange(400) % 2 == 0
    report = measure({"rule": np.arange(400) % 3 == 0}, truth, {"language": names}, measured_on="planted")
    rows = {row["group"]: row for row in table(report).to_pylist() if row["by"] == "language"}
    assert {group for group, row in rows.items() if row["answers"] is None} == {FEW, "B"}
    assert {group for group, row in rows.items() if row["wrongly"] is None} == {FEW, "B"}
    text = markdown(report_document(report))
    assert "| language | B | not said | too few to say (under 20), or hidden beside such |" in text


def test_of_flagged_missed_and_wrongly_flagged_two_never_give_the_third() -> None:
    names = ["A"] * 60 + ["B"] * 60 + ["C"] * 300
    truth = np.arange(420) % 2 == 0
    truth[:60] = np.arange(60) < 9  # nine of A for whom a flag is right
    report = measure({"rule": np.arange(420) % 3 == 0}, truth, {"language": names}, measured_on="planted").told()
    said = {
        row.group: [row.flagged.whole, row.missed.whole, row.wrongly.whole] for row in report.rates if row.by != "all"
    }
    assert said == {"A": [0, 0, 51], "B": [0, 0, 30], "C": [300, 150, 150]}


def test_a_group_that_is_wrongly_flagged_keeps_the_gate_shut_though_its_numbers_are_hidden() -> None:
    names, truth = ["A"] * 8 + ["B"] * 100 + ["C"] * 400, np.zeros(508, bool)
    flagged = np.array([name == "B" for name in names])
    (reason,) = measure({"rule": flagged}, truth, {"language": names}, measured_on="planted").reasons
    assert reason.startswith("rule: wrong flags by language, B: not said, since few could be worked out; above 5.0%")


def test_what_could_not_be_measured_keeps_the_gate_shut() -> None:
    made = planted(n=300)
    made["groups"]["age"] = [age_band(None)] * 300
    assert any("by age could not be measured" in reason for reason in measure(**made, measured_on="x").reasons)
    nobody = {"flags": {"rule": np.ones(50, bool)}, "truth": np.ones(50, bool), "groups": {}}
    assert "could not be measured" in measure(**nobody, measured_on="x").reasons[0]
    assert measure({}, np.ones(0, bool), {}, measured_on="x").reasons == ("nothing was measured",)
    with pytest.raises(UsageError, match="smallest"):
        measure(**planted(n=30), measured_on="x", smallest=2)
    with pytest.raises(ValueError, match="one length"):
        measure({"r": np.ones(2, bool)}, np.ones(3, bool), {}, measured_on="x")
