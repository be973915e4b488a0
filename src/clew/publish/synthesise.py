"""Differentially private synthesis: invented rows whose counts are near the true ones, and that are nobody's.

Two engines. `fitted`, clew's own: values, pairs and triples are counted with discrete Gaussian noise, denoised, and rows
fitted to them (`clew.publish.synthesis`). `pac-synth`: see `synthesis.pac`. Noise comes from the operating system's
randomness and cannot be seeded. The unit of privacy is the row, added or taken away; with `person` it is the person.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa

from clew.publish.columns import Column, aligned, bare, coded, unsaid
from clew.publish.disclosure import NOTICE, Report, compare
from clew.publish.identifiers import without_identifiers
from clew.publish.synthesis.aggregates import AGGREGATES, aggregates
from clew.publish.synthesis.asking import Asked, ask
from clew.publish.synthesis.cells import Codes
from clew.publish.synthesis.domain import Declared, in_domain
from clew.publish.synthesis.making import generate, zeros_left
from clew.publish.synthesis.pac import pac_synthesised
from clew.publish.synthesis.persons import one_row_each
from clew.publish.synthesis.zeros import Combination, Zero, cleared, zeros
from clew.publish.types import Guarantee, Method, Releasable, _releasable
from clew.safeguards.errors import Blocked, MissingColumn, UnreadableInput, UsageError

__all__ = ["AGGREGATES", "Engine", "Synthesised", "synthesise"]

MOST_EPSILON = 20.0
"""Above this the promise means next to nothing, and is refused."""
MOST_COLUMNS = 300
"""Of more columns only single values are counted: the number of pairs of columns grows with the square."""
MOST_COMBINATIONS = 200_000_000
"""Of values in all rows; more do not fit in the memory of a small machine."""
_FEWEST = 10.0
"""Least number of rows, in units of the noise on that number: below, the noise could make it negative."""


class Engine(StrEnum):
    """The two ways of making private rows."""

    FITTED = "fitted"
    PAC_SYNTH = "pac-synth"


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
    length: int | None = None,
    factor: float = 2.0,
    engine: str = Engine.FITTED,
    person: str | None = None,
    domain: Declared | None = None,
    impossible: Sequence[Combination] = (),
) -> Synthesised:
    """Invented rows in the same columns, (epsilon, delta)-differentially private by row, with a report.

    As many rows come out as the noisy number of rows says. `delta` is 1 / n^1.5 for n rows unless given. Combinations
    of up to `length` values are counted and kept; unless given, 3 where the table allows it, and 2 for pac-synth.
    `person` names the column that tells persons apart: one row of chance stands for each, and the promise is by person.
    `domain` declares the values of columns (public, such as a codebook); other columns keep the values that many share.
    No combination of `impossible`, and none that ages and flags of childhood rule out, is produced. Missing is no value:
    it is not counted, and a cell may be left empty where none was. Raises UsageError for a parameter out of range, an
    identifying column or too many columns, Blocked where nothing survives the noise.
    """
    if not table.num_rows:
        raise UnreadableInput("synthesise: the table has no rows")
    if engine not in set(Engine):
        raise UsageError(f"method: one of {', '.join(Engine)} is needed")
    if person is not None:
        table = _by_person(table, person)
    _narrow(table, drop, length)
    table = bare(without_identifiers(table, drop))
    delta = _check(table.num_rows, epsilon, delta, length, engine)
    columns = coded(table)
    empty = unsaid(columns, "synthesise")
    columns = in_domain(columns, domain or {})
    _fits(columns, length or 2)
    never = zeros(columns, impossible)
    if engine == Engine.FITTED:
        declared = [c.name in (domain or {}) for c in columns]
        codes, counts, spent = _fitted(columns, declared, never, epsilon, delta, length)
    else:
        share = _for_number(table.num_rows, epsilon)
        codes, counts, protected = pac_synthesised(
            columns, epsilon=epsilon, delta=delta, length=length or 2, of_rows=share
        )
        codes, spent = cleared(codes, never), {"rows_protected": protected, "length": length or 2}
    out = _decoded(codes, columns, table.schema)
    if not out.num_rows:
        raise Blocked("synthesise: nothing survives the noise; the table is too small for this epsilon")
    words = f"epsilon = {epsilon:g}, delta = {delta:.3g}, by {'row' if person is None else 'person'}"
    guarantee = Guarantee(method=Method.SYNTHESISE, words=words, epsilon=epsilon, delta=delta)
    report = {
        "notice": NOTICE,
        "method": Method.SYNTHESISE.value,
        "engine": str(engine),
        "guarantee": words,
        "epsilon": epsilon,
        "delta": delta,
        "person_column": person,
        "dropped_columns": list(drop),
        "empty_columns": empty,
        "declared_columns": sorted(domain or {}),
        "impossible_combinations": len(never),
        "rows": {"in": table.num_rows, "out": out.num_rows},
        **spent,
        **compare(*aligned(table, out), factor=factor),
    }
    return Synthesised(_releasable(out, guarantee), _releasable(counts, guarantee), report)


def _fitted(
    columns: Sequence[Column],
    declared: Sequence[bool],
    never: Sequence[Zero],
    epsilon: float,
    delta: float,
    length: int | None,
) -> tuple[Codes, pa.Table, Mapping[str, Any]]:
    """Rows in the columns' codes, the counts beside them, and what was spent on what."""
    codes = np.column_stack([c.codes for c in columns]).astype(np.int32)
    sizes = [c.size - 1 for c in columns]
    answers = ask(codes, sizes, declared, epsilon=epsilon, delta=delta, length=length)
    rows = generate(answers, zeros_left(never, answers, sizes))
    for column, kept in enumerate(answers.kept):
        rows[:, column] = np.concatenate([[0], kept])[rows[:, column]]
    return rows, aggregates(answers, columns), _spent(answers)


def _spent(answers: Asked) -> Mapping[str, Any]:
    return {
        "length": answers.cells.length,
        "rho": answers.account.total,
        "spent": dict(answers.account.steps),
        "values_counted_in_full": answers.most,
        "noise": _noise(answers),
        "undeclared_values_found_above": answers.found_above and round(answers.found_above, 1),
    }


def _noise(answers: Asked) -> Mapping[str, list[float]]:
    """The least and the largest standard deviation of the noise, in persons, by length."""
    parts = [answers.sigmas[part] for _, part in answers.cells.ways()]
    asked = [part[np.isfinite(part)] for part in parts]
    spans = [[round(float(a.min()), 2), round(float(a.max()), 2)] if len(a) else [] for a in asked]
    return dict(zip(("values", "pairs", "triples"), spans, strict=False))


def _by_person(table: pa.Table, person: str) -> pa.Table:
    if person not in table.column_names:
        raise MissingColumn(person, present=tuple(table.column_names))
    return one_row_each(table, person)


def _check(rows: int, epsilon: float, delta: float | None, length: int | None, engine: str) -> float:
    if isinstance(epsilon, bool) or not math.isfinite(epsilon) or not 0 < epsilon <= MOST_EPSILON:
        raise UsageError(f"epsilon must be above 0 and at most {MOST_EPSILON:g}")
    longest = 3 if engine == Engine.FITTED else 4
    if length is not None and not 1 <= length <= longest:
        raise UsageError(f"length must be between 1 and {longest}")
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


def _narrow(table: pa.Table, drop: Sequence[str], length: int | None) -> None:
    """Refuses at once a table of too many columns for combinations of them."""
    columns = sum(name not in drop for name in table.column_names)
    if columns > MOST_COLUMNS and length != 1:
        raise UsageError(
            f"synthesise: {columns} columns; {MOST_COLUMNS} at most where pairs of values are counted: leave columns out "
            "with --drop, or count single values alone with --length 1"
        )


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


def _decoded(codes: Codes, columns: Sequence[Column], schema: pa.Schema) -> pa.Table:
    """Rows in the table's own names, values and types."""
    arrays = [
        Column(c.name, codes[:, index].astype(np.int64), c.values).decoded(schema.field(c.name).type)
        for index, c in enumerate(columns)
    ]
    return pa.table(arrays, schema=schema)
