import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.insight.intervals import parse, suppress, total
from clew.records.imprecise import Count
from clew.safeguards.errors import UsageError


def test_small_counts_become_intervals_and_nothing_else_changes():
    shown = suppress([0, 1, 4, 5, 120])
    assert shown["text"].to_pylist() == ["0", "<5", "<5", "5", "120"]
    assert shown["suppressed"].to_pylist() == [False, True, True, False, False]
    assert shown["count_low"].to_pylist() == [0, 1, 1, 5, 120]
    assert shown["count_high"].to_pylist() == [0, 4, 4, 5, 120]


@given(st.lists(st.integers(0, 30)), st.integers(2, 12))
def test_the_interval_of_the_total_holds_the_true_total_and_tells_no_more(counts, below):
    summed = total(suppress(counts, below))
    assert summed.low <= sum(counts) <= summed.high
    small = [c for c in counts if 0 < c < below]
    assert summed.high - summed.low == len(small) * (below - 2)


@given(st.lists(st.sampled_from(["<5", "12", "0", "1,234", "<2", " 7 "]), min_size=1))
def test_columns_say_what_single_counts_say(texts):
    low, high = parse(pa.array(texts))
    counts = [Count.parse(text.replace(",", "")) for text in texts]
    assert low.to_pylist() == [c.low for c in counts]
    assert high.to_pylist() == [c.high for c in counts]


@pytest.mark.parametrize("text", ["", "x", "-3", "2.5", "<", "<1", "5-9", "1e3", None])
def test_what_is_no_count_is_null_never_a_number(text):
    low, high = parse(pa.array([text], pa.string()))
    assert low.to_pylist() == high.to_pylist() == [None]


@pytest.mark.parametrize(("counts", "below"), [([-1], 5), ([3], 1)])
def test_negative_counts_and_senseless_limits_are_refused(counts, below):
    with pytest.raises(UsageError):
        suppress(np.array(counts), below)
