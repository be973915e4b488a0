"""Counts of values, pairs and triples with noise: each step asks only of what the step before found to be there.

A row counts once in each combination of its values, times the combination's level, a small whole number: the higher, the
less noise in persons. Few rows hold a rare value, so that asking rare combinations at a high level and frequent ones at a
low one costs little and evens out relative error. What one row can move is bounded: rows whose levels, squared and added,
exceed a cap (chosen by a private histogram so that few do) count less in each combination, so that the sum of squares
stays the cap. Missing is no value: sparse tables are counted far more exactly this way than by asking for whole marginals,
whose noise grows with the number of columns, filled or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from clew.publish.synthesis.accounting import Account
from clew.publish.synthesis.cells import Cells, Codes, Counts, Floats, Levels, counted, squares
from clew.publish.synthesis.noise import LARGEST_VARIANCE, discrete_gaussian

UNIT = 8
"""A row counts in eighths, so that weights are whole numbers and the noise exact."""
ROWS, LENGTHS, CAP = 0.005, 0.005, 0.003
"""Shares of the budget: the number of rows, that of values in a row, and each cap."""
_COVERED = 0.97
_BEYOND = (0.03, 0.04, 0.06)
"""The share of rows that may count less, by length."""
_LEAST = (1.0, 0.0, 0.0)
"""By length, how much of what a row of many values moves of which one is rare a cap must hold: rows of rare values would
count less otherwise, and the rare be too few. For pairs the noise would cost more than it."""
_STEP = 1.25
"""Width of a bin of the histograms that caps are taken from."""


@dataclass(frozen=True, slots=True)
class Noisy:
    """Noisy counts in persons, and the standard deviation of their noise; 0 and infinity where nothing was asked."""

    counts: Floats
    sigmas: Floats

    def joined(self, other: Noisy) -> Noisy:
        """Both answers about the same counts as one, by inverse variance."""
        mine, theirs = self.sigmas**-2.0, other.sigmas**-2.0
        total = mine + theirs
        with np.errstate(divide="ignore", invalid="ignore"):
            counts = np.where(total > 0, (mine * self.counts + theirs * other.counts) / total, 0.0)
            return Noisy(counts, total**-0.5)


@dataclass(slots=True)
class Meter:
    """Asks the table and pays from the account; nothing else reads the rows."""

    codes: Codes
    account: Account
    most: int = 0

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
        lengths = np.where(noisy > 2.5 * variance**0.5, noisy, 0).astype(float)
        total = lengths.sum()
        covered = int(np.searchsorted(lengths.cumsum(), _COVERED * total)) if total else columns
        self.most = max(min(columns, length), min(covered, columns))
        return self.most

    def ask(self, step: str, cells: Cells, way: int, levels: Levels, share: float) -> Noisy:
        """Counts of one length with noise, at the places whose level is not 0; pays `share` and the cap's."""
        moved = squares(self.codes, cells, way, levels)
        cap, lost = self._cap(
            step,
            moved,
            _largest(self.codes.shape[1], way, levels),
            _BEYOND[way - 1],
            _LEAST[way - 1] * self._one_rare(way, levels),
        )
        if UNIT * UNIT * cap > 2 * share * self.account.total * LARGEST_VARIANCE:
            levels = np.minimum(levels, 1)  # too little is left for levels; their cap is paid, and serves here too
            moved = squares(self.codes, cells, way, levels)
        weights = weights_of(moved, cap)
        variance = self.account.variance(step, UNIT * UNIT * cap, share)
        places = np.flatnonzero(levels)
        counts, sigmas = np.zeros(cells.number), np.full(cells.number, np.inf)
        true = counted(self.codes, cells, way, levels, weights)[places]
        scale = lost / (UNIT * levels[places].astype(float))
        counts[places] = (true + discrete_gaussian(len(places), variance)) * scale
        sigmas[places] = variance**0.5 * scale
        return Noisy(counts, sigmas)

    def _one_rare(self, way: int, levels: Levels) -> int:
        """What a row of many values moves of which one is rare: its combinations at the highest level, the others at 1."""
        mine = math.comb(max(self.most, 1) - 1, way - 1)
        return mine * int(levels.max(initial=1)) ** 2 + math.comb(self.most, way) - mine

    def _cap(self, step: str, moved: Counts, largest: int, beyond: float, least: float) -> tuple[int, float]:
        """What nearly all rows move at most, by a noisy histogram, and the factor that makes up for those that move more."""
        edges = _edges(largest)
        variance = self.account.variance(f"cap of {step}", 1, CAP)
        found = np.bincount(np.searchsorted(edges, moved), minlength=len(edges))
        noisy = found + discrete_gaussian(len(edges), variance)
        above = np.concatenate([np.cumsum(noisy[::-1])[::-1][1:], [0]])
        slack = 2 * (variance * np.arange(len(edges))[::-1]) ** 0.5
        fits = (above <= np.maximum(beyond * max(0, noisy.sum()), slack)) & (edges >= min(least, largest))
        cap = int(edges[np.argmax(fits)])
        solid = np.where(noisy > 2.5 * variance**0.5, noisy, 0)
        middle = edges / _STEP**0.5
        every, kept = (
            (solid * middle).sum(),
            (solid * middle * np.sqrt(np.minimum(1, cap / np.maximum(middle, 1)))).sum(),
        )
        return cap, float(every / kept) if kept else 1.0


def weights_of(moved: Counts, cap: int) -> Counts:
    """In eighths, what each row counts, so that it moves the cap at most."""
    return np.asarray(np.minimum(UNIT, np.floor(UNIT * np.sqrt(cap / np.maximum(moved, 1)))), dtype=np.int64)


def threshold(columns: int, sigmas: Floats, delta: float) -> Floats:
    """The noisy count, in persons, that a value of one person alone exceeds with probability delta at most.

    A row may bring a new value in every column, each counted once at most; the tail of the discrete Gaussian is below that
    of the normal one a step earlier (Canonne, Kamath and Steinke 2020, proposition 25).
    """
    return np.asarray(1 + 1 / UNIT + NormalDist().inv_cdf(1 - delta / columns) * sigmas)


def _largest(columns: int, way: int, levels: npt.NDArray[np.uint8]) -> int:
    """What any row at all might move."""
    return max(1, math.comb(columns, way)) * max(1, int(levels.max(initial=1))) ** 2


def _edges(largest: int) -> Counts:
    """Upper edges of bins, the last at the largest."""
    steps = np.ceil(_STEP ** np.arange(1 + math.ceil(math.log(max(largest, 2), _STEP))))
    return np.unique(np.minimum(np.concatenate([steps, [largest]]), largest)).astype(np.int64)
