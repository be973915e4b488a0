"""What a release spends: zero-concentrated differential privacy, and its exact price in epsilon and delta.

A step that adds discrete Gaussian noise of variance s to counts of L2 sensitivity D spends D^2 / 2s of rho; steps add up,
also where a later one is chosen by what earlier ones gave (Bun and Steinke 2016). rho becomes (epsilon, delta) by
Proposition 12 of Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (2020), at its best alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from clew.publish.synthesis.noise import LARGEST_VARIANCE
from clew.safeguards.errors import UsageError


def delta_of(rho: float, epsilon: float) -> float:
    """The delta for which rho-zCDP is (epsilon, delta)-differentially private; every alpha gives a bound, the least holds.

    >>> round(math.log10(delta_of(0.2, 4.0)), 2)
    -9.28
    """
    alpha = 1 + np.geomspace(1e-4, 1e6, 20_001)
    logs = (alpha - 1) * (alpha * rho - epsilon) - np.log(alpha - 1) + alpha * np.log1p(-1 / alpha)
    return float(math.exp(min(0.0, float(logs.min()))))


def rho_of(epsilon: float, delta: float) -> float:
    """The largest rho (to a millionth, rounded down) that is (epsilon, delta)-differentially private.

    >>> delta_of(rho_of(4.0, 1e-8), 4.0) <= 1e-8 < delta_of(1.001 * rho_of(4.0, 1e-8), 4.0)
    True
    """
    low, high = 0.0, max(4 * epsilon, 1.0)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if delta_of(middle, epsilon) <= delta else (low, middle)
    return low


@dataclass(slots=True)
class Account:
    """A total of rho, what each step spent of it, and nothing beyond it."""

    total: float
    steps: list[tuple[str, float]] = field(default_factory=list)

    @property
    def spent(self) -> float:
        return math.fsum(rho for _, rho in self.steps)

    def variance(self, step: str, sensitivity_squared: int, share: float) -> int:
        """Spends a share of the total on a step, and returns the whole-number variance of its noise, rounded up.

        Raises UsageError where the step would go beyond the total, or where the noise would drown everything.
        """
        variance = math.ceil(sensitivity_squared / (2 * share * self.total))
        if variance > LARGEST_VARIANCE:
            raise UsageError("synthesise: epsilon is too small for a table of this shape; drop columns or raise it")
        rho = sensitivity_squared / (2 * variance)
        if self.spent + rho > self.total * (1 + 1e-12):
            raise UsageError(f"synthesise: {step} would spend more than the release may")
        self.steps.append((step, rho))
        return variance
