"""Which counts of one field's measures to hide, over its contributors and all of them together.

Within a field the measures share counts (what is recorded is what can be valid), and the contributors add up to all
together: a count that is hidden in one place is hidden wherever it stands, and so is what would give it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.insight.suppression import NEVER, Relation, intervals, pattern
from clew.safeguards.errors import UsageError

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
"""One number a line: all together first, then each contributor; or one line alone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of one count in each line: both ends, equal where it is told; `mark` where it is said to be small."""

    exact: npt.NDArray[np.float64]
    """Never shown where it is hidden."""
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    hidden: npt.NDArray[np.bool_]
    mark: npt.NDArray[np.bool_]


def cases_shown(counts: Counts, below: int) -> Shown:
    """The numbers of cases, all together first: a contributor of few is hidden in the sum, not beside another one."""
    values = counts.astype(np.float64)
    small = (values > 0) & (values < below)
    hidden, told, sums = small.copy(), np.ones(len(values), dtype=bool), [(0, tuple(range(1, len(values))))]
    cost = np.sqrt(values) + 1.0
    cost[0] = 0.1
    if len(values) > 1 and small.any():
        found = pattern(values, sums, below, marked=True, cost=cost)
        hidden, told = found.hidden, found.told
    marks = small & told
    low, high = values, values
    if hidden.any():
        low, high = intervals(values, sums if len(values) > 1 else [], hidden, below, marks=marks, told=told)
    return Shown(values, low=low, high=high, hidden=hidden, mark=marks)


def _nothing(k: Counts, n: Counts, cases: Shown | None) -> tuple[Shown, Shown, Shown]:
    exact = [counts.astype(np.float64) for counts in (k, n - k, n)]
    none, all_ = np.zeros(len(k), dtype=bool), np.ones(len(k), dtype=bool)
    whole = cases if cases is not None and np.array_equal(exact[2], cases.exact) else None
    high = np.full(len(k), np.inf) if whole is None else whole.high
    own, rest, of = (Shown(one, low=np.zeros(len(k)), high=high, hidden=all_, mark=none) for one in exact)
    return own, rest, whole or of


def hide(
    pairs: Sequence[tuple[Counts, Counts]], below: int, cases: Shown | None = None
) -> list[tuple[Shown, Shown, Shown]]:
    """For each pair of a count and what it is of: how the count, what it leaves over, and the whole are shown.

    `cases`: how the numbers of cases are shown, which stand in many fields and are the same in each.
    """
    if len(pairs) == 1 and len(pairs[0][0]) == 1:
        return [alone(*pairs[0], below)]
    blocks = _Blocks(len(pairs[0][0]))
    places = [blocks.pair(k, n) for k, n in pairs]
    values = np.concatenate(blocks.counts).astype(np.float64)
    low, high, small = np.ones(len(values)), np.full(len(values), below - 1.0), (values > 0) & (values < below)
    for (k, n), (own, rest, whole) in zip(pairs, places, strict=True):
        both = np.flatnonzero((k > 0) & (k < n) & (n >= below) & (n < 2 * below - 1))
        for place in (own, rest):
            small[place + both], high[place + both] = True, n[both] - 1
        blocks.relations += [(whole + line, (own + line, rest + line)) for line in range(blocks.lines)]
    cost, also = np.sqrt(values) + 1.0, np.zeros(len(values), dtype=bool)
    cost[:: blocks.lines] *= 0.2 if blocks.lines > 1 else 1.0  # all together gives way before a contributor's own
    for whole in {whole for _, _, whole in places} - {own for own, _, _ in places}:
        lines = slice(whole, whole + blocks.lines)
        cost[lines] *= 20.0
        if cases is not None and np.array_equal(values[lines], cases.exact):
            cost[lines], also[lines] = np.where(cases.hidden, cost[lines], NEVER), cases.hidden
    relations, hidden, told = blocks.relations, also, np.ones(len(values), dtype=bool)
    try:
        if small.any():
            found = pattern(values, relations, below, marked=True, small=small, said=(low, high), also=also, cost=cost)
            hidden, told = found.hidden, found.told
    except UsageError:  # too few lines to hide it among: nothing of this field is shown
        return [_nothing(k, n, cases) for k, n in pairs]
    marks = small & told
    ends = (values, values)
    if hidden.any():
        ends = intervals(values, relations, hidden, below, marks=marks, told=told, said=(low, high))

    def shown(place: int) -> Shown:
        lines = slice(place, place + blocks.lines)
        return Shown(values[lines], low=ends[0][lines], high=ends[1][lines], hidden=hidden[lines], mark=marks[lines])

    return [(shown(own), shown(rest), shown(whole)) for own, rest, whole in places]


def alone(count: Counts, of: Counts, below: int) -> tuple[Shown, Shown, Shown]:
    """How counts are shown that nothing binds to each other: each with what it leaves over and what it is of."""
    k, n = count.astype(np.float64), of.astype(np.float64)
    few = (n > 0) & (n < below)
    inside = (k > 0) & (k < n) & ~few
    both = inside & (n < 2 * below - 1)  # too few to hide a count behind one side: any count within is `some`
    small, rest = inside & ~both & (k < below), inside & ~both & (n - k < below)
    low = np.where(few, 0.0, np.where(small | both, 1.0, np.where(rest, n - below + 1.0, k)))
    high = np.where(few | small, below - 1.0, np.where(rest | both, n - 1.0, k))
    hidden = few | both | small | rest
    left = np.where(few, 0.0, n - high), np.where(few, below - 1.0, n - low)
    return (
        Shown(k, low=low, high=high, hidden=hidden, mark=few | both | small),
        Shown(n - k, low=left[0], high=left[1], hidden=hidden, mark=few | both | rest),
        Shown(n, low=np.where(few, 1.0, n), high=np.where(few, below - 1.0, n), hidden=few, mark=few),
    )


class _Blocks:
    """Counts by line. What one measure counts and another is of is the same count, kept once."""

    def __init__(self, lines: int) -> None:
        self.lines = lines
        self.counts: list[Counts] = []
        self.relations: list[Relation] = []
        self._places: dict[bytes, int] = {}

    def pair(self, k: Counts, n: Counts) -> tuple[int, int, int]:
        """The places of a count, what it leaves over and what it is of; the three are never one."""
        whole = self._place(n, taken=-1)
        return self._place(k, taken=whole), self._new(n - k), whole

    def _place(self, counts: Counts, *, taken: int) -> int:
        place = self._places.setdefault(counts.tobytes(), len(self.counts) * self.lines)
        if place == taken or place == len(self.counts) * self.lines:
            return self._new(counts)
        return place

    def _new(self, counts: Counts) -> int:
        place = len(self.counts) * self.lines
        self.counts.append(counts)
        if self.lines > 1:
            self.relations.append((place, tuple(range(place + 1, place + self.lines))))
        return place
