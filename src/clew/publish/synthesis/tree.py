"""First rows from a tree of pairs: each column is drawn given the one that tells most of it (Chow and Liu 1968).

The tree is a junction tree of cliques of two, built from noisy counts alone. Rows are dealt, not drawn: each value gets
its whole share of the rows, and chance decides on the remainder only, so that no sampling error is added.
"""

from __future__ import annotations

import numpy as np

from clew.publish.synthesis.cells import Cells, Codes, Floats

Joint = Floats


def tree_rows(cells: Cells, counts: Floats, rows: int, rng: np.random.Generator) -> Codes:
    """Rows whose counts of pairs along the tree are those given; missing is what values leave of the rows."""
    columns = len(cells.sizes)
    codes = np.zeros((rows, columns), dtype=np.int32)
    for column, parent in _order(cells, counts, rows):
        if parent is None:
            codes[:, column] = _dealt(_single(cells, counts, column, rows), rows, rng)
            continue
        joint = joint_of(cells, counts, rows, parent, column)
        for code in range(len(joint)):
            mine = np.flatnonzero(codes[:, parent] == code)
            if len(mine):
                codes[mine, column] = _dealt(joint[code], len(mine), rng)
    return codes


def joint_of(cells: Cells, counts: Floats, rows: int, first: int, second: int) -> Joint:
    """Counts of two columns with missing as code 0, not negative."""
    i, j = min(first, second), max(first, second)
    shape = int(cells.sizes[i]), int(cells.sizes[j])
    joint = np.zeros((shape[0] + 1, shape[1] + 1))
    at = int(cells.pairs[i, j])
    joint[1:, 1:] = counts[at : at + shape[0] * shape[1]].reshape(shape)
    one, two = _single(cells, counts, i, rows), _single(cells, counts, j, rows)
    joint[1:, 0] = (one[1:] - joint[1:, 1:].sum(1)).clip(0)
    joint[0, 1:] = (two[1:] - joint[1:, 1:].sum(0)).clip(0)
    joint[0, 0] = max(0.0, rows - joint.sum())
    return joint if first < second else joint.T


def _single(cells: Cells, counts: Floats, column: int, rows: int) -> Floats:
    at = int(cells.singles[column])
    values = counts[at : at + int(cells.sizes[column])].clip(0)
    return np.concatenate([[max(0.0, rows - values.sum())], values])


def _order(cells: Cells, counts: Floats, rows: int) -> list[tuple[int, int | None]]:
    """Columns after their parents, along the spanning tree of most mutual information (Prim)."""
    columns = len(cells.sizes)
    told = np.zeros((columns, columns))
    if cells.length >= 2:
        for i in range(columns):
            for j in range(i + 1, columns):
                told[i, j] = told[j, i] = _information(joint_of(cells, counts, rows, i, j))
    order: list[tuple[int, int | None]] = [(0, None)]
    best, parent = told[0].copy(), np.zeros(columns, dtype=np.int64)
    best[0] = -1
    for _ in range(columns - 1):
        column = int(best.argmax())
        order.append((column, int(parent[column]) if cells.length >= 2 else None))
        nearer = (told[column] > best) & (best >= 0)
        best[nearer], parent[nearer] = told[column][nearer], column
        best[column] = -1
    return order


def _information(joint: Joint) -> float:
    share = joint / max(joint.sum(), 1e-9)
    apart = share.sum(1, keepdims=True) * share.sum(0)
    filled = share > 0
    return max(0.0, float((share[filled] * np.log(share[filled] / apart[filled])).sum()))


def _dealt(weights: Floats, rows: int, rng: np.random.Generator) -> Codes:
    """Codes in the shares of the weights, in an order of chance; the remainder by systematic sampling."""
    total = weights.sum()
    shares = weights / total if total > 0 else np.eye(1, len(weights))[0]
    edges = np.floor(np.cumsum(shares * rows) + rng.random()).astype(np.int64)
    edges[-1] = rows
    counts = np.diff(edges.clip(0, rows), prepend=0)
    codes = np.repeat(np.arange(len(weights), dtype=np.int32), counts)
    rng.shuffle(codes)
    return codes
