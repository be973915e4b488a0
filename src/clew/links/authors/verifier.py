"""The verifier: a linear rule with shipped weights that turns a pair's evidence into a probability of one hand.

`weights.json` says what it was fitted on and how it was calibrated: see `bench/authors_fit.py`, which writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from clew.links.authors.habits import HABITS
from clew.links.authors.pairs import COUNT, EVIDENCE

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verifier:
    """`points` of a pair are `evidence @ weights + constant`; `steps` are the isotonic curve from points to probability."""

    weights: Reals
    constant: float
    steps: tuple[Reals, Reals]
    slack: float
    """How far below the cut the mean between two groups may lie."""
    copies: float
    """Share of pairs of copies within one unit that one hand posted, among held-out invented authors."""
    prior: Reals
    """Beta of each habit's rate in the invented world, for two texts without a file around them."""
    fitted_on: str

    def points(self, evidence: Reals) -> Reals:
        result: Reals = evidence @ self.weights + self.constant
        return result

    def probability(self, points: Reals) -> Reals:
        """Calibrated on held-out authors of the invented world; between its steps straight lines."""
        result: Reals = np.interp(points, *self.steps)
        return result


@cache
def shipped() -> Verifier:
    """The verifier that comes with clew."""
    text = (resources.files("clew.links.authors") / "weights.json").read_text(encoding="utf-8")
    read = json.loads(text)
    weights = np.array([read["weights"][name] for name in EVIDENCE])
    assert len(weights) == COUNT
    steps = np.array(read["points"]), np.array(read["probability"])
    return Verifier(
        weights,
        float(read["constant"]),
        steps,
        float(read["slack"]),
        float(read["copies"]),
        _prior(read),
        read["fitted_on"],
    )


def _prior(read: dict[str, dict[str, list[float]]]) -> Reals:
    return np.array([read["habits"][habit.name] for habit in HABITS])
