"""Invented rows from noisy counts: first rows from a junction tree of pairs, as in MST (McKenna et al. 2021), then fitted
to all counts at once. Reads the answers alone, never the table: it spends nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clew.publish.synthesis.asking import Asked, new_codes
from clew.publish.synthesis.cells import Codes
from clew.publish.synthesis.fitting import fitted
from clew.publish.synthesis.tree import tree_rows
from clew.publish.synthesis.zeros import Zero, cleared, places_of, renamed

_NEVER = 1e3
"""The weight of a combination that cannot be."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the fit minds; chosen on invented tables, never on the table at hand."""

    pull: tuple[float, float, float] = (1000.0, 3.0, 1.0)
    """Weight of a wanted count t, by length: pull / (t + 10)."""
    hold: float = 0.5
    """Least weight of the count of a single value."""
    empty: tuple[float, float, float] = (1.0, 4.0, 3.0)
    """Weight of a count that should be none."""
    sure: float = 6.0
    """The less sure it is that a count is none, the less an empty place weighs: by this power of the probability."""
    sweeps: int = 16


def generate(answers: Asked, zeros: Sequence[Zero] = (), tuning: Tuning = Tuning()) -> Codes:
    """Invented rows in the new codes, from the answers alone; none of `zeros` (in new codes) stands in them."""
    cells, wanted = answers.cells, answers.wanted.copy()
    weights = np.zeros(cells.number)
    for way, part in cells.ways():
        pull, empty, hold = tuning.pull[way - 1], tuning.empty[way - 1], tuning.hold if way == 1 else 0.0
        weights[part] = np.where(
            wanted[part] > 0, np.maximum(pull / (wanted[part] + 10), hold), empty * answers.few[part] ** tuning.sure
        )
    never = places_of(zeros, cells)
    wanted[never], weights[never] = 0, _NEVER
    rng = np.random.default_rng(int.from_bytes(os.urandom(16), "big"))
    first = cleared(tree_rows(cells, wanted, answers.rows, rng), zeros)
    rows = fitted(first, cells, wanted, weights, tuning.sweeps)
    return cleared(rows, zeros)


def zeros_left(zeros: Sequence[Zero], answers: Asked, sizes: Sequence[int]) -> list[Zero]:
    """Impossible combinations in the new codes."""
    return renamed(zeros, new_codes(answers.kept, sizes))
