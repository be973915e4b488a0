"""Shares of every value with intervals that count what is not recorded: Rubin's rules over several completions.

Rubin 1987; degrees of freedom of Barnard and Rubin, Biometrika 1999. Intervals are made on the logit scale, so that none
leaves 0 to 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clew.insight.completion.coded import Coded

SHARES = pa.schema(
    [
        ("column", pa.string()),
        ("value", pa.string()),
        ("share", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("recorded_share", pa.float64()),  # among recorded cells alone
        ("not_recorded", pa.float64()),  # share of rows without a value in this column
        ("if_less_often", pa.float64()),  # the share if the odds of this value were divided by `odds` where missing
        ("if_more_often", pa.float64()),  # and if they were multiplied by it
    ]
)


def pooled(
    table: Coded, completions: list[tuple[NDArray[Any], NDArray[Any]]], *, level: float, odds: float
) -> pa.Table:
    """One row a column and value, as SHARES. `odds` is how far what is not recorded may differ from what is expected."""
    rows, counted = len(table.codes), np.stack([table.one_hot(codes).mean(axis=0) for codes, _ in completions])
    share = counted.mean(axis=0)
    low, high = _interval(counted, rows, level)
    chances = np.mean([c for _, c in completions], axis=0)
    out: dict[str, list[Any]] = {name: [] for name in SHARES.names}
    starts = table.starts
    for column, name in enumerate(table.columns):
        gaps = table.codes[:, column] < 0
        seen = table.codes[~gaps, column]
        for value, word in enumerate(table.values[column]):
            at = starts[column] + value
            recorded = float((seen == value).sum())
            expected = chances[gaps, at]
            cells = (
                name, word, share[at], min(low[at], share[at]), max(high[at], share[at]), recorded / max(len(seen), 1),
                gaps.mean(), *(_shifted(recorded, expected, factor, rows) for factor in (1 / odds, odds)),
            )  # fmt: skip
            for key, cell in zip(SHARES.names, cells, strict=True):
                out[key].append(cell)
    return pa.table(
        {k: [round(float(c), 6) if isinstance(c, float | np.floating) else c for c in v] for k, v in out.items()},
        schema=SHARES,
    )


def _interval(counted: NDArray[Any], rows: int, level: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rubin's interval by value; `counted` holds the share in each completion (completions by values)."""
    from scipy.stats import t

    many = len(counted)
    share = np.clip(counted.mean(axis=0), 0.5 / rows, 1 - 0.5 / rows)
    within = share * (1 - share) / rows
    between = (1 + 1 / many) * counted.var(axis=0, ddof=1)
    total = within + between
    lost = between / total
    old = (many - 1) / np.maximum(lost, 1e-9) ** 2
    complete = (rows - 1.0) * (rows / (rows + 2.0)) * (1 - lost)
    freedom = 1 / (1 / old + 1 / np.maximum(complete, 1e-9))
    reach = t.ppf((1 + level) / 2, np.maximum(freedom, 2)) * np.sqrt(total) / (share * (1 - share))
    logit = np.log(share / (1 - share))
    return np.asarray(1 / (1 + np.exp(reach - logit))), np.asarray(1 / (1 + np.exp(-reach - logit)))


def _shifted(recorded: float, expected: NDArray[Any], factor: float, rows: int) -> float:
    """The share if the odds of the value in missing cells were `factor` times those expected (delta adjustment)."""
    moved = factor * expected / (1 - expected + factor * expected)
    return float((recorded + moved.sum()) / rows)
