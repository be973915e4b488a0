"""Rows that fit counts: cells of a table are changed one after the other, each change where it brings all counts nearer.

Post-processing of counts that are private already; it reads nothing else and spends nothing. The loss is the sum over all
places of weight * (count - wanted)^2. A change of one cell of a row moves only the places that the row shares with it, so
that 200,000 rows of 37 columns are gone over in seconds.
"""

from __future__ import annotations

import os

import numba
import numpy as np

from clew.publish.synthesis.cells import Cells, Codes, Floats, plain

_RESCUES = 4
"""Sweeps of the last that mind what is wanted and missing."""
_WANTED, _RESCUED = 5.0, 10.0
"""From this wanted count on a missing value or pair weighs so many times more."""
_CANDIDATES = 4
"""Values of a column tried for a cell at each visit, beside leaving it empty."""


def fitted(codes: Codes, cells: Cells, wanted: Floats, weights: Floats, sweeps: int) -> Codes:
    """A copy of the rows, changed cell by cell until their counts fit.

    In the last of the sweeps values and pairs that are wanted and that no row has weigh more: each is outvoted by the many
    longer combinations that its first row would bring, and would vanish.
    """
    codes = np.ascontiguousarray(codes, dtype=np.int32).copy()
    last = min(_RESCUES, sweeps // 2)
    _swept(codes, cells, wanted, weights, sweeps - last)
    missing = (plain(codes, cells) == 0) & (wanted >= _WANTED)
    missing[cells.starts[2] :] = False
    if last and missing.any():
        _swept(codes, cells, wanted, np.where(missing, _RESCUED * weights, weights), last)
    return codes


def _swept(codes: Codes, cells: Cells, wanted: Floats, weights: Floats, sweeps: int) -> None:
    """Goes over the rows, in place."""
    slope = np.empty((cells.number, 2), dtype=np.float32)
    slope[:, 0] = 2 * weights * (plain(codes, cells) - wanted)
    slope[:, 1] = weights
    seed = int.from_bytes(os.urandom(4), "big")
    _sweep(
        codes, cells.sizes, cells.length, cells.singles, cells.pairs, cells.triples, slope, sweeps, _CANDIDATES, seed
    )


@numba.njit(cache=True)
def _sweep(codes, sizes, length, singles, pairs, triples, slope, sweeps, candidates, seed):  # type: ignore[no-untyped-def]
    """`slope` holds at each place the derivative 2w(n - t), and w: one more costs slope + w, one less -slope + w."""
    np.random.seed(seed)  # numba's own generator; privacy does not rest on it
    rows, columns = codes.shape
    here = np.zeros(columns, dtype=np.int64)
    first = np.zeros(1 + columns + columns * columns // 2, dtype=np.int64)
    stride = np.zeros(len(first), dtype=np.int64)
    for _ in range(sweeps):
        for row in range(rows):
            turn = np.random.randint(columns)
            for step in range(columns):
                column = (step + turn) % columns
                if sizes[column] == 0:
                    continue
                present = 0
                for other in range(columns):
                    if other != column and codes[row, other] > 0:
                        here[present] = other
                        present += 1
                used = _shared(codes, row, column, here, present, sizes, length, singles, pairs, triples, first, stride)
                old = codes[row, column]
                leaving = 0.0
                if old > 0:
                    for at in range(used):
                        place = first[at] + (old - 1) * stride[at]
                        leaving += slope[place, 1] - slope[place, 0]
                best, gain = old, -1e-9
                if old > 0 and leaving < gain:
                    best, gain = 0, leaving
                tries = min(candidates, sizes[column])
                for attempt in range(tries):
                    if sizes[column] <= candidates:
                        new = attempt + 1
                    elif attempt % 2 == 0:
                        new = codes[np.random.randint(rows), column]
                    else:
                        new = np.random.randint(sizes[column]) + 1
                    if new == old or new == 0:
                        continue
                    cost = leaving
                    for at in range(used):
                        place = first[at] + (new - 1) * stride[at]
                        cost += slope[place, 1] + slope[place, 0]
                    if cost < gain:
                        best, gain = new, cost
                if best == old:
                    continue
                for at in range(used):
                    if old > 0:
                        place = first[at] + (old - 1) * stride[at]
                        slope[place, 0] -= 2 * slope[place, 1]
                    if best > 0:
                        place = first[at] + (best - 1) * stride[at]
                        slope[place, 0] += 2 * slope[place, 1]
                codes[row, column] = best


@numba.njit(cache=True)
def _shared(codes, row, column, here, present, sizes, length, singles, pairs, triples, first, stride):  # type: ignore[no-untyped-def]
    """All places that a row's cell counts in: the place of the column's first value, and the step to its next."""
    first[0], stride[0] = singles[column], 1
    used = 1
    if length < 2:
        return used
    size = sizes[column]
    for x in range(present):
        i = here[x]
        a = codes[row, i] - 1
        if i < column:
            first[used], stride[used] = pairs[i, column] + a * size, 1
        else:
            first[used], stride[used] = pairs[column, i] + a, sizes[i]
        used += 1
        if length < 3:
            continue
        for y in range(x + 1, present):
            j = here[y]
            b = codes[row, j] - 1
            if column < i:
                first[used] = triples[column, i, j] + a * sizes[j] + b
                stride[used] = sizes[i] * sizes[j]
            elif column < j:
                first[used] = triples[i, column, j] + a * size * sizes[j] + b
                stride[used] = sizes[j]
            else:
                first[used] = triples[i, j, column] + (a * sizes[j] + b) * size
                stride[used] = 1
            used += 1
    return used
