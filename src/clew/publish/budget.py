"""A dataset owns its privacy budget; releases spend it; a spent one refuses."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from clew.safeguards.errors import Blocked, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a dataset may still give away, in epsilon. Releases of one dataset add up (sequential composition).

    >>> Budget(dataset="cases", total_epsilon=8, spent=4).spend(4).left
    0.0
    """

    dataset: str
    total_epsilon: float
    spent: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.total_epsilon) and self.total_epsilon > 0):
            raise UsageError("budget: the total epsilon must be a number above 0")
        if not (math.isfinite(self.spent) and self.spent >= 0):
            raise UsageError("budget: what is spent must be 0 or more")

    @property
    def left(self) -> float:
        return max(0.0, float(self.total_epsilon - self.spent))

    def spend(self, epsilon: float) -> Budget:
        """The budget after a release; raises Blocked, and spends nothing, where it does not suffice."""
        if not (math.isfinite(epsilon) and epsilon >= 0):
            raise UsageError("budget: epsilon must be 0 or more")
        if epsilon > self.left + 1e-9:
            raise Blocked(
                f"budget: {self.dataset} has {self.left:g} of epsilon left; this release asks for {epsilon:g}"
            )
        return replace(self, spent=self.spent + epsilon)
