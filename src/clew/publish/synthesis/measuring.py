"""Counts of values, pairs and triples with noise: each step asks only of what the step before found to be there.

A row counts once in each combination of its values. What one row can move is bounded by its number of values: rows of more
than `most` values, a number chosen by a private histogram, count with less than one in each combination, so that the sum
of squares stays what a row of `most` values has. Sparse tables are counted far more exactly this way than by asking for
whole marginals, whose noise grows with the number of columns, filled or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from clew.publish.synthesis.accounting import Account
from clew.publish.synthesis.cells import Codes, Counts, Floats, combinations_of
from clew.publish.synthesis.noise import discrete_gaussian

UNIT = 8
"""A row counts in eighths, so that weights are whole numbers and the noise exact."""
ROWS, LENGTHS, VALUES = 0.005, 0.005, 0.25
"""Shares of the budget."""
_PAIRS_BESIDE_TRIPLES = 0.36
_NEARLY_ALL = 1 - 1e-9
_COVERED = 0.97


@dataclass(frozen=True, slots=True)
class Noisy:
    """Noisy counts in persons, and the standard deviation of their noise."""

    counts: Floats
    sigma: float


@dataclass(slots=True)
class Meter:
    """Asks the table and pays from the account; nothing else reads the rows."""

    codes: Codes
    account: Account
    most: int = 0
    lengths: Floats | None = None

    def rows(self) -> int:
        """The noisy number of rows, at least 0."""
        variance = self.account.variance("number of rows", 1, ROWS)
        return max(0, len(self.codes) + int(discrete_gaussian(1, variance)[0]))

    def choose_most(self, length: int) -> int:
        """The number of values that nearly all rows do not exceed, by a noisy histogram."""
        columns = self.codes.shape[1]
        variance = self.account.variance("values in a row", 1, LENGTHS)
        found = np.bincount((self.codes > 0).sum(1), minlength=columns + 1)
        noisy = found + discrete_gaussian(columns + 1, variance)
        self.lengths = np.where(noisy > 2.5 * variance**0.5, noisy, 0).astype(float)
        total = self.lengths.sum()
        covered = int(np.searchsorted(self.lengths.cumsum(), _COVERED * total)) if total else columns
        self.most = max(min(columns, length), min(covered, columns))
        return self.most

    def weights(self) -> Counts:
        """In eighths, what each row counts in singles, pairs and triples."""
        values = (self.codes > 0).sum(1)
        table = np.array([[self._weight(v, way) for v in range(self.codes.shape[1] + 1)] for way in (1, 2, 3)])
        return np.ascontiguousarray(table[:, values])

    def lost(self, way: int) -> float:
        """By what factor counts of one length are too small, as rows of many values count less."""
        if self.lengths is None or not self.lengths.sum():
            return 1.0
        every = [combinations_of(v, way) * rows for v, rows in enumerate(self.lengths)]
        kept = [combinations_of(v, way) * rows * self._weight(v, way) / UNIT for v, rows in enumerate(self.lengths)]
        return sum(every) / sum(kept) if sum(kept) else 1.0

    def variance(self, way: int, length: int) -> int:
        """Pays for all counts of one length, where `length` is the longest; the variance of their noise, in square eighths."""
        rest = _NEARLY_ALL - ROWS - LENGTHS - VALUES
        pairs = _PAIRS_BESIDE_TRIPLES if length == 3 else rest
        share = {1: VALUES + (rest if length == 1 else 0), 2: pairs, 3: rest - pairs}[way]
        most = max(1, combinations_of(self.most, way))
        return self.account.variance(("values", "pairs", "triples")[way - 1], UNIT * UNIT * most, share)

    def _weight(self, values: int, way: int) -> int:
        most, mine = combinations_of(self.most, way), combinations_of(values, way)
        return UNIT if mine <= most else int(UNIT * (most / mine) ** 0.5)


def noisy(true: Counts, asked: npt.NDArray[np.bool_], variance: int) -> Noisy:
    """Counts in eighths into noisy counts in persons; what is not asked stays 0."""
    counts = np.zeros(len(true))
    places = np.flatnonzero(asked)
    counts[places] = (true[places] + discrete_gaussian(len(places), variance)) / UNIT
    return Noisy(counts, variance**0.5 / UNIT)


def threshold(columns: int, variance: int, delta: float) -> float:
    """The noisy count, in persons, that a value of one person alone exceeds with probability delta at most.

    A row may bring a new value in every column, each counted once; the tail of the discrete Gaussian is below that of the
    normal one a step earlier (Canonne, Kamath and Steinke 2020, proposition 25).
    """
    return float(UNIT + 1 + NormalDist().inv_cdf(1 - delta / columns) * variance**0.5) / UNIT
