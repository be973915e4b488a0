"""Local recoding: one column after the other, every group of rows keeps k rows, and each cell as much as that allows.

All rows begin as one group. A column divides each group by its values. Values that fewer than k rows of the group
share take a coarser word; what is still too rare is left empty. Where fewer than k cells of a group are empty, a few
of its most frequent value are emptied too, so that the empty ones are k. By induction no group ever has fewer than k
rows, and no row need be removed (a top-down specialisation in the manner of Fung, Wang and Yu, 2005, by cell).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.publish.coarser import Step, ladder
from clew.publish.columns import Codes, Column

_DENSE = 1 << 22


@dataclass(frozen=True, slots=True)
class Ladder:
    """A column with the coarser words of its values. Labels: 0 empty, the values' own codes, then coarser words."""

    column: Column
    words: tuple[str, ...]
    """Of labels from 1 on."""
    steps: tuple[Codes, ...]
    """For each step, the label of each code."""

    @property
    def size(self) -> int:
        return len(self.words) + 1


def laddered(column: Column, *, generalise: bool) -> Ladder:
    words = column.words
    steps = ladder(column.name, words) if generalise else []
    labels = {word: label for label, word in enumerate(words, start=1)}
    for step in steps:
        for word in step:
            if word is not None:
                labels.setdefault(word, len(labels) + 1)
    return Ladder(column, tuple(labels), tuple(_codes(step, labels) for step in steps))


def _codes(step: Step, labels: dict[str, int]) -> Codes:
    return np.array([0, *(labels[word] if word is not None else 0 for word in step)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Division:
    """How a column divides groups: each row's label, its new group, and what was lost (in cells)."""

    labels: Codes
    groups: Codes
    loss: float


def divide(groups: Codes, by: Ladder, k: int) -> Division:
    """Groups divided by a column, none with fewer than k rows. `groups` are numbered from 0 without gaps."""
    own = by.column.codes
    labels = own.copy()
    rare = (labels > 0) & (_sizes(groups, labels, by.size) < k)
    for step in by.steps:
        if not rare.any():
            break
        labels[rare] = step[own[rare]]
        rare = (labels > 0) & (_sizes(groups, labels, by.size) < k)
    labels[rare] = 0
    _top_up(groups, labels, by.size, k)
    return Division(labels, _numbered(groups * by.size + labels), _loss(own, labels, by))


def _loss(own: Codes, labels: Codes, by: Ladder) -> float:
    """Cells emptied, and for each cell made coarser the share of its ladder that it climbed."""
    emptied = float(((own > 0) & (labels == 0)).sum())
    changed = (labels != own) & (labels > 0)
    if not changed.any():
        return emptied
    climbed = np.zeros(len(own))
    for number, step in reversed(list(enumerate(by.steps, start=1))):
        climbed[changed & (step[own] == labels)] = number / (len(by.steps) + 1)
    return emptied + float(climbed.sum())


def _sizes(groups: Codes, labels: Codes, size: int) -> Codes:
    """For each row, how many rows share its group and label."""
    keys = groups * size + labels
    if (int(groups.max()) + 1) * size <= _DENSE:
        return np.asarray(np.bincount(keys)[keys])
    _, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(counts[place])


def _numbered(keys: Codes) -> Codes:
    """The same division, numbered from 0 without gaps."""
    top = int(keys.max()) + 1
    if top <= _DENSE:
        present = np.zeros(top, dtype=bool)
        present[keys] = True
        return np.asarray((np.cumsum(present) - 1)[keys])
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _top_up(groups: Codes, labels: Codes, size: int, k: int) -> None:
    """Empties a few more cells of each group that has fewer than k empty ones, in place."""
    empty = np.bincount(groups[labels == 0], minlength=int(groups.max()) + 1)
    short = (empty > 0) & (empty < k)
    if not short.any():
        return
    rows = np.flatnonzero(short[groups] & (labels > 0))
    keys, counts = np.unique(groups[rows] * size + labels[rows], return_counts=True)
    owner = keys // size
    need = k - empty[owner]
    can_spare = counts >= k + need
    # Per group: the most frequent value that can spare what is needed, else the rarest as a whole.
    order = np.lexsort((np.where(can_spare, -counts, counts), ~can_spare, owner))
    chosen = order[np.unique(owner[order], return_index=True)[1]]
    taken = np.where(can_spare[chosen], need[chosen], counts[chosen])
    labels[rows[_first_of(groups[rows] * size + labels[rows], keys[chosen], taken)]] = 0


def _first_of(keys: Codes, wanted: Codes, many: Codes) -> npt.NDArray[np.int64]:
    """Positions of the first `many` rows of each wanted key."""
    order = np.argsort(keys, kind="stable")
    start = np.searchsorted(keys[order], wanted)
    offsets = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    return np.asarray(order[np.repeat(start, many) + offsets])
