"""How several counts of the same persons are shown beside each other, so that no small one can be subtracted out.

Persons are counted by year, by sex, by flow, and all of these add up to the same number of persons: where one line has a
lone `<5`, its neighbours and any other line would tell it. Small cells keep their `<5`; the number of persons, and the
largest cell of each line, become as wide an interval as it takes. Both ends follow from what is shown. Not covered: a
reader who knows some of the persons, or another table of the same persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.records.imprecise import Count
from clew.safeguards.errors import UsageError

Ends = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Counts by one key. With `outside`, its last count is of the persons who are in no other cell of it.

    Where the cells add up to more than the persons, some are in several (forms, citizenships).
    """

    counts: Ends
    outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Both ends of the number of persons and of every cell; None for a line that cannot be shown beside the others."""

    persons: Count
    lines: tuple[tuple[Ends, Ends] | None, ...]


def shown_together(persons: int, lines: Sequence[Line], below: int = 5) -> Shown:
    """Both ends of each count. Lines named first are kept first, should so few persons allow only some of them.

    >>> shown = shown_together(20, [Line(counts=np.array([17, 3])), Line(counts=np.array([20]))])
    >>> str(shown.persons), [(low.tolist(), high.tolist()) for low, high in shown.lines]
    ('18 to 21', [([17, 1], [17, 4]), ([18], [21])])
    """
    if below < 2:
        raise UsageError("suppression: the smallest count shown must be 2 or more")
    cells = [_Cells.of(line, persons, below) for line in lines]
    kept = list(range(len(cells)))
    while True:
        shown = [cells[place] for place in kept]
        first, last = _room(shown, persons, below)
        for one in shown:
            one.widen(first, last)
        told = [place for place in kept if not cells[place].keeps(*_known(shown, first, last))]
        if not told:
            break
        stiff = [place for place in kept if not cells[place].lets(first, last)]
        kept.remove((stiff or told)[-1] if len(kept) > 1 else kept[0])
        for one in cells:
            one.reset()
    first, last = _known([cells[place] for place in kept], first, last)
    ends = tuple((one.low, one.high) if place in kept else None for place, one in enumerate(cells))
    return Shown(persons=Count(first, last), lines=ends)


def _room(lines: Sequence[_Cells], persons: int, below: int) -> tuple[int, int]:
    """The numbers of persons that must stay possible, for every small cell to be any number under the threshold."""
    needs = [line.need(persons) for line in lines] + [(1, below - 1) if 0 < persons < below else None]
    ends = [end for need in needs if need is not None for end in need]
    return min([persons, *ends]), max([persons, *ends])


def _known(lines: Sequence[_Cells], first: int, last: int) -> tuple[int, int]:
    """The numbers of persons that a reader of all lines and of the total can still think possible."""
    reaches = [line.reach() for line in lines]
    return max([first, *(low for low, _ in reaches)]), min([last, *(high for _, high in reaches)])


@dataclass(slots=True)
class _Cells:
    exact: Ends
    small: npt.NDArray[np.bool_]
    below: int
    several: bool
    """Persons may be in more than one cell."""
    low: Ends
    high: Ends

    @classmethod
    def of(cls, line: Line, persons: int, below: int) -> _Cells:
        exact = np.asarray(line.counts, dtype=np.int64)
        if (exact < 0).any():
            raise UsageError("suppression: a count is negative")
        more = int(exact.sum()) - persons
        if more < 0 or (more and not line.outside):
            raise UsageError("suppression: the counts of a line do not add up to the persons")
        made = cls(exact, (exact > 0) & (exact < below), below, more > 0, exact, exact)
        made.reset()
        return made

    def reset(self) -> None:
        self.low, self.high = np.where(self.small, 1, self.exact), np.where(self.small, self.below - 1, self.exact)

    def reach(self) -> tuple[int, int]:
        """The fewest and the most persons that these cells can be."""
        if self.several:
            return int(self.low[:-1].max() + self.low[-1]), int(self.high.sum())
        return int(self.low.sum()), int(self.high.sum())

    def need(self, persons: int) -> tuple[int, int] | None:
        """The numbers of persons that its small cells need; None where they hide each other."""
        number, top = int(self.small.sum()), self.below - 1
        if not number:
            return None
        first, last = int(np.where(self.small, 1, self.exact).sum()), int(np.where(self.small, top, self.exact).sum())
        if not self.several:
            hidden = first + top - 1 <= persons <= last - top + 1
            return None if hidden else (first, last)
        parts = np.where(self.small, 1, self.exact)
        return min(persons, last - top + 1), max(persons, int(parts[:-1].max() + parts[-1]) + top - 1)

    def widen(self, first: int, last: int) -> None:
        """Makes the largest cell an interval, until all these numbers of persons are possible."""
        large = np.flatnonzero(~self.small & (self.exact >= self.below))
        if not large.size:
            return
        place = large[np.argmax(self.exact[large])]
        if self.several:
            parts = large[large < len(self.exact) - 1]
            self.low = self.low.copy()
            self.low[parts] = np.minimum(self.low[parts], np.maximum(first - self.low[-1], self.below))
        low, high = self.reach()
        if low > first or high < last:
            self.low, self.high = self.low.copy(), self.high.copy()
            self.low[place] = max(self.below, self.low[place] - max(low - first, 0))
            self.high[place] += max(last - high, 0)

    def lets(self, first: int, last: int) -> bool:
        low, high = self.reach()
        return low <= first and high >= last

    def keeps(self, first: int, last: int) -> bool:
        """Whether each small cell may be all of 1 to the threshold for a reader who knows these ends."""
        top, (low, high) = self.below - 1, self.reach()
        if not self.small.any():
            return True
        if not self.several:
            return first <= high - top + 1 and last >= low + top - 1
        return first <= high - top + 1 and last >= self._least(top)

    def _least(self, top: int) -> int:
        """The fewest persons when the small cell that matters most is as large as it may be."""
        parts, rest = self.low[:-1], self.low[-1]
        part = max(int(parts.max()), top) if self.small[:-1].any() else int(parts.max())
        return max(part + int(rest), int(parts.max()) + (top if self.small[-1] else int(rest)))
