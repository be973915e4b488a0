"""The counts beside the rows, each with the interval that its noise leaves: part of the same release."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.publish.columns import Column
from clew.publish.synthesis.asking import Asked

AGGREGATES = pa.schema(
    [
        ("length", pa.int8()),
        ("combination", pa.string()),
        ("count", pa.int64()),
        ("low", pa.int64()),
        ("high", pa.int64()),
        ("measured", pa.int64()),
    ]
)
"""A combination is JSON, column to value. `count` is the best estimate; `measured` is what was counted with noise, from
which 95% intervals [low, high] are taken. The engine pac-synth gives `count` alone."""
_NORMAL_95 = 1.959964


def aggregates(answers: Asked, columns: Sequence[Column]) -> pa.Table:
    """All combinations estimated at one person or more, the shortest and largest first.

    An interval is never below 0.
    """
    cells = answers.cells
    places = np.flatnonzero(np.round(answers.wanted) >= 1)
    way = np.searchsorted(np.array(cells.starts[1:3]), places, side="right")
    measured, half = answers.measured[places], _NORMAL_95 * answers.sigmas[places]
    words = [[c.words[code - 1] for code in kept] for c, kept in zip(columns, answers.kept, strict=True)]
    names = [c.name for c in columns]
    combinations = [
        json.dumps({names[c]: words[c][code - 1] for c, code in zip(which, codes, strict=True)}, ensure_ascii=False)
        for _, which, codes in cells.names(places)
    ]
    table = pa.table(
        [
            pa.array(way + 1, pa.int8()),
            pa.array(combinations, pa.string()),
            _whole(answers.wanted[places]),
            _whole(np.floor(measured - half)),
            _whole(np.ceil(measured + half)),
            _whole(measured),
        ],
        schema=AGGREGATES,
    )
    return in_order(table)


def in_order(table: pa.Table) -> pa.Table:
    return table.sort_by([("length", "ascending"), ("count", "descending"), ("combination", "ascending")])


def _whole(values: npt.NDArray[np.float64]) -> pa.Array:
    return pa.array(np.round(values).clip(0).astype(np.int64))
