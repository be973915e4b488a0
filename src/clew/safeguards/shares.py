"""A share of a count with its 95% interval: how every rate about people is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959963984540054
"""Two-sided 95% quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, with its 95% interval (Wilson 1927). Of nothing, the interval is the whole of 0 to 1.

    >>> [round(end, 3) for end in Share(0, 100).interval]
    [0.0, 0.037]
    """

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """None of nothing: a rate that was not measured is no rate of 0."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        if not self.whole:
            return 0.0, 1.0
        n, rate = self.whole, self.part / self.whole
        squeeze = 1 + Z95**2 / n
        middle = (rate + Z95**2 / (2 * n)) / squeeze
        spread = Z95 / squeeze * math.sqrt(rate * (1 - rate) / n + Z95**2 / (4 * n**2))
        return max(0.0, middle - spread), min(1.0, middle + spread)

    def __str__(self) -> str:
        low, high = self.interval
        if self.rate is None:
            return "not measured"
        return f"{self.part} of {self.whole} ({self.rate:.1%}, 95% interval {low:.1%} to {high:.1%})"
