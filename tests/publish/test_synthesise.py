import json
import sys
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from clew.publish import Method, synthesise
from clew.publish.synthesise import AGGREGATES
from clew.safeguards.errors import Blocked, UnreadableInput, UsageError


@pytest.fixture(scope="module")
def made(people):
    return synthesise(people, epsilon=4)


def test_same_columns_types_and_only_values_that_were_there(made, people):
    assert made.table.schema == people.schema
    for name in people.column_names:
        assert set(made.table[name].to_pylist()) <= {*people[name].to_pylist(), None}


def test_large_counts_are_near_the_truth(made, people):
    assert abs(made.table.num_rows - 2_000) < 400
    truth, found = Counter(people["citizenship"].to_pylist()), Counter(made.table["citizenship"].to_pylist())
    assert abs(found["NGA"] - truth["NGA"]) < 0.3 * truth["NGA"]


def test_guarantee_says_what_was_spent(made):
    guarantee = made.release.guarantee
    assert guarantee.method is Method.SYNTHESISE
    assert guarantee.epsilon == made.report["epsilon"] == 4
    assert guarantee.delta == made.report["delta"] == 1e-5 < 2_000**-1.5
    assert made.aggregates.guarantee == guarantee


@pytest.mark.parametrize("rows", [1_000, 1_001, 1_999, 2_000, 2_154])
def test_the_default_delta_tells_the_size_of_n_and_not_n(rows):
    made = synthesise(pa.table({"gender": ["W", "M"] * (rows // 2) + ["W"] * (rows % 2)}))
    assert made.report["delta"] == 1e-5
    assert made.report["delta"] <= rows**-1.5
    assert made.release.guarantee.words == f"epsilon = 4, delta = {made.report['delta']:g}, by row"
    assert str(rows) not in made.release.guarantee.words


def test_aggregates_name_columns_and_values_whatever_they_hold(made, people):
    table = made.aggregates.value
    assert table.schema == AGGREGATES
    largest = Counter(people["zeros"].to_pylist())
    read = {
        tuple(json.loads(c).items()): n
        for c, n in zip(table["combination"].to_pylist(), table["count"].to_pylist(), strict=True)
    }
    for value in ("007", "0", "a;b", 'c,"d"'):  # the engine takes "0" for missing and has separators of its own
        assert abs(read[("zeros", value),] - largest[value]) < 150
    assert set(table["length"].to_pylist()) == {1, 2, 3}


def test_errors_and_losses_in_the_report_are_those_of_the_two_tables(made, people):
    report = made.report
    off, solid = [], []
    for name in people.column_names:
        truth = Counter(v for v in people[name].to_pylist() if v)
        found = Counter(made.table[name].to_pylist())
        off += [abs(found[v] - n) for v, n in truth.items()]
        solid += [abs(found[v] - n) / n for v, n in truth.items() if n >= 10]
    assert report["1-way"]["mean_absolute_error"] == pytest.approx(np.mean(off), abs=1e-3)
    assert report["1-way"]["mean_relative_error"] == pytest.approx(np.mean(solid), abs=1e-3)
    assert "not for release" in report["notice"]


def test_a_group_of_two_percent_that_is_erased_is_in_the_report(people):
    # at a low epsilon a group of 40 in 2,000 goes every time or nearly so
    lost = [synthesise(people, epsilon=0.2).report for _ in range(3)]
    for report in lost:
        before, after = report["values"]["gender"]["X"]
        named = [item["before"] for item in report["gone_values"] if item["group"] == {"gender": "X"}]
        assert before == 40
        assert named == ([40] if after == 0 else [])
    assert any(report["values"]["gender"]["X"][1] == 0 for report in lost)


def test_the_second_method_gives_the_same_columns_and_counts_without_intervals(people):
    made = synthesise(people, engine="pac-synth")
    assert made.table.schema == people.schema
    assert made.aggregates.value.schema == AGGREGATES
    assert made.aggregates.value["low"].null_count == made.aggregates.value.num_rows
    with pytest.raises(UsageError, match="method"):
        synthesise(people, engine="nosuch")


def test_intervals_hold_the_true_counts_nineteen_times_in_twenty(made, people):
    rows = people.to_pylist()
    inside = []
    for text, low, high in zip(
        *(made.aggregates.value[n].to_pylist() for n in ("combination", "low", "high")), strict=True
    ):
        wanted = json.loads(text).items()
        inside.append(low <= sum(all(row[n] == v for n, v in wanted) for row in rows) <= high)
    assert len(inside) > 50
    assert np.mean(inside) > 0.85  # of 95%: those kept are the ones whose noise was high


def test_several_rows_of_one_person_count_once(people):
    twice = pa.concat_tables([people] * 3).append_column("who", pa.array([f"p{i}" for i in range(2_000)] * 3))
    made = synthesise(twice, person="who")
    assert made.report["rows"]["in"] == 2_000
    assert abs(made.table.num_rows - 2_000) < 200
    assert "who" not in made.table.column_names
    assert made.release.guarantee.words.endswith("by person")
    with pytest.raises(UsageError):
        synthesise(twice.drop_columns(["who"]), person="who")


def test_undeclared_values_of_few_are_never_shown_and_declared_ones_are(people):
    two, more = (
        people.set_column(2, "citizenship", pa.array(["QQQ"] * n + people["citizenship"].to_pylist()[n:]))
        for n in (2, 30)
    )
    assert "QQQ" not in synthesise(two).table["citizenship"].to_pylist()
    declared = {"citizenship": ["NGA", "GHA", "ROU", "UKR", "PHL", "QQQ"]}
    shown = synthesise(more, domain=declared)
    assert set(shown.table["citizenship"].to_pylist()) <= {*declared["citizenship"], None}
    assert shown.aggregates.value.filter(
        pa.compute.match_substring(shown.aggregates.value["combination"], "QQQ")
    ).num_rows


def test_what_cannot_be_is_never_produced():
    rng = np.random.default_rng(3)
    child = rng.random(3_000) < 0.4
    table = pa.table(
        {
            "ageBroad": np.where(child, "9--17", np.where(rng.random(3_000) < 0.5, "18--20", "48+")),
            "isChild": np.where(child, "1", "0"),
            "gender": rng.choice(["W", "M"], 3_000),
            "form": rng.choice(["a", "b"], 3_000),
        }
    )
    impossible = [{"gender": "M", "form": "b"}, {"gender": "W", "form": "a", "ageBroad": "48+"}]
    for engine in ("fitted", "pac-synth"):
        for row in synthesise(table, epsilon=0.5, engine=engine, impossible=impossible).table.to_pylist():
            assert (row["ageBroad"], row["isChild"]) not in {("9--17", "0"), ("18--20", "1"), ("48+", "1")}
            assert not any(all(row[n] == v for n, v in zero.items()) for zero in impossible)


def test_noise_is_not_repeated(people):
    assert synthesise(people).aggregates.value != synthesise(people).aggregates.value


@pytest.mark.parametrize("epsilon", [0, -1, float("nan"), float("inf"), 20.5, True])
def test_epsilon_out_of_range_is_refused(people, epsilon):
    with pytest.raises(UsageError, match="epsilon"):
        synthesise(people, epsilon=epsilon)


@pytest.mark.parametrize("delta", [0.0, -1e-9, 1.0, 1 / 2_000, float("nan")])
def test_delta_out_of_range_is_refused(people, delta):
    with pytest.raises(UsageError, match="delta"):
        synthesise(people, delta=delta)


@pytest.mark.parametrize("length", [0, 5])
def test_length_out_of_range_is_refused(people, length):
    with pytest.raises(UsageError, match="length"):
        synthesise(people, length=length)


@pytest.mark.parametrize(
    ("table", "error"),
    [
        (pa.table({"a": pa.array([], pa.string())}), UnreadableInput),
        (pa.table({"a": ["x"]}), UsageError),
        (pa.table({"a": pa.nulls(300), "b": [""] * 300}), UnreadableInput),
        (pa.table({"a": ["x", "y"] * 20}), UsageError),
        (pa.table({f"c{i}": ["x", "y"] * 4_500 for i in range(300)}), UsageError),
    ],
)
def test_tables_that_cannot_be_synthesised(table, error):
    with pytest.raises(error):
        synthesise(table)


@pytest.mark.parametrize("engine", ["fitted", "pac-synth"])
def test_a_thousand_columns_are_refused_at_once_with_the_ways_out(engine):
    wide = pa.table({f"q{i}": (["x"] * 2 + ["y"]) * 100 for i in range(1_000)})
    with pytest.raises(UsageError, match=r"1000 columns; 300 at most.*--drop.*--length 1"):
        synthesise(wide, engine=engine)
    with pytest.raises(UsageError, match="301 columns"):
        synthesise(wide, drop=[f"q{i}" for i in range(301, 1_000)], engine=engine)


def test_a_panic_of_the_engine_blocks_and_other_interrupts_pass(people, monkeypatch):
    class PanicException(BaseException):
        __module__, __qualname__ = "pyo3_runtime", "PanicException"

    class Other(BaseException):
        """Of the same name, from elsewhere."""

    Other.__name__ = Other.__qualname__ = "PanicException"
    module = sys.modules["clew.publish.synthesis.pac"]
    for raised, expected in ((PanicException, Blocked), (Other, Other), (KeyboardInterrupt, KeyboardInterrupt)):

        def broken(_, raised=raised):
            raise raised

        monkeypatch.setattr(module, "Dataset", broken)
        with pytest.raises(expected):
            synthesise(people, engine="pac-synth")


def test_missing_stays_missing_and_types_stay():
    table = pa.table({"none": pa.nulls(500), "blank": [""] * 500, "n": [1, None] * 250, "b": [True, False] * 250})
    made = synthesise(table)
    assert made.table.schema == table.schema
    assert made.table["none"].null_count == made.table["blank"].null_count == made.table.num_rows
    assert set(made.table["n"].to_pylist()) <= {1, None}
