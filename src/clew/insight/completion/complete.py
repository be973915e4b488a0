"""Shares of a table with missing values, with intervals, and what they would be if the missing were unlike the rest.

For aggregates alone: what is drawn for a missing cell is never written into a case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clew.insight.completion.chained import chained
from clew.insight.completion.coded import Coded, coded
from clew.insight.completion.doubts import doubts
from clew.insight.completion.low_rank import low_rank, mixtures
from clew.insight.completion.pooled import pooled
from clew.safeguards.errors import UsageError

Completer = Callable[[Coded, int, int], Iterator[tuple[NDArray[Any], NDArray[Any]]]]
METHODS: dict[str, Completer] = {"low-rank": low_rank, "chained": chained}
_WIDEST_CHAIN = 1500
"""One-hot columns beyond which chained equations are refused: each would be fitted on all the others."""


@dataclass(frozen=True, slots=True)
class Completed:
    """`shares` and `doubts` as their schemas; `report` says how it was done and how well recorded cells are told."""

    shares: pa.Table
    doubts: pa.Table
    report: dict[str, Any]


def complete(
    table: pa.Table,
    *,
    method: str = "low-rank",
    draws: int = 20,
    level: float = 0.95,
    odds: float = 2.0,
    doubt: float = 0.005,
    leave_out: Collection[str] = (),
    seed: int = 1,
) -> Completed:
    """Completes the categories of a table `draws` times and pools the shares.

    Values are taken as missing at random given the others; `odds` is how far that may be wrong in the columns if_less_often
    and if_more_often. `doubt` is the chance below which a recorded cell is named. Raises UsageError for options out of range,
    UnreadableInput for a table with nothing to learn from.
    """
    if method not in METHODS:
        raise UsageError(f"--method: choose {' or '.join(METHODS)}")
    if not 2 <= draws <= 200:
        raise UsageError("--draws: from 2 to 200; the doubt is what differs between them")
    if not 0.5 <= level < 1:
        raise UsageError("--level: from 0.5 to below 1")
    if not 1 <= odds <= 100:
        raise UsageError("--odds: from 1 to 100")
    if not 0 < doubt < 0.5:
        raise UsageError("--doubt: above 0 and below 0.5")
    categories = coded(table, leave_out=leave_out)
    if method == "chained" and categories.starts[-1] > _WIDEST_CHAIN:
        raise UsageError(
            f"--method chained: {categories.starts[-1]} values in all; up to {_WIDEST_CHAIN}; use low-rank"
        )
    completions = list(METHODS[method](categories, draws, seed))
    learnt = list(mixtures(categories, 5, np.random.default_rng(seed)))
    return Completed(
        shares=pooled(categories, completions, level=level, odds=odds),
        doubts=doubts(categories, learnt, threshold=doubt),
        report=_report(categories, method, draws, level, odds, seed),
    )


def _report(table: Coded, method: str, draws: int, level: float, odds: float, seed: int) -> dict[str, Any]:
    right, plain, cells = told_again(table, method, seed)
    return {
        "what": "shares with what is not recorded completed; for aggregates only, never a person's file",
        "rows": len(table.codes),
        "columns": list(table.columns),
        "cells_not_recorded": int(table.missing.sum()),
        "method": method,
        "draws": draws,
        "level": level,
        "odds": odds,
        "assumption": "a value is missing by chance given the other columns; if_less_often and if_more_often show how far it matters",
        "recorded_cells_hidden_and_told_again": {
            "cells": cells,
            "right": round(right, 4),
            "right_by_commonest_value": round(plain, 4),
        },
        "seed": seed,
        "notes": list(table.notes),
    }


def told_again(table: Coded, method: str, seed: int) -> tuple[float, float, int]:
    """Hides a tenth of the recorded cells: the share told rightly by the method and by the commonest value, and how many."""
    generator = np.random.default_rng(seed)
    rows, columns = np.nonzero(table.codes >= 0)
    held = generator.choice(len(rows), max(1, min(len(rows) // 10, 20_000)), replace=False)
    rows, columns = rows[held], columns[held]
    codes = table.codes.copy()
    codes[rows, columns] = -1
    hidden = Coded(table.columns, table.values, codes, ())
    chances = np.zeros((len(codes), int(table.starts[-1])))
    for _, drawn in METHODS[method](hidden, 5, seed):
        chances += drawn
    starts = table.starts
    told = np.array([np.argmax(chances[i, starts[j] : starts[j + 1]]) for i, j in zip(rows, columns, strict=True)])
    commonest = np.array([np.bincount(c[c >= 0], minlength=1).argmax() for c in codes.T])
    true = table.codes[rows, columns]
    return float((told == true).mean()), float((commonest[columns] == true).mean()), len(rows)
