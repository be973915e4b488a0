import json

import numpy as np
import pyarrow as pa
import pytest

from clew.publish import anonymise
from clew.publish.attacks import audit, rehearse
from clew.publish.attacks.canaries import held_out
from clew.publish.attacks.rates import Rate, risk_of, separation
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError


@pytest.fixture(scope="module")
def of_copy(drawn):
    original, control, _ = drawn
    return audit(original, original, control, seed=1, attacks=250)


@pytest.fixture(scope="module")
def of_strangers(drawn):
    original, control, strangers = drawn
    return audit(original, strangers, control, seed=1, attacks=250)


def test_a_copy_gives_everybody_away(of_copy):
    assert of_copy.membership.auc > 0.85
    assert of_copy.singling_out.several.low > 0.7
    assert of_copy.linkability.low > 0.3
    assert of_copy.inference[of_copy.worst_inference].low > 0.5
    assert {"membership", "singling out", "linkability"} <= set(of_copy.found)


def test_rows_of_other_persons_give_nobody_away(of_strangers):
    assert of_strangers.found == ()
    assert of_strangers.membership.low < 0.5 < of_strangers.membership.high
    assert of_strangers.singling_out.several.low == 0
    assert of_strangers.linkability.low == 0
    # They are no nonsense: what is true of everybody is guessed better than by chance, of both sides alike.
    country = of_strangers.inference["citizenship"]
    assert country.main.share > 2 * country.baseline
    assert country.control.share > 2 * country.baseline


def test_a_k_anonymous_release_hides_them_and_its_coarser_words_are_understood(drawn):
    original, control, _ = drawn
    made = anonymise(original, k=11).table
    found = audit(original, made, control, seed=1, attacks=150)
    assert found.singling_out.unique == 0
    assert "singling out" not in found.found
    assert "linkability" not in found.found
    # Ages of which only the band was released: its members are as near as if their age stood there.
    table = pa.table({"age": ["18--20", "39--47"] * 50, "code": [f"c{i}" for i in range(100)]})
    banded = pa.table({"age": ["18--29", "30--47"] * 50, "code": table["code"]})
    others = pa.table({"age": ["18--20"] * 40, "code": [f"o{i}" for i in range(40)]})
    assert audit(table, banded, others, seed=1, attacks=100).singling_out.several.main.share > 0.9


def test_the_same_seed_gives_the_same_figures_and_no_value_of_a_cell_stands_in_them(drawn, of_copy):
    original, control, _ = drawn
    again = audit(original, original, control, seed=1, attacks=250).report()
    assert again == of_copy.report()
    text = json.dumps(again)
    assert not any(f'"{value}"' in text for value in original["citizenship"].unique().to_pylist() if value)


def test_numbers_are_near_by_size_and_dates_and_booleans_are_read():
    rng = np.random.default_rng(3)
    table = pa.table(
        {
            "income": rng.normal(1_000, 300, 900).round(1),
            "age": rng.integers(18, 90, 900),
            "since": pa.array(rng.integers(0, 9_000, 900), pa.int32()).cast(pa.date32()),
            "child": rng.random(900) < 0.2,
        }
    )
    kept, control, others = table.slice(0, 400), table.slice(400, 100), table.slice(500)
    near = kept.set_column(0, "income", pa.array(kept["income"].to_numpy() + 0.1))
    assert audit(kept, near, control, seed=1, attacks=100).membership.auc > 0.8
    assert audit(kept, others, control, seed=1, attacks=100).membership.auc < 0.65


def test_canaries_are_found_in_a_copy_and_not_in_an_anonymised_release(drawn):
    original, *_ = drawn
    copied = rehearse(original, lambda rows: rows, seed=1, attacks=60, canaries=40)
    assert copied.canaries.auc > 0.95
    assert "membership of canaries" in copied.found
    hidden = rehearse(original, lambda rows: anonymise(rows, k=11).table, seed=1, attacks=60, canaries=40)
    assert hidden.canaries.auc < 0.75


def test_each_row_is_held_out_by_a_coin_of_its_own(drawn):
    original, *_ = drawn
    kept, out = held_out(original, 0.1, np.random.default_rng(1))
    assert kept.num_rows + out.num_rows == original.num_rows
    assert 120 < out.num_rows < 240
    with pytest.raises(UsageError, match="held out"):
        held_out(original, 0, np.random.default_rng(1))


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    truth = (0.3 - 0.2) / (1 - 0.2)
    draws = [
        risk_of(Rate(int(a), 500), Rate(int(b), 500))
        for a, b in zip(rng.binomial(500, 0.3, 400), rng.binomial(500, 0.2, 400), strict=True)
    ]
    assert 0.92 < np.mean([draw.low <= truth <= draw.high for draw in draws]) <= 1
    areas = [separation(rng.normal(0.5, 1, 80), rng.normal(0, 1, 80)) for _ in range(300)]
    assert 0.91 < np.mean([a.low <= 0.6382 <= a.high for a in areas]) <= 0.99


def test_tables_that_do_not_fit_are_refused_by_name(drawn):
    original, control, strangers = drawn
    with pytest.raises(MissingColumn, match="newColumn"):
        audit(original, strangers.append_column("newColumn", strangers["gender"]), control, seed=1)
    with pytest.raises(MissingColumn, match=r"gender.*control"):
        audit(original, strangers, control.drop_columns(["gender"]), seed=1)
    with pytest.raises(UsageError, match="shares no column"):
        audit(original, pa.table({"x": ["1"]}), control, seed=1)
    with pytest.raises(UnreadableInput, match="released"):
        audit(original, strangers.slice(0, 0), control, seed=1)
    with pytest.raises(UsageError, match="29 rows are too few"):
        audit(original, strangers, control.slice(0, 29), seed=1)
    with pytest.raises(UsageError, match="very rows"):
        audit(original, strangers, original, seed=1)
    with pytest.raises(UsageError, match="attacks"):
        audit(original, strangers, control, seed=1, attacks=3)


def test_one_column_has_nothing_to_link_or_guess_from(drawn):
    original, control, strangers = (table.select(["gender"]) for table in drawn)
    found = audit(original, strangers, control, seed=1, attacks=60)
    assert found.linkability is None
    assert found.inference == {}
    assert found.report()["linkability"] is None
