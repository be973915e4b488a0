from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from clew.insight.completion import complete
from clew.insight.completion.chained import chained, multinomial, probabilities
from clew.insight.completion.coded import Coded, coded
from clew.insight.completion.low_rank import low_rank
from clew.insight.completion.pooled import pooled
from clew.safeguards.errors import UnreadableInput, UsageError

ROWS = 600


def invented(seed: int, rows: int = ROWS) -> tuple[pa.Table, pa.Table]:
    """Rows of three kinds, whole and with a third of the cells taken out by chance."""
    draw = np.random.default_rng(seed)
    kind = draw.choice(3, rows, p=[0.5, 0.3, 0.2])
    columns = {}
    for name, chances in (
        ("form", [[0.9, 0.05, 0.05], [0.1, 0.85, 0.05], [0.05, 0.05, 0.9]]),
        ("sector", [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]),
        ("debt", [[0.2, 0.8], [0.9, 0.1], [0.5, 0.5]]),
        ("papers", [[0.1, 0.9], [0.8, 0.2], [0.1, 0.9]]),
    ):
        cumulative = np.array(chances).cumsum(axis=1)[kind]
        columns[name] = (cumulative < draw.random((rows, 1))).sum(axis=1)
    whole = pa.table({name: [f"{name}{v}" for v in column] for name, column in columns.items()})
    holes = {n: pa.array(whole[n].to_pylist(), mask=draw.random(rows) < 0.33) for n in whole.column_names}
    return whole, pa.table(holes)


@pytest.fixture(scope="module")
def tables() -> tuple[pa.Table, pa.Table]:
    return invented(3)


@pytest.mark.parametrize("method", [low_rank, chained])
def test_missing_cells_are_told_better_than_by_the_commonest_value(
    method: object, tables: tuple[pa.Table, pa.Table]
) -> None:
    whole, holes = coded(tables[0]), coded(tables[1])
    chances = sum(found for _, found in method(holes, 3, 1))  # type: ignore[operator]
    rows, columns = np.nonzero(holes.missing)
    told = [np.argmax(chances[i, holes.starts[j] : holes.starts[j + 1]]) for i, j in zip(rows, columns, strict=True)]
    commonest = [np.bincount(c[c >= 0]).argmax() for c in holes.codes.T]
    right = (np.array(told) == whole.codes[rows, columns]).mean()
    plain = (np.array(commonest)[columns] == whole.codes[rows, columns]).mean()
    assert right > 1.2 * plain


@pytest.mark.parametrize("method", [low_rank, chained])
def test_completions_keep_what_is_recorded_and_leave_no_gap(method: object, tables: tuple[pa.Table, pa.Table]) -> None:
    holes = coded(tables[1])
    for codes, chances in method(holes, 2, 1):  # type: ignore[operator]
        assert (codes >= 0).all()
        assert (codes[~holes.missing] == holes.codes[~holes.missing]).all()
        for j, (first, last) in enumerate(zip(holes.starts[:-1], holes.starts[1:], strict=True)):
            sums = chances[:, first:last].sum(axis=1)
            assert sums[holes.missing[:, j]] == pytest.approx(1)
            assert (sums[~holes.missing[:, j]] == 0).all()


def test_intervals_hold_the_shares_of_the_whole() -> None:
    inside, many = 0, 0
    for seed in range(6):
        _, holes = invented(seed, 400)
        table = coded(holes)
        shares = pooled(table, list(low_rank(table, 8, seed)), level=0.95, odds=2).to_pylist()
        truth = {"form0": 0.49, "form1": 0.29, "form2": 0.22, "debt0": 0.47, "papers0": 0.31}
        for row in shares:
            if row["value"] in truth:
                many += 1
                inside += row["low"] <= truth[row["value"]] <= row["high"]
    assert many == 30
    assert inside >= 26


def test_bounds_and_shares_add_up(tables: tuple[pa.Table, pa.Table]) -> None:
    found = complete(tables[1], draws=4)
    by_column: dict[str, float] = {}
    for row in found.shares.to_pylist():
        assert 0 <= row["low"] <= row["share"] <= row["high"] <= 1
        assert row["if_less_often"] <= row["share"] + 0.03
        assert row["if_more_often"] >= row["share"] - 0.03
        by_column[row["column"]] = by_column.get(row["column"], 0) + row["share"]
    assert by_column == pytest.approx(dict.fromkeys(("form", "sector", "debt", "papers"), 1), abs=1e-4)
    assert found.shares.equals(complete(tables[1], draws=4).shares)
    told = found.report["recorded_cells_hidden_and_told_again"]
    assert told["right"] > told["right_by_commonest_value"]


def test_cells_that_contradict_their_row_and_repeated_rows_are_named() -> None:
    draw = np.random.default_rng(1)
    kind = draw.integers(0, 2, 500)
    columns = {f"c{j}": np.where(draw.random(500) < 0.01, 1 - kind, kind) for j in range(8)}
    columns |= {f"n{j}": draw.integers(0, 5, 500) for j in range(6)}
    columns["c0"][7] = 1 - columns["c1"][7]
    table = pa.table({n: [f"v{x}" for x in column] for n, column in columns.items()})
    repeated = pa.concat_tables([table, *[table.slice(20, 1)] * 6])
    doubts = complete(repeated, draws=2, doubt=0.02).doubts.to_pylist()
    assert (8, "c0") in {(d["row"], d["column"]) for d in doubts}
    assert [(d["row"], d["doubt"]) for d in doubts if not d["column"]] == [(21, "the same row 7 times")]
    flagged = [d for d in doubts if d["column"]]
    assert len(flagged) < 100


def test_what_is_no_category_is_left_out_by_name() -> None:
    rows = 60
    table = pa.table(
        {
            "id": [f"p{i}" for i in range(rows)],
            "a": ["x", "y", "-99"] * 20,
            "b": ["u", "v", "Unknown", "u"] * 15,
            "same": ["k"] * rows,
            "gone": pa.nulls(rows, pa.string()),
        }
    )
    found = coded(table)
    assert found.columns == ("a", "b")
    assert found.values == (("x", "y"), ("u", "v"))
    assert found.missing.sum() == 35
    assert [note.split(":")[0] for note in found.notes] == ["id", "same", "gone"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "magic"}, "--method"),
        ({"draws": 1}, "--draws"),
        ({"level": 1.0}, "--level"),
        ({"odds": 0.5}, "--odds"),
        ({"doubt": 0.9}, "--doubt"),
    ],
)
def test_options_out_of_range_are_refused(
    change: dict[str, object], words: str, tables: tuple[pa.Table, pa.Table]
) -> None:
    with pytest.raises(UsageError, match=words):
        complete(tables[1], **change)  # type: ignore[arg-type]


def test_tables_with_nothing_to_learn_are_refused(tables: tuple[pa.Table, pa.Table]) -> None:
    with pytest.raises(UnreadableInput, match="rows: 30 at least"):
        complete(tables[1].slice(0, 5))
    with pytest.raises(UnreadableInput, match="1 column of categories"):
        complete(tables[1].select(["form"]))


def test_a_thousand_columns_are_refused() -> None:
    wide = pa.table({f"q{i}": ["x", "y"] * 15 for i in range(1_000)})
    with pytest.raises(UsageError, match="1000 columns of categories; 300 at most: leave columns out with --leave-out"):
        coded(wide)


def test_the_regression_finds_the_shares_it_was_drawn_from() -> None:
    draw = np.random.default_rng(0)
    features = np.column_stack([np.ones(4000), draw.integers(0, 2, 4000)])
    true = np.where(features[:, [1]] == 1, [0.7, 0.2, 0.1], [0.1, 0.3, 0.6])
    target = (true.cumsum(axis=1) < draw.random((4000, 1))).sum(axis=1)
    weights = multinomial(features, np.eye(3)[target])
    assert probabilities(features[:50], weights) == pytest.approx(true[:50], abs=0.04)


def test_one_hot_leaves_missing_cells_empty() -> None:
    table = Coded(("a", "b"), (("x", "y"), ("u", "v", "w")), np.array([[0, 2], [-1, 1]]), ())
    assert table.one_hot(table.codes).tolist() == [[1, 0, 0, 0, 1], [0, 0, 0, 1, 0]]
