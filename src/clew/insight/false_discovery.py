"""How many of those that stand out may be chance: Benjamini and Hochberg, JRSS B 1995."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def q_values(p: ArrayLike) -> NDArray[Any]:
    """For each p-value the smallest false-discovery rate at which it stands out.

    >>> q_values([0.01, 0.02, 0.9]).round(2).tolist()
    [0.03, 0.03, 0.9]
    """
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)
    scaled = values[order] * len(values) / np.arange(1, len(values) + 1)
    lowest = np.minimum.accumulate(scaled[::-1])[::-1]
    out = np.empty(len(values))
    out[order] = np.minimum(lowest, 1)
    return out
