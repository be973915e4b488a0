"""Rows that fit counts: what is wanted is not outvoted by what it would bring."""

import numpy as np

from clew.publish.synthesis.cells import Cells, plain
from clew.publish.synthesis.fitting import fitted


def test_a_pair_that_is_wanted_gets_rows_though_a_longer_combination_speaks_against_it():
    cells = Cells.of([1, 1, 1], 3)
    rows = np.tile(np.array([1, 0, 1], dtype=np.int32), (100, 1))
    wanted, weights = np.zeros(cells.number), np.zeros(cells.number)
    pair, triple = int(cells.pairs[0, 1]), int(cells.triples[0, 1, 2])
    wanted[[0, 1, 2, pair]] = 100, 8, 100, 8
    weights[[0, 1, 2, pair, triple]] = 1, 0.1, 100, 1, 20
    assert plain(fitted(rows, cells, wanted, weights, 1), cells)[pair] == 0
    assert plain(fitted(rows, cells, wanted, weights, 8), cells)[pair] > 0
