"""Cells that do not fit the rest of their row, and rows that stand there too often.

A doubt is a question to the contributor, never a correction: rare is not false. Both use the mixture of `low_rank`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clew.insight.completion.coded import Coded
from clew.insight.completion.low_rank import Mixture

DOUBTS = pa.schema(
    [
        ("row", pa.int64()),  # 1 is the first row of the table
        ("column", pa.string()),  # empty where the whole row is doubted
        ("doubt", pa.string()),  # unlike the rest of the row, or repeated too often
        ("chance", pa.float64()),  # of what is recorded, given the others; of so many repeats
    ]
)
_REPEATS = 0.01
"""Chance, over the whole table, at which repeated rows are named."""


def doubts(table: Coded, mixtures: list[Mixture], *, threshold: float) -> pa.Table:
    """The recorded cells whose chance given the rest of their row is below `threshold`, and repeated rows, as DOUBTS."""
    hot = table.one_hot(table.codes)
    chance = np.mean([_cell_chances(table, mixture, hot) for mixture in mixtures], axis=0)
    rows, columns = np.nonzero((table.codes >= 0) & (chance < threshold))
    order = np.lexsort((columns, rows, chance[rows, columns]))
    cells = [
        (int(rows[i]) + 1, table.columns[columns[i]], "unlike the rest of the row", float(chance[rows[i], columns[i]]))
        for i in order
    ]
    found = cells + _repeated(table, mixtures, hot)
    return pa.table({name: [cell[at] for cell in found] for at, name in enumerate(DOUBTS.names)}, schema=DOUBTS)


def _cell_chances(table: Coded, mixture: Mixture, hot: NDArray[Any]) -> NDArray[Any]:
    """The chance of each recorded cell given the others: the membership without the cell is the one with it, divided by it."""
    membership, chances = mixture.memberships(hot), np.exp(mixture.values)
    out = np.ones(table.codes.shape)
    for column, (first, last) in enumerate(zip(table.starts[:-1], table.starts[1:], strict=True)):
        recorded = np.flatnonzero(table.codes[:, column] >= 0)
        of_cell = chances[:, first:last][:, table.codes[recorded, column]].T
        out[recorded, column] = 1 / (membership[recorded] / of_cell).sum(axis=1)
    return out


def _repeated(table: Coded, mixtures: list[Mixture], hot: NDArray[Any]) -> list[tuple[int, str, str, float]]:
    """Rows equal in every column, more often than the mixture expects; the first of them stands for all."""
    from scipy.stats import poisson

    _, first, which, counts = np.unique(table.codes, axis=0, return_index=True, return_inverse=True, return_counts=True)
    diverse = [kept for mixture in mixtures if (kept := _diverse(mixture, hot, which.ravel())) is not None]
    many = counts > 1
    if not many.any() or not diverse:
        return []
    first, counts = first[many], counts[many]
    expected = len(hot) * np.mean([np.exp(mixture.likelihood(hot[first])) for mixture in diverse], axis=0)
    chance = np.minimum(poisson.sf(counts - 1, expected) * len(table.codes), 1)
    return [
        (int(first[i]) + 1, "", f"the same row {counts[i]} times", float(chance[i]))
        for i in np.argsort(chance, kind="stable")
        if chance[i] < _REPEATS
    ]


def _diverse(mixture: Mixture, hot: NDArray[Any], which: NDArray[Any]) -> Mixture | None:
    """The mixture without classes that are one row over and over; None where most rows are in such classes.

    Those classes were taught by the repeats that are to be judged. In a table of few columns all are so, and repeats are no wonder.
    """
    member = mixture.memberships(hot).argmax(axis=1)
    rows = np.bincount(member, minlength=len(mixture.classes))
    distinct = np.bincount(np.unique(np.column_stack([member, which]), axis=0)[:, 0], minlength=len(rows))
    kept = distinct > rows / 2
    if rows[kept].sum() < len(hot) / 2:
        return None
    return Mixture(mixture.classes[kept], mixture.values[kept])
