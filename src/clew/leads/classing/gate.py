"""The fairness gate: what must have been measured, and may not be exceeded, before a person can enable a model.

It fails closed: what could not be measured counts as too much.
"""

from __future__ import annotations

from dataclasses import dataclass

from clew.leads.classing.measuring import DIMENSIONS, OTHERS, SMALLEST, Measurement

BOUND = 0.05
"""Highest upper 95% limit of the share of independent workers who are flagged."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model may be enabled; every reason why not, in words."""

    reasons: tuple[str, ...]

    @property
    def open(self) -> bool:
        return not self.reasons


def judge_model(measured: Measurement | None, *, bound: float = BOUND, fits: str = "") -> Verdict:
    """All reasons against enabling. `fits` says why the measurement does not speak for the data at hand, if it does not."""
    if measured is None:
        return Verdict(("nothing was measured on answers that the model did not learn from",))
    reasons = [fits] if fits else []
    low, high = measured.wrong_flags.interval
    if not measured.wrong_flags.whole:
        reasons.append("wrong flags on independent workers could not be measured: none was among the held-out answers")
    elif high > bound:
        reasons.append(
            f"wrong flags on independent workers: {measured.wrong_flags}; the upper limit may be at most {bound:.1%}"
        )
    for dimension in DIMENSIONS:
        rows = [row for row in measured.groups if row.dimension == dimension]
        known = [row for row in rows if row.answers >= SMALLEST and row.group not in ("not known", OTHERS)]
        if not known:
            reasons.append(f"error rates by {dimension} could not be measured: no known group has {SMALLEST} answers")
        for row in known:
            low, _ = row.wrong_flags.interval
            if row.wrong_flags.whole and low > bound:
                reasons.append(
                    f"wrong flags by {dimension} {row.group}: {row.wrong_flags}; above {bound:.1%} for certain"
                )
    if measured.calibration_error is None or not measured.coverage:
        reasons.append("calibration and coverage could not be measured")
    return Verdict(tuple(reasons))
