"""How often an attack was right, beyond what it would be right about persons whose data it never saw: with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Report = dict[str, Any]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """Successes among attempts, as a share of `of` persons each: 1 unless one attempt reaches only some of them."""

    successes: int
    attempts: int
    scale: float = 1.0

    def wilson(self, z: float) -> tuple[float, float]:
        """Centre and half-width of Wilson's score interval."""
        n, share = self.attempts, self.successes / self.attempts
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return self.scale * centre, self.scale * half

    @property
    def share(self) -> float:
        return min(1.0, self.scale * self.successes / self.attempts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What an attack gains on persons in the data over persons who are not in it.

    `risk` is (r - c) / (1 - c), of success rates r on the original and c on the control (Giomi et al. 2023, section 4): 0 where
    the release tells nothing of a person beyond what it tells of everybody, 1 where it gives everybody away.
    """

    main: Rate
    control: Rate
    baseline: float | None
    """The share that guessing would get right; None where nobody can guess."""
    risk: float
    low: float
    high: float

    def report(self) -> Report:
        return {
            "risk": round(self.risk, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "attacks": self.main.attempts,
            "success_rate": round(self.main.share, 4),
            "control_attacks": self.control.attempts,
            "control_success_rate": round(self.control.share, 4),
            "guessing": None if self.baseline is None else round(self.baseline, 4),
        }


def risk_of(main: Rate, control: Rate, *, baseline: float | None = None, tests: int = 1) -> Risk:
    """The risk with its 95% interval, wider where it is the largest of several `tests` (Bonferroni).

    The estimate is of the plain shares, the interval of Wilson's, carried through the quotient at first order.

    >>> found = risk_of(Rate(900, 1000), Rate(100, 1000))
    >>> round(found.risk, 2), found.low > 0.8, found.high < 0.95
    (0.89, True, True)
    """
    z = NormalDist().inv_cdf(1 - 0.025 / tests)
    (r, dr), (c, dc) = main.wilson(z), control.wilson(z)
    c = min(c, 1 - 1e-9)
    centre = (r - c) / (1 - c)
    half = math.hypot(dr / (1 - c), dc * (1 - r) / (1 - c) ** 2)
    plain = (main.share - control.share) / (1 - control.share) if control.share < 1 else 0.0
    return Risk(
        main=main,
        control=control,
        baseline=baseline,
        risk=_bounded(plain),
        low=_bounded(min(centre - half, plain)),
        high=_bounded(max(centre + half, plain)),
    )


def _bounded(value: float) -> float:
    return min(1.0, max(0.0, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """How well a score tells members from others: the area under the curve, 0.5 for not at all, with its 95% interval."""

    auc: float
    low: float
    high: float
    members: int
    others: int
    found_at_one_percent: float
    """Share of members found where one in a hundred others is taken for one."""

    def report(self) -> Report:
        return {
            "auc": round(self.auc, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "members": self.members,
            "others": self.others,
            "found_at_one_percent": round(self.found_at_one_percent, 4),
        }


def separation(members: Scores, others: Scores) -> Separation:
    """Of scores that are higher for likelier members; the interval is DeLong's (1988).

    >>> import numpy as np
    >>> round(separation(np.arange(50.0), np.arange(50.0)).auc, 3)
    0.5
    """
    m, n = len(members), len(others)
    above = _above(members, others)
    below = 1 - _above(others, members)
    auc = float(above.mean())
    variance = float(above.var(ddof=1) / m + below.var(ddof=1) / n) if min(m, n) > 1 else 0.25
    half = NormalDist().inv_cdf(0.975) * math.sqrt(variance)
    threshold = np.quantile(others, 0.99, method="higher")
    return Separation(
        auc=auc,
        low=max(0.0, auc - half),
        high=min(1.0, auc + half),
        members=m,
        others=n,
        found_at_one_percent=float((members > threshold).mean()),
    )


def _above(scores: Scores, than: Scores) -> Scores:
    """For each score the share of others below it, ties as a half."""
    ordered = np.sort(than)
    left, right = np.searchsorted(ordered, scores, "left"), np.searchsorted(ordered, scores, "right")
    return np.asarray((left + right) / (2 * len(than)))
