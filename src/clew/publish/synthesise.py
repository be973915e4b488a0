"""Differentially private synthesis: invented rows whose counts are near the true ones, and that are nobody's.

The method is aggregate-seeded synthesis by pac-synth (MIT; after "Differentially Private Marginals", Microsoft 2022):
noisy counts of combinations of up to `length` values above a threshold, then rows sampled from them. Noise comes from
the operating system's randomness and cannot be seeded. The unit of privacy is the row: one row must be one person.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from pacsynth import (
    AccuracyMode,
    Dataset,
    DpAggregateSeededParametersBuilder,
    DpAggregateSeededSynthesizer,
    FabricationMode,
)

from clew.publish.columns import Column, aligned, bare, coded
from clew.publish.disclosure import NOTICE, Report, compare
from clew.publish.identifiers import without_identifiers
from clew.publish.types import Guarantee, Method, Releasable, _releasable
from clew.safeguards.errors import Blocked, UnreadableInput, UsageError

MOST_EPSILON = 20.0
"""Above this the promise means next to nothing, and is refused."""
MOST_COMBINATIONS = 200_000_000
"""Of values in all rows; more do not fit in the memory of a small machine."""
_FEWEST = 10.0
"""Least number of rows, in units of the noise on that number: below, the noise could make it negative."""
AGGREGATES = pa.schema([("length", pa.int8()), ("combination", pa.string()), ("count", pa.int64())])
_DELIMITER = "|"


@dataclass(frozen=True, slots=True)
class Synthesised:
    """Invented rows and noisy counts that may leave, and the report of what they cost, which may not."""

    release: Releasable[pa.Table]
    aggregates: Releasable[pa.Table]
    """`AGGREGATES`: the private counts that the rows were made from; combination is JSON, column to value."""
    report: Report = field(repr=False)

    @property
    def table(self) -> pa.Table:
        return self.release.value


def synthesise(
    table: pa.Table,
    *,
    epsilon: float = 4.0,
    delta: float | None = None,
    drop: Sequence[str] = (),
    length: int = 2,
    factor: float = 2.0,
) -> Synthesised:
    """Invented rows in the same columns, (epsilon, delta)-differentially private by row, with a report.

    As many rows come out as the noisy number of rows says. `delta` is 1 / n^1.5 for n rows unless given. Combinations
    of up to `length` values are counted and kept: with 3, triples are nearer the truth and single values farther.
    Missing is no value: it is not counted, and the engine may leave a cell empty where none was. Raises UsageError for
    a parameter out of range, an identifying column or too many columns, Blocked where nothing survives the noise.
    """
    rows = table.num_rows
    if not rows:
        raise UnreadableInput("synthesise: the table has no rows")
    table = bare(without_identifiers(table, drop))
    delta = _check(rows, epsilon, delta, length)
    columns = coded(table)
    _fits(columns, length)
    synthesizer = _fitted(columns, epsilon, delta, length)
    protected = int(synthesizer.get_dp_number_of_records())
    out = _decoded(synthesizer.sample(protected) if protected > 0 else [], columns, table.schema)
    if not out.num_rows:
        raise Blocked("synthesise: nothing survives the noise; the table is too small for this epsilon")
    words = f"epsilon = {epsilon:g}, delta = {delta:.3g}, by row"
    guarantee = Guarantee(method=Method.SYNTHESISE, words=words, epsilon=epsilon, delta=delta)
    report = {
        "notice": NOTICE,
        "method": Method.SYNTHESISE.value,
        "engine": "pac-synth, aggregate-seeded",
        "guarantee": words,
        "epsilon": epsilon,
        "delta": delta,
        "length": length,
        "dropped_columns": list(drop),
        "rows": {"in": rows, "out": out.num_rows, "protected": protected},
        **compare(*aligned(table, out), factor=factor),
    }
    counts = _aggregates(synthesizer.get_dp_aggregates(_DELIMITER), columns)
    return Synthesised(_releasable(out, guarantee), _releasable(counts, guarantee), report)


def _check(rows: int, epsilon: float, delta: float | None, length: int) -> float:
    if isinstance(epsilon, bool) or not math.isfinite(epsilon) or not 0 < epsilon <= MOST_EPSILON:
        raise UsageError(f"epsilon must be above 0 and at most {MOST_EPSILON:g}")
    if not 1 <= length <= 4:
        raise UsageError("length must be between 1 and 4")
    if rows * epsilon * _for_number(rows, epsilon) < _FEWEST:
        needed = math.ceil(_FEWEST / (epsilon * _for_number(1, epsilon)))
        raise UsageError(f"synthesise: {rows} rows are too few for epsilon {epsilon:g}; it needs {needed} or more")
    if delta is None:
        return float(f"1e-{math.ceil(1.5 * math.log10(rows))}")
    if not math.isfinite(delta) or not 0 < delta < 1 / rows:
        raise UsageError("delta must be above 0 and below one in the number of rows")
    return delta


def _for_number(rows: int, epsilon: float) -> float:
    """The share of epsilon that the noisy number of rows takes: more where rows are few."""
    return 0.005 if rows * epsilon * 0.005 > 2 * _FEWEST else 0.05


def _fits(columns: Sequence[Column], length: int) -> None:
    """Refuses a table whose rows hold more combinations of values than can be counted."""
    filled = np.sum([c.codes > 0 for c in columns], axis=0).astype(float)
    total = sum(
        np.prod([(filled - i) / (i + 1) for i in range(size)], axis=0).clip(0).sum() for size in range(1, length + 1)
    )
    if total > MOST_COMBINATIONS:
        raise UsageError(
            f"synthesise: {len(columns)} columns have too many combinations of {length} values; leave columns out with "
            "--drop, or count shorter combinations with --length"
        )


def _fitted(columns: Sequence[Column], epsilon: float, delta: float, length: int) -> DpAggregateSeededSynthesizer:
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
        .number_of_records_epsilon_proportion(_for_number(len(columns[0].codes), epsilon))
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


def _decoded(raw: list[list[str]], columns: Sequence[Column], schema: pa.Schema) -> pa.Table:
    """The engine's rows in the table's own names, values and types."""
    place = {name: index for index, name in enumerate(raw[0])} if raw else {}
    rows = np.array(raw[1:], dtype=object).reshape(max(0, len(raw) - 1), len(place))
    arrays = []
    for index, column in enumerate(columns):
        mine = rows[:, place[f"c{index}"]] if f"c{index}" in place else np.full(len(rows), "", dtype=object)
        codes = np.array([int(word[1:]) if word else 0 for word in mine], dtype=np.int64)
        arrays.append(Column(column.name, codes, column.values).decoded(schema.field(column.name).type))
    return pa.table(arrays, schema=schema)


def _aggregates(counts: dict[str, int], columns: Sequence[Column]) -> pa.Table:
    words = [c.words for c in columns]
    rows = [(key.split(_DELIMITER), count) for key, count in counts.items() if key.startswith("c")]
    named = [json.dumps(dict(_named(parts, columns, words)), ensure_ascii=False) for parts, _ in rows]
    lengths = [len(parts) for parts, _ in rows]
    table = pa.table(
        [pa.array(lengths, pa.int8()), named, pa.array([c for _, c in rows], pa.int64())], schema=AGGREGATES
    )
    return table.sort_by([("length", "ascending"), ("count", "descending"), ("combination", "ascending")])


def _named(parts: Iterable[str], columns: Sequence[Column], words: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    codes = sorted((int(column[1:]), int(value[1:])) for column, _, value in (part.partition(":") for part in parts))
    return [(columns[index].name, words[index][code - 1]) for index, code in codes]
