"""What shorter combinations let one expect of longer ones: independence for pairs, no interaction of all three for triples."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from clew.publish.synthesis.cells import Cells, Floats


def expected(cells: Cells, counts: Floats, way: int, rows: int) -> Floats:
    """Expected counts at all places of pairs (2) or triples (3), 0 elsewhere and where a part of a triple is 0."""
    out = np.zeros(cells.number)
    single = [counts[at : at + size] for at, size in zip(cells.singles, cells.sizes, strict=True)]
    if way == 2:
        for i, j in combinations(range(len(single)), 2):
            _put(out, int(cells.pairs[i, j]), np.outer(single[i], single[j]) / rows)
        return out
    pair = {}
    for i, j in combinations(range(len(single)), 2):
        shape = len(single[i]), len(single[j])
        pair[i, j] = counts[cells.pairs[i, j] :][: shape[0] * shape[1]].reshape(shape)
    for i, j, k in combinations(range(len(single)), 3):
        ij, ik, jk = pair[i, j], pair[i, k], pair[j, k]
        if not (ij.any() and ik.any() and jk.any()):
            continue
        given = [np.maximum(single[c], 1) for c in (i, j, k)]  # Kirkwood's superposition: no interaction of all three
        guess = (ij / given[0][:, None])[:, :, None] * (ik / given[2])[:, None, :] * (jk / given[1][:, None]) * rows
        _put(
            out, int(cells.triples[i, j, k]), np.minimum(guess, np.minimum(np.minimum(ij[:, :, None], ik[:, None]), jk))
        )
    return out


def _put(out: Floats, at: int, block: Floats) -> None:
    out[at : at + block.size] = block.ravel()
