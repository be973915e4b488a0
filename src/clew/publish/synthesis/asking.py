"""What leaves the table: values, pairs, triples, each asked with noise, and what each count most likely was.

Select and measure: values and pairs are asked twice, the second time at levels that the first answers suggest; what is
asked of triples is chosen by the noisy pairs, as in AIM (McKenna et al. 2022) by what was measured so far. After `Meter`
has answered, nothing reads the table again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from clew.publish.synthesis.accounting import Account, rho_of
from clew.publish.synthesis.cells import Cells, Codes, Floats, Levels, number_of
from clew.publish.synthesis.denoising import denoised
from clew.publish.synthesis.expecting import expected
from clew.publish.synthesis.measuring import CAP, LENGTHS, ROWS, Meter, Noisy, threshold
from clew.safeguards.errors import Blocked, UsageError

Mask = npt.NDArray[np.bool_]
Kept = list[npt.NDArray[np.int64]]
OF_DELTA = 0.3
"""The share of delta that finding values takes."""
MOST_PLACES = 20_000_000
MOST_COLUMNS_IN_TRIPLES = 150
MOST_TRIPLES = 200_000_000
_NEARLY_ALL = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Spending:
    """Shares of the budget and how levels are chosen; found on invented tables, never on the table at hand."""

    values: tuple[float, float] = (0.06, 0.34)
    pairs: tuple[float, float] = (0.12, 0.22)
    """First and second asking; triples have the rest, pairs where there are no triples, values where no pairs."""
    top: tuple[int, int, int] = (6, 5, 2)
    """The highest level, by length."""
    even: tuple[float, float, float] = (60.0, 30.0, 30.0)
    """Counts of this many times the first noise are asked at level 1, smaller ones at levels by the root."""
    doubt: tuple[float, float] = (0.9, 0.45)
    """A pair, a triple is left out where the probability that it is a `FEW` or none is higher."""
    rare: float = 7.0
    """Values whose first count is below this many times its noise are asked at the highest level the second time."""
    few_rows: int = 1_000
    """Below (by the noisy number of rows) values are asked once, at all they may cost."""
    settled: float = 0.98
    """Pairs that are a `FEW` or none with this probability are not asked again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """All that left the table, with noise, and what it most likely was."""

    cells: Cells
    kept: Kept
    """For each column the old codes of its values that are left, in the order of their new codes."""
    rows: int
    measured: Floats
    sigmas: Floats
    """Standard deviation of the noise at each place, in persons; infinite where nothing was asked."""
    wanted: Floats
    few: Floats
    """How likely a count is a `FEW` or none; 1 where nothing was asked."""
    found_above: float | None
    """The lowest noisy count from which an undeclared value was kept."""
    most: int
    account: Account = field(repr=False)


def ask(
    codes: Codes,
    sizes: Sequence[int],
    declared: Sequence[bool],
    *,
    epsilon: float,
    delta: float,
    length: int | None = None,
    spending: Spending = Spending(),
) -> Asked:
    """Asks a table of codes what rows will be made of; (epsilon, delta)-differentially private by row.

    `length` is 3 unless given, or 2 where there would be too many triples. Raises UsageError where even pairs are too
    many, Blocked where no value is left.
    """
    found = not all(declared)
    account = Account(rho_of(epsilon, delta * (1 - OF_DELTA) if found else delta))
    meter = Meter(codes, account)
    rows, most = meter.rows(), meter.choose_most(length or 3)
    values = Cells.of(sizes, 1)
    one = _values(meter, values, spending, rows, only=length == 1)
    bars = threshold(len(sizes), one.last, delta * OF_DELTA)
    free = np.repeat(np.array(declared, dtype=bool), sizes)
    passed = free | (one.counts_last > bars)
    kept: Kept = [np.flatnonzero(passed[at : at + size]) + 1 for at, size in zip(values.singles, sizes, strict=True)]
    if rows < 1 or not passed.any():
        raise Blocked("synthesise: nothing survives the noise; the table is too small for this epsilon")
    length = _length([len(k) for k in kept], rows, most, length)
    cells = Cells.of([len(k) for k in kept], length)
    meter.codes = recoded(codes, new_codes(kept, sizes))
    measured, sigmas = np.zeros(cells.number), np.full(cells.number, np.inf)
    wanted, few = np.zeros(cells.number), np.ones(cells.number)
    part = slice(0, cells.starts[1])
    measured[part], sigmas[part] = one.joined.counts[passed], one.joined.sigmas[passed]
    few[part] = 0
    wanted[part] = np.where(measured[part] < 1, 0, measured[part])
    left = _NEARLY_ALL - ROWS - LENGTHS - sum(spending.values) - 2 * CAP
    for way in range(2, length + 1):
        guess = expected(cells, wanted, way, rows)
        if way == 2:
            left -= 2 * CAP
            answer = _pairs(meter, cells, guess, spending, left if length == 2 else None)
            left -= sum(spending.pairs)
        else:
            answer = _triples(meter, cells, guess, spending, left - CAP)
        mine = np.isfinite(answer.sigmas)
        measured[mine], sigmas[mine] = answer.counts[mine], answer.sigmas[mine]
        posterior = denoised(answer.counts[mine], guess[mine], answer.sigmas[mine])
        few[mine] = posterior.few
        wanted[mine] = np.where(posterior.few > spending.doubt[way - 2], 0, posterior.median)
    above = float(bars[~np.repeat(np.array(declared, dtype=bool), sizes)].min()) if found else None
    return Asked(cells, kept, rows, measured, sigmas, wanted, few, above, most, account)


@dataclass(frozen=True, slots=True)
class _Values:
    joined: Noisy
    counts_last: Floats
    last: Floats
    """Standard deviations of the second asking alone: what it found is independent of the levels."""


def _values(meter: Meter, cells: Cells, spending: Spending, rows: int, *, only: bool) -> _Values:
    """All values, twice: rare ones at a high level the second time. Once in a small table, where all are rare."""
    first, second = spending.values
    if only:
        second = _NEARLY_ALL - ROWS - LENGTHS - 2 * CAP - first
    if rows < spending.few_rows:
        once = meter.ask("values", cells, 1, np.ones(cells.number, dtype=np.uint8), first + second)
        return _Values(once, once.counts, once.sigmas)
    one = meter.ask("values", cells, 1, np.ones(cells.number, dtype=np.uint8), first)
    noise = float(one.sigmas.min(initial=np.inf))
    levels = leveled(one.counts, spending.even[0] * noise, spending.top[0])
    levels[one.counts < spending.rare * noise] = spending.top[0]
    two = meter.ask("values again", cells, 1, levels, second)
    return _Values(one.joined(two), two.counts, two.sigmas)


def _pairs(meter: Meter, cells: Cells, guess: Floats, spending: Spending, all_left: float | None) -> Noisy:
    """Pairs of which both values are there, twice."""
    first, second = spending.pairs
    if all_left is not None:
        first, second = first / (first + second) * all_left, second / (first + second) * all_left
    mine = guess > 0
    one = meter.ask("pairs", cells, 2, mine.astype(np.uint8), first)
    sigma = float(one.sigmas[mine].min(initial=np.inf))
    posterior = denoised(one.counts[mine], guess[mine], one.sigmas[mine])
    levels = np.zeros(cells.number, dtype=np.uint8)
    levels[mine] = leveled(posterior.median, spending.even[1] * sigma, spending.top[1])
    levels[mine] *= posterior.few <= spending.settled
    return one.joined(meter.ask("pairs again", cells, 2, levels, second))


def _triples(meter: Meter, cells: Cells, guess: Floats, spending: Spending, share: float) -> Noisy:
    """Triples of which all pairs are there."""
    sigma = (meter.most**3 / 6 / (2 * share * meter.account.total)) ** 0.5
    levels = np.zeros(cells.number, dtype=np.uint8)
    mine = guess > 0
    levels[mine] = leveled(guess[mine], spending.even[2] * sigma, spending.top[2])
    return meter.ask("triples", cells, 3, levels, share)


def leveled(counts: Floats, even: float, top: int) -> Levels:
    """The rarer, the higher: so that relative errors come near one another at the same cost.

    >>> leveled(np.array([-3.0, 10, 100, 5000]), 100, 6).tolist()
    [6, 3, 1, 1]
    """
    return np.clip(np.round(np.sqrt(even / np.maximum(counts, 1e-3))), 1, top).astype(np.uint8)


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
