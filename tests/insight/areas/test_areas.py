from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from clew.insight.areas import Columns, Method, areas_of, rank
from clew.insight.areas.choices import NORMALISERS, filled, first_component, learnt
from clew.safeguards.errors import UnreadableInput, UsageError

AREAS = 300


@pytest.fixture(scope="module")
def planted() -> pa.Table:
    """Areas whose reports follow two of four indicators; a tenth of one indicator is missing."""
    draw = np.random.default_rng(5)
    poverty, migration = draw.uniform(size=AREAS), draw.uniform(size=AREAS)
    literacy = 1 - 0.7 * poverty + draw.normal(0, 0.05, AREAS)
    people = np.exp(draw.normal(9, 1, AREAS)).astype(int)
    reports = draw.poisson(people * np.exp(2.5 * poverty + 1.5 * migration - 9))
    known = draw.random(AREAS) > 0.1
    return pa.table(
        {
            "district": [f"d{i}" for i in range(AREAS)],
            "state": [f"s{i % 10}" for i in range(AREAS)],
            "population": people,
            "poverty": pa.array(poverty, mask=~known),
            "literacy_rate": literacy,
            "out_migration": migration,
            "rainfall": draw.uniform(size=AREAS),
            "reports": reports,
        }
    )


def test_every_area_gets_a_rank_inside_its_interval(planted: pa.Table) -> None:
    found = rank(areas_of(planted), Method(draws=60))
    table = found.table.to_pydict()
    assert sorted(table["area"]) == sorted(planted["district"].to_pylist())
    assert table["rank"] == sorted(table["rank"])
    assert table["rank"][0] == 1
    for low, risk, high in zip(table["low"], table["risk"], table["high"], strict=True):
        assert 0 <= low <= risk <= high <= 1
    for first, at, last in zip(table["rank_low"], table["rank"], table["rank_high"], strict=True):
        assert 1 <= first <= at <= last <= AREAS
    assert found.table.equals(rank(areas_of(planted), Method(draws=60)).table)


def test_directions_are_stated_or_read_from_names_and_said(planted: pa.Table) -> None:
    areas = areas_of(planted, Columns(directions={"poverty": "up"}, leave_out=["rainfall"]))
    assert dict(zip(areas.indicators, areas.sign, strict=True)) == {
        "poverty": 1,
        "literacy_rate": -1,
        "out_migration": 1,
    }
    assert areas.stated.tolist() == [True, False, False]
    assert any("down by name" in note and "literacy_rate" in note for note in areas.notes)
    moved = rank(areas, Method(draws=50)).sensitivity
    assert "direction of literacy_rate turned" in moved
    assert "direction of poverty turned" not in moved


def test_learnt_weights_find_what_reports_follow_and_beat_population_alone(planted: pa.Table) -> None:
    found = rank(areas_of(planted), Method(weighting="learnt", draws=50))
    assert found.weights["rainfall"] < 0.1
    assert found.weights["out_migration"] > 0.2
    checked = found.validation
    assert checked is not None
    assert checked.spatial
    assert checked.difference is not None
    assert checked.difference[1] > 0
    assert found.as_json()["validation"]["verdict"] == "better than population alone"


def test_an_index_of_noise_is_not_said_to_be_better(planted: pa.Table) -> None:
    noise = planted.select(["district", "state", "population", "rainfall", "reports"])
    checked = rank(areas_of(noise), Method(draws=50)).validation
    assert checked is not None
    assert checked.as_json()["verdict"] != "better than population alone"


def test_rows_that_cannot_be_ranked_are_kept_with_their_rule() -> None:
    table = pa.table(
        {
            "area": ["a", "b", "b", "", "e", "f", "g"],
            "poverty": ["1", "50%", "3", "4", "much", "", "1,200"],
            "population": ["10", "20", "5", "4", "5", "6", "-7"],
        }
    )
    areas = areas_of(table)
    assert areas.names.to_pylist() == ["a", "b"]
    assert areas.values[:, 0].tolist() == [1, 50]
    rules = {row["id"]: (row["field"], row["rule"]) for row in areas.rejects.table.to_pylist()}
    assert rules == {
        "b": ("area", "area given before"),
        "": ("area", "an area without a name"),
        "e": ("poverty", "not a number that can be used"),
        "f": ("poverty", "no indicator recorded"),
        "g": ("population", "not a number that can be used"),
    }


def test_what_says_nothing_is_left_out_by_name() -> None:
    table = pa.table({"area": ["a", "b", "c"], "k": [1, 2, 3], "same": [4, 4, 4], "gone": pa.nulls(3, pa.float64())})
    notes = areas_of(table).notes
    assert "same: the same everywhere; left out" in notes
    assert "gone: recorded nowhere; left out" in notes
    with pytest.raises(UnreadableInput, match="no indicator that varies"):
        areas_of(table.select(["area", "same"]))
    with pytest.raises(UnreadableInput, match="fewer than two"):
        areas_of(pa.table({"area": ["a", "b"], "k": [1.0, None], "m": [2.0, None]}).slice(0, 1))


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (Method(weighting="magic"), "--weights"),
        (Method(normalisation="magic"), "--normalise"),
        (Method(draws=3), "--draws"),
        (Method(weighting="learnt"), "needs a column of reports"),
        (Method(weighting="given", weights={"nope": 1.0}), "no indicator here"),
        (Method(weighting="given", weights={"k": -1.0}), "from zero up"),
    ],
)
def test_methods_that_cannot_be_used_are_refused(method: Method, words: str) -> None:
    areas = areas_of(pa.table({"area": ["a", "b", "c"], "k": [1, 2, 3]}))
    with pytest.raises(UsageError, match=words):
        rank(areas, method)


def test_choices_keep_the_order_of_a_single_indicator() -> None:
    column = np.array([[3.0], [1.0], [2.0], [100.0]])
    for normalise in NORMALISERS.values():
        normal = normalise(column)[:, 0]
        assert normal.argsort().tolist() == [1, 2, 0, 3]
        assert 0 <= normal.min() < normal.max() <= 1
    two = np.column_stack([column[:, 0], 2 * column[:, 0] + 1])
    assert first_component(NORMALISERS["range"](two)) == pytest.approx([0.5, 0.5])


def test_filled_values_follow_the_other_indicators() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=400)
    values = np.column_stack([x, 2 * x + draw.normal(0, 0.1, 400)])
    holes = values.copy()
    holes[:100, 1] = np.nan
    drawn = filled(holes, np.random.default_rng(1))
    assert np.isfinite(drawn).all()
    assert np.corrcoef(drawn[:100, 1], values[:100, 1])[0, 1] > 0.95
    assert np.array_equal(drawn[100:], values[100:])
    assert np.unique(filled(holes, None)[:100, 1]).size == 1


def test_learnt_weights_are_never_below_zero() -> None:
    draw = np.random.default_rng(2)
    normal = draw.uniform(size=(200, 3))
    weights = learnt(normal, normal[:, 0] - normal[:, 2])
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    assert weights.argmax() == 0
