"""Compiles the kernels of model fitting ahead of time: `python -m clew.insight.population.warm`."""

from __future__ import annotations

import numpy as np

from clew.insight.population.fitting import Candidates, fit


def warm() -> None:
    """Fits the same small table once with each kernel; what it compiles stays on disk."""
    counts = np.array([0, 4, 3, 2, 5, 1, 1, 1])
    fit(counts, (1, 2, 4))
    Candidates([(1, 2, 4), (1, 2, 4, 3)]).best(counts)


if __name__ == "__main__":
    warm()
