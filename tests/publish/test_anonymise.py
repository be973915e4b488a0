from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.publish import Method, anonymise
from clew.publish.coarser import ladder
from clew.safeguards.errors import Blocked, MissingColumn, UnreadableInput, UsageError

CELL = st.sampled_from(["", "a", "b", "c", "d"])
YEAR = st.sampled_from(["", "2018", "2019", "2021", "2024"])
PLACE = st.sampled_from(["", "NGA", "GHA", "KEN", "ROU"])
AGE = st.sampled_from(["09--17", "18--20", "21--23", "48+", "48", ""])


def rarest(table, names=None):
    """Brute force: how often the rarest combination of cells occurs, an empty one being a value."""
    rows = zip(*(table[name].to_pylist() for name in names or table.column_names), strict=True)
    return min(Counter(tuple(cell or "" for cell in row) for row in rows).values())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, YEAR, PLACE, AGE), min_size=2, max_size=60), st.integers(2, 7), st.booleans())
def test_no_combination_is_rarer_than_k_and_no_cell_is_invented(rows, k, generalise):
    names = ["letter", "year", "land", "ageBroad"]
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    if k > len(rows):
        with pytest.raises(UsageError):
            anonymise(table, k=k)
        return
    try:
        made = anonymise(table, k=k, generalise=generalise)
    except Blocked:  # a value of 2k rows can always spare what others lack
        assert all(
            count < 2 * k for name in names for value, count in Counter(table[name].to_pylist()).items() if value
        )
        return
    assert made.table.column_names == names
    assert rarest(made.table) >= k
    assert made.report["k_reached"] == rarest(made.table)
    assert made.report["rows"]["in"] == len(rows)
    assert made.report["rows"]["kept"] == made.table.num_rows
    if made.table.num_rows == len(rows):
        for name in names:
            words = [v for v in table[name].to_pylist() if v]
            coarse = {w for step in ladder(name, list(dict.fromkeys(words))) for w in step} if generalise else set()
            before, after = Counter(words), Counter(v for v in made.table[name].to_pylist() if v)
            assert all(after[word] <= before[word] for word in after if word not in coarse)
            assert after.total() <= before.total()


@given(st.permutations(range(40)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_input_shows_nowhere_in_the_output(order):
    table = pa.table({"a": ["x"] * 25 + ["y"] * 12 + ["z"] * 3, "n": [1] * 30 + [2] * 10, "none": pa.nulls(40)})
    made, other = anonymise(table, k=5).table, anonymise(table.take(order), k=5).table
    assert made == other
    assert made["a"].to_pylist() == sorted(made["a"].to_pylist(), key=lambda v: (v is None, v))


def test_sorted_input_does_not_give_emptied_cells_back():
    """Ages in order, one of them rare: its place between its neighbours would tell it."""
    table = pa.table({"age": ["20"] * 20 + ["21"] * 2 + ["22"] * 20, "b": ["x"] * 42})
    ages = anonymise(table, k=5, generalise=False).table["age"].to_pylist()
    assert None in ages
    assert ages[: ages.index(None)] == ["20"] * ages.count("20") + ["22"] * ages.count("22")
    assert set(ages[ages.index(None) :]) == {None}


def test_frequent_rows_come_back_as_the_same_text():
    rows = {"a": ["007", "09--17", "1", ""] * 20, "b": ["x;y", 'q"r,s', "=1+1", " "] * 20}
    made = anonymise(pa.table(rows), k=11)
    pairs = Counter(zip([v or None for v in rows["a"]], rows["b"], strict=True))
    assert Counter(zip(made.table["a"].to_pylist(), made.table["b"].to_pylist(), strict=True)) == pairs
    assert made.report["gone_values"] == made.report["gone_pairs"] == []


def test_the_report_tells_the_same_content_whatever_k_and_order_and_other_content_apart():
    table = pa.table({"a": ["x"] * 20 + ["y"] * 15, "b": ["p", ""] * 17 + ["p"]})

    def content(table, **how):
        return anonymise(table, **how).report["content"]

    first = content(table, k=5)
    assert content(table.take(list(range(34, -1, -1))), k=6) == first
    assert content(table, k=7, quasi_identifiers=["a"]) == {"a": first["a"]}
    grown = content(pa.concat_tables([table, table.slice(0, 1)]), k=5)
    assert not grown.items() & first.items()


def test_types_stay_and_numbers_are_not_made_coarser():
    table = pa.table(
        {"n": pa.array([1] * 20 + [2], pa.int64()), "b": [True, False] * 10 + [None], "none": pa.nulls(21)}
    )
    made = anonymise(table, k=5)
    assert made.table.schema == table.schema
    assert set(made.table["n"].to_pylist()) <= {1, None}


def test_rare_values_take_the_coarser_word_before_they_go():
    table = pa.table({"citizenship": ["NGA"] * 20 + ["GHA"] * 6 + ["SEN"] * 6 + ["KEN"] * 7 + ["UGA"] * 5})
    counts = Counter(anonymise(table, k=11).table["citizenship"].to_pylist())
    assert counts == {"NGA": 20, "Western Africa": 12, "Eastern Africa": 12}
    assert Counter(anonymise(table, k=12, generalise=False).table["citizenship"].to_pylist()) == {"NGA": 20}


@pytest.mark.parametrize(
    ("name", "words", "first"),
    [
        ("yearOfRegistration", ["2019", "2021"], ["2015/2019", "2020/2024"]),
        ("registered", ["2019-03-07"], ["2019-03"]),
        ("ageBroad", ["09--17", "48+", "16--19"], ["0--17", "48+", None]),
        ("CountryOfExploitation", ["XKX", "COD"], ["Southern Europe", "Middle Africa"]),
    ],
)
def test_ladders(name, words, first):
    assert ladder(name, words)[0] == first


@pytest.mark.parametrize(
    ("name", "words"),
    [("amount", ["12", "18"]), ("gender", ["Woman"]), ("city", []), ("sector", ["IND", "food", "farm"])],
)
def test_what_is_not_understood_has_no_ladder(name, words):
    assert ladder(name, words) == []


def test_a_group_that_vanishes_is_named_with_its_size(people):
    made = anonymise(people, k=41)
    gone = {tuple(item["group"].items()): item["before"] for item in made.report["gone_values"]}
    assert gone[("gender", "X"),] == 40
    assert made.report["values"]["gender"]["X"] == [40, 0]


def test_report_counts_what_was_taken():
    table = pa.table({"a": ["x"] * 15 + ["y"] * 3, "b": ["p"] * 18})
    made = anonymise(table, k=4)
    # 3 of y are too few; one x goes with them so that four are empty
    assert made.report["cells"]["a"] == {"filled": 18, "suppressed": 4, "generalised": 0, "gone_with_row": 0}
    assert made.report["rows"] == {"in": 18, "kept": 18, "suppressed": 0}
    assert made.report["1-way"]["suppressed"] == 1
    assert "not for release" in made.report["notice"]
    assert "not for release" not in repr(made)


def test_rows_of_which_nothing_is_left_go_and_are_counted():
    made = anonymise(pa.table({"a": ["x"] * 15 + ["y"] * 4}), k=4)
    assert made.report["rows"] == {"in": 19, "kept": 19, "suppressed": 0}
    made = anonymise(pa.table({"a": ["x"] * 15 + ["y"] * 3}), k=4)
    assert made.report["rows"] == {"in": 18, "kept": 14, "suppressed": 4}
    assert made.table["a"].to_pylist() == ["x"] * 14


def test_other_columns_stay_as_they_are_and_are_named():
    table = pa.table({"gender": ["W", "M"] * 10, "sector": ["farm", "fish", "home", "mine"] * 5})
    made = anonymise(table, k=10, quasi_identifiers=["gender"])
    assert Counter(made.table["sector"].to_pylist()) == Counter(table["sector"].to_pylist())
    assert made.report["untouched_columns"] == ["sector"]
    assert made.release.guarantee.words == "k = 10 over gender"
    assert made.release.guarantee.method is Method.ANONYMISE


@pytest.mark.parametrize("k", [1, 0, -3, True, 2.5, 21])
def test_k_out_of_range_is_refused(k):
    with pytest.raises(UsageError, match="k "):
        anonymise(pa.table({"a": ["x"] * 20}), k=k)


@pytest.mark.parametrize(
    ("table", "error"),
    [
        (pa.table({"a": pa.array([], pa.string())}), UnreadableInput),
        (pa.table({"a": ["x"]}), UsageError),
        (pa.table({"a": [["x"]] * 20}), UsageError),
        (pa.table({"a": pa.nulls(20), "b": [""] * 20}), UnreadableInput),
        (pa.table({"a": list("abcdefghi")}), Blocked),
        (pa.table([["x"] * 20, ["y"] * 20], names=["a", "a"]), UsageError),
    ],
)
def test_tables_that_cannot_be_released(table, error):
    with pytest.raises(error):
        anonymise(table, k=2)


def test_missing_quasi_identifier_is_named():
    with pytest.raises(MissingColumn, match="nosuch"):
        anonymise(pa.table({"a": ["x"] * 20}), k=2, quasi_identifiers=["nosuch"])


def test_all_missing_columns_stay_missing():
    made = anonymise(pa.table({"a": [""] * 20, "b": pa.nulls(20, pa.string()), "c": ["x"] * 20}), k=3)
    assert made.table["a"].null_count == made.table["b"].null_count == 20
    assert made.table["c"].to_pylist() == ["x"] * 20


def test_a_thousand_columns():
    made = anonymise(pa.table({f"c{i}": ["x", "y"] * 10 for i in range(1_000)}), k=10)
    assert made.table.num_columns == 1_000
    assert rarest(made.table) == 10
