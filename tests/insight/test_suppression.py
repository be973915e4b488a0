"""No hidden cell can be worked out: audited by whole-number programmes that know all that a reader knows."""

from __future__ import annotations

import numpy as np
import pytest

from clew.insight.suppression import NEVER, intervals, pattern, relations_of, table, with_margins
from clew.safeguards.errors import UsageError


def bounds(values, relations, hidden, marks=None, told=None):
    low, high = intervals(values, relations, hidden, 5, marks=marks, told=told)
    assert (low <= values).all()
    assert (values <= high).all()
    return low, high


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("shape", [(4,), (3, 3), (2, 2, 2)])
def test_no_hidden_cell_is_told_by_the_others(shape, marked):
    dice = np.random.default_rng(len(shape))
    for _ in range(2):
        values = with_margins(dice.poisson(7, shape).astype(float) * (dice.random(shape) > 0.2))
        values.ravel()[0] += 2
        values = with_margins(values[tuple(slice(0, -1) for _ in shape)])
        relations = relations_of(values.shape)
        found = pattern(values.ravel(), relations, 5, marked=marked)
        assert (found.hidden | ~found.small).all()
        low, high = bounds(values.ravel(), relations, found.hidden, found.marks, found.told)
        assert (low[found.marks] <= 1).all()
        assert (high[found.marks] >= 4).all()
        alike = found.hidden & ~found.told
        assert (high[alike] - low[alike] >= 5).all()


def test_hiding_small_cells_alone_would_tell_them():
    """What the audit is for: with the primary cells alone hidden it finds the exact counts."""
    values = with_margins(np.array([[3.0, 20], [10, 40]])).ravel()
    small = (values > 0) & (values < 5)
    low, high = bounds(values, relations_of((3, 3)), small)
    assert low[0] == high[0] == 3
    found = table([[3, 20], [10, 40]])
    assert found.hidden.sum() == 4
    assert not found.hidden[-1].any()  # totals are dearer than cells


def test_a_total_that_must_be_shown_is_shown_or_refused():
    assert not table([3, 20, 30], keep_total=True).hidden[-1]
    with pytest.raises(UsageError, match="cannot be protected"):
        pattern([3, 40, 43], [(2, (0, 1))], cost=[1, NEVER, NEVER])


def test_marks_are_taken_back_where_they_would_tell():
    """Two small cells of a small total: `<5 + <5 = <5` would say that neither is 4."""
    assert not table([2, 1, 30], marked=True).marks[:2].all() or not table([2, 1], marked=True).marks.any()
    told = table([[1, 30], [4, 60], [40, 50]], marked=True)
    assert told.marks.sum() <= told.hidden.sum()


def test_sums_are_hidden_with_their_counts():
    found = table([3, 20, 30], sums={"days": [30, 800, 900]})
    assert np.isnan(found.sums["days"]).tolist() == found.hidden.tolist()


@pytest.mark.parametrize(
    ("values", "relations"), [([1, 2, 4], [(2, (0, 1))]), ([-1, 2, 1], [(2, (0, 1))]), ([0.5, 2, 2.5], [(2, (0, 1))])]
)
def test_what_is_no_table_of_counts_is_refused(values, relations):
    with pytest.raises(UsageError, match="suppression"):
        pattern(values, relations)
