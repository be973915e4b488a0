"""No small count of persons can be subtracted out of the other counts of the same persons: audited by whole-number programmes."""

from __future__ import annotations

import numpy as np
import pytest

from clew.insight.shown_together import Line, shown_together
from clew.insight.suppression import intervals
from clew.safeguards.errors import UsageError


def worked_out(persons, lines, shown):
    """What a reader of all lines and of the total can work out of each small cell: its ends."""
    values, low, high, small, sums = [persons], [shown.persons.low], [shown.persons.high], [False], []

    def hidden(value):
        for column, one in ((values, value), (low, 0), (high, 10_000), (small, False)):
            column.append(one)
        return len(values) - 1

    for line, ends in zip(lines, shown.lines, strict=True):
        if ends is None:
            continue
        first = len(values)
        parts = tuple(range(first, first + len(line.counts)))
        values += line.counts.tolist()
        low += ends[0].tolist()
        high += ends[1].tolist()
        small += [0 < count < 5 for count in line.counts]
        more = int(line.counts.sum()) - persons
        if not more:
            sums.append((0, parts))
            continue
        counted, extra = hidden(persons + more), hidden(more)
        sums += [(counted, parts), (counted, (0, extra))]
        sums += [(0, (part, parts[-1], hidden(persons - values[parts[-1]] - values[part]))) for part in parts[:-1]]
    every = np.ones(len(values), dtype=bool)
    said = (np.array(low, float), np.array(high, float))
    found = intervals(np.array(values, float), sums, every, 5, marks=every, told=every, said=said)
    return [end[np.array(small)] for end in found]


def invented(dice, persons):
    for _ in range(dice.integers(1, 5)):
        share = dice.dirichlet(np.full(dice.integers(1, 6), 0.4))
        if dice.random() < 0.5:
            counts = np.bincount(dice.choice(len(share), size=persons, p=share))
            yield Line(counts=counts[counts > 0])
        elif (several := dice.random((persons, len(share))) < share * 1.2).any():
            counts = several.sum(axis=0)
            yield Line(counts=np.append(counts[counts > 0], (~several.any(axis=1)).sum()), outside=True)


@pytest.mark.parametrize("seed", range(12))
def test_every_small_cell_may_be_any_small_number(seed):
    dice = np.random.default_rng(seed)
    persons = int(dice.integers(1, 60))
    lines = list(invented(dice, persons))
    shown = shown_together(persons, lines)
    assert shown.persons.low <= persons <= shown.persons.high
    for line, (low, high) in ((line, ends) for line, ends in zip(lines, shown.lines, strict=True) if ends is not None):
        assert ((low <= line.counts) & (line.counts <= high)).all()
    low, high = worked_out(persons, lines, shown)
    assert (low <= 1).all()
    assert (high >= 4).all()


def test_nothing_is_hidden_where_nothing_is_small():
    shown = shown_together(30, [Line(counts=np.array([12, 18])), Line(counts=np.array([20, 15, 0]), outside=True)])
    assert str(shown.persons) == "30"
    assert all((low == high).all() for low, high in shown.lines)


def test_small_cells_that_hide_each_other_leave_the_rest_exact():
    shown = shown_together(107, [Line(counts=np.array([100, 3, 2, 2])), Line(counts=np.array([107]))])
    assert str(shown.persons) == "107"


def test_so_few_persons_keep_the_line_that_is_named_first():
    lines = [Line(counts=np.array([1, 1, 1, 1, 1])), Line(counts=np.array([4, 1]))]
    shown = shown_together(5, lines)
    assert shown.lines[0] is not None


@pytest.mark.parametrize(("persons", "counts"), [(5, [2, 2]), (3, [2, 2]), (1, [-1, 2])])
def test_counts_that_are_not_of_these_persons_are_refused(persons, counts):
    with pytest.raises(UsageError, match="suppression"):
        shown_together(persons, [Line(counts=np.array(counts))])
