"""The second method: aggregate-seeded synthesis by pac-synth (MIT; after "Differentially Private Marginals", 2022).

Noisy counts of combinations of up to `length` values above a threshold, then rows sampled from them. Its accounting is
its own; clew does not check it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from pacsynth import (
    AccuracyMode,
    Dataset,
    DpAggregateSeededParametersBuilder,
    DpAggregateSeededSynthesizer,
    FabricationMode,
)

from clew.publish.columns import Column
from clew.publish.synthesis.aggregates import AGGREGATES, in_order
from clew.publish.synthesis.cells import Codes
from clew.safeguards.errors import Blocked

_DELIMITER = "|"


def pac_synthesised(
    columns: Sequence[Column], *, epsilon: float, delta: float, length: int, of_rows: float
) -> tuple[Codes, pa.Table, int]:
    """Rows in the columns' codes, `AGGREGATES` and the private number of rows; `of_rows` of epsilon goes to that number."""
    synthesizer = _fitted(columns, epsilon, delta, length, of_rows)
    protected = int(synthesizer.get_dp_number_of_records())
    codes = _codes(synthesizer.sample(protected) if protected > 0 else [], len(columns))
    return codes, _aggregates(synthesizer.get_dp_aggregates(_DELIMITER), columns), protected


def _fitted(
    columns: Sequence[Column], epsilon: float, delta: float, length: int, of_rows: float
) -> DpAggregateSeededSynthesizer:
    # Codes stand for names and values: the engine takes "0" for missing and separators for its own.
    words = [np.array(["", *(f"v{code}" for code in range(1, c.size))], dtype=object) for c in columns]
    filled = [word[c.codes].tolist() for word, c in zip(words, columns, strict=True)]
    raw = [[f"c{i}" for i in range(len(columns))], *map(list, zip(*filled, strict=True))]
    parameters = (
        DpAggregateSeededParametersBuilder()
        .reporting_length(length)
        .epsilon(epsilon)
        .delta(delta)
        .percentile_percentage(99)
        .percentile_epsilon_proportion(0.01)
        .number_of_records_epsilon_proportion(of_rows)
        .accuracy_mode(AccuracyMode.balanced())
        .fabrication_mode(FabricationMode.uncontrolled())
        .use_synthetic_counts(True)
        .weight_selection_percentile(95)
        .empty_value("")
        .build()
    )
    synthesizer = DpAggregateSeededSynthesizer(parameters)
    try:
        synthesizer.fit(Dataset(raw))
    except _panics() as error:
        raise Blocked("synthesise: the engine stopped on this table; nothing was released") from error
    return synthesizer


def _panics() -> tuple[type[BaseException], ...]:
    """What the engine raises when it panics: no Exception, and made at its first panic, so that none can import it."""
    known = ("pyo3_runtime", "PanicException")
    return tuple(kind for kind in BaseException.__subclasses__() if (kind.__module__, kind.__qualname__) == known)


def _codes(raw: list[list[str]], columns: int) -> Codes:
    """The engine's rows as codes."""
    place = {name: index for index, name in enumerate(raw[0])} if raw else {}
    rows = np.array(raw[1:], dtype=object).reshape(max(0, len(raw) - 1), len(place))
    out = np.zeros((len(rows), columns), dtype=np.int32)
    for index in range(columns):
        if f"c{index}" in place:
            out[:, index] = [int(word[1:]) if word else 0 for word in rows[:, place[f"c{index}"]]]
    return out


def _aggregates(counts: dict[str, int], columns: Sequence[Column]) -> pa.Table:
    words = [c.words for c in columns]
    rows = [(key.split(_DELIMITER), count) for key, count in counts.items() if key.startswith("c")]
    named = [json.dumps(dict(_named(parts, columns, words)), ensure_ascii=False) for parts, _ in rows]
    lengths = [len(parts) for parts, _ in rows]
    unknown = pa.nulls(len(rows), pa.int64())
    counted = pa.array([c for _, c in rows], pa.int64())
    return in_order(
        pa.table([pa.array(lengths, pa.int8()), named, counted, unknown, unknown, unknown], schema=AGGREGATES)
    )


def _named(parts: Iterable[str], columns: Sequence[Column], words: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    codes = sorted((int(column[1:]), int(value[1:])) for column, _, value in (part.partition(":") for part in parts))
    return [(columns[index].name, words[index][code - 1]) for index, code in codes]
