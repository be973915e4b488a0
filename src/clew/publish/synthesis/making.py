"""The whole way from coded rows to invented rows and counts: values, pairs, triples, each asked with noise; then rows.

Select, measure, generate: what is asked of triples is chosen by the noisy pairs, as in AIM (McKenna et al. 2022) by what
was measured so far; the first rows come from a junction tree of noisy pairs, as in MST (McKenna et al. 2021); then they
are fitted to all counts at once. After `Meter` has answered, nothing reads the table again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.publish.synthesis.accounting import Account, rho_of
from clew.publish.synthesis.cells import Cells, Codes, Counts, Floats, counted, number_of
from clew.publish.synthesis.denoising import denoised
from clew.publish.synthesis.expecting import expected
from clew.publish.synthesis.fitting import fitted
from clew.publish.synthesis.measuring import Meter, noisy, threshold
from clew.publish.synthesis.tree import tree_rows
from clew.publish.synthesis.zeros import Zero, cleared, places_of, renamed
from clew.safeguards.errors import Blocked, UsageError

Mask = npt.NDArray[np.bool_]
Kept = list[npt.NDArray[np.int64]]
OF_DELTA = 0.3
"""The share of delta that finding values takes."""
MOST_PLACES = 20_000_000
MOST_COLUMNS_IN_TRIPLES = 150
MOST_TRIPLES = 200_000_000
_NEVER = 1e3
"""The weight of a combination that cannot be."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What the fit minds; chosen on invented tables, never on the table at hand."""

    pull: tuple[float, float, float] = (50.0, 1.0, 1.0)
    """Weight of a wanted count t, by length: pull / (t + 10)."""
    hold: float = 0.5
    """Least weight of the count of a single value."""
    empty: tuple[float, float, float] = (1.0, 4.0, 3.0)
    """Weight of a count that should be none."""
    doubt: float = 0.65
    """A combination is left out where the probability that it is a `FEW` or none is higher."""
    sweeps: int = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """All that left the table, with noise, and what it most likely was."""

    cells: Cells
    kept: Kept
    """For each column the old codes of its values that are left, in the order of their new codes."""
    rows: int
    measured: Floats
    wanted: Floats
    asked: Mask
    sigmas: tuple[float, ...]
    """Standard deviation of the noise on values, pairs, triples, in persons."""
    found_above: float | None
    """The noisy count from which an undeclared value is kept."""
    most: int
    lost: tuple[float, ...]
    """By length, the factor that makes up for rows that count less (already in `wanted`)."""
    account: Account


def ask(
    codes: Codes,
    sizes: Sequence[int],
    declared: Sequence[bool],
    *,
    epsilon: float,
    delta: float,
    length: int | None = None,
) -> Asked:
    """Asks a table of codes what rows will be made of; (epsilon, delta)-differentially private by row.

    `length` is 3 unless given, or 2 where there would be too many triples. Raises UsageError where even pairs are too
    many, Blocked where no value is left.
    """
    found = not all(declared)
    account = Account(rho_of(epsilon, delta * (1 - OF_DELTA) if found else delta))
    meter = Meter(codes, account)
    rows, most = meter.rows(), meter.choose_most(length or 3)
    weights = meter.weights()
    values = Cells.of(sizes, 1)
    variance = meter.variance(1, length or 3)
    one = noisy(counted(codes, values, weights), np.ones(values.number, dtype=bool), variance)
    bar = threshold(len(sizes), variance, delta * OF_DELTA)
    kept: Kept = []
    for column, size in enumerate(sizes):
        mine = one.counts[values.singles[column] :][:size]
        kept.append(np.flatnonzero((mine > bar) | declared[column]) + 1)
    if rows < 1 or not any(len(codes_kept) for codes_kept in kept):
        raise Blocked("synthesise: nothing survives the noise; the table is too small for this epsilon")
    length = _length([len(k) for k in kept], rows, most, length)
    cells = Cells.of([len(k) for k in kept], length)
    measured, asked = np.zeros(cells.number), np.zeros(cells.number, dtype=bool)
    part = slice(0, cells.starts[1])
    measured[part] = np.concatenate([one.counts[values.singles[c] + k - 1] for c, k in enumerate(kept)])
    asked[part] = True
    wanted = np.zeros(cells.number)
    wanted[part] = np.maximum(measured[part] * meter.lost(1), one.sigma / 2)
    true = counted(recoded(codes, new_codes(kept, sizes)), cells, weights)
    longer = [_ask_longer(way, true, meter, measured, wanted, asked, cells, rows) for way in range(2, length + 1)]
    sigmas = [one.sigma, *longer]
    lost = tuple(meter.lost(way) for way in range(1, length + 1))
    above = bar if found else None
    return Asked(cells, kept, rows, measured, wanted, asked, tuple(sigmas), above, most, lost, account)


def _ask_longer(
    way: int, true: Counts, meter: Meter, measured: Floats, wanted: Floats, asked: Mask, cells: Cells, rows: int
) -> float:
    """Asks for pairs or triples where shorter ones let any be expected; returns the standard deviation of the noise."""
    tuning = Tuning()
    guess = expected(cells, wanted, way, rows)
    mine = guess > 0
    got = noisy(true, mine, meter.variance(way, cells.length))
    measured[mine], asked[mine] = got.counts[mine], True
    posterior = denoised(got.counts[mine], guess[mine], got.sigma)
    best = posterior.median * meter.lost(way)
    wanted[mine] = np.where(posterior.few > tuning.doubt, 0, best)
    return got.sigma


def _length(sizes: Sequence[int], rows: int, most: int, length: int | None) -> int:
    """The longest combinations that can be counted; judged by noisy numbers only."""
    if number_of(sizes, min(2, length or 2)) > MOST_PLACES:
        raise UsageError("synthesise: the columns have too many pairs of values; leave columns out with --drop")
    triples = (
        len(sizes) <= MOST_COLUMNS_IN_TRIPLES
        and number_of(sizes, 3) <= MOST_PLACES
        and rows * most**3 / 6 <= MOST_TRIPLES
    )
    if length == 3 and not triples:
        raise UsageError(
            "synthesise: too many triples of values; leave columns out with --drop, or count with --length 2"
        )
    return length or (3 if triples else 2)


def generate(answers: Asked, zeros: Sequence[Zero] = (), tuning: Tuning = Tuning()) -> Codes:
    """Invented rows in the new codes, from the answers alone; none of `zeros` (in new codes) stands in them."""
    cells, wanted = answers.cells, answers.wanted.copy()
    weights = np.zeros(cells.number)
    for way, part in cells.ways():
        pull, empty, hold = tuning.pull[way - 1], tuning.empty[way - 1], tuning.hold if way == 1 else 0.0
        weights[part] = np.where(wanted[part] > 0, np.maximum(pull / (wanted[part] + 10), hold), empty)
    never = places_of(zeros, cells)
    wanted[never], weights[never] = 0, _NEVER
    rng = np.random.default_rng(int.from_bytes(os.urandom(16), "big"))
    first = cleared(tree_rows(cells, wanted, answers.rows, rng), zeros)
    rows = fitted(first, cells, wanted, weights, tuning.sweeps)
    return cleared(rows, zeros)


def new_codes(kept: Kept, sizes: Sequence[int]) -> list[Codes]:
    """For each column the new code of each old one, 0 for what is left out."""
    tables = []
    for codes, size in zip(kept, sizes, strict=True):
        table = np.zeros(size + 1, dtype=np.int32)
        table[codes] = np.arange(1, len(codes) + 1)
        tables.append(table)
    return tables


def recoded(codes: Codes, tables: Sequence[Codes]) -> Codes:
    return np.column_stack([table[codes[:, column]] for column, table in enumerate(tables)]).astype(np.int32)


def zeros_left(zeros: Sequence[Zero], answers: Asked, sizes: Sequence[int]) -> list[Zero]:
    """Impossible combinations in the new codes."""
    return renamed(zeros, new_codes(answers.kept, sizes))
