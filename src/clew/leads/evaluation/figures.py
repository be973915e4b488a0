"""What an evaluation comes to: figures, each with what it was measured on, and what the labels mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from clew.leads.intervals import Share


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `value` is None where it could not be measured, and `note` says why."""

    metric: str
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0
    """Answers it was measured on."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    data: str
    label_means: str
    label_does_not_mean: str
    how: str
    figures: Sequence[Figure]

    def report(self) -> dict[str, Any]:
        return {
            "data": self.data,
            "label_means": self.label_means,
            "label_does_not_mean": self.label_does_not_mean,
            "how": self.how,
            "figures": [
                {"metric": f.metric, "value": f.value, "low": f.low, "high": f.high, "count": f.count, "note": f.note}
                for f in self.figures
            ],
        }

    def table(self) -> pa.Table:
        """data, metric, value, low, high, count, note."""
        return pa.table(
            {
                "data": pa.array([self.data] * len(self.figures), pa.string()),
                "metric": pa.array([f.metric for f in self.figures], pa.string()),
                "value": pa.array([f.value for f in self.figures], pa.float64()),
                "low": pa.array([f.low for f in self.figures], pa.float64()),
                "high": pa.array([f.high for f in self.figures], pa.float64()),
                "count": pa.array([f.count for f in self.figures], pa.int64()),
                "note": pa.array([f.note for f in self.figures], pa.string()),
            }
        )


def of_share(metric: str, share: Share, note: str = "") -> Figure:
    if share.rate is None:
        return Figure(metric, None, count=0, note=note or "not measured: nothing to count")
    low, high = share.interval
    return Figure(metric, share.rate, low, high, share.whole, note)
