"""Who disappeared: what stood in a table and is gone, changed or invented in the one that would leave.

The comparison reads the raw data, so what it says is as sensitive as they are: it is for the steward, not for release.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from clew.publish.columns import Codes, Column, Mask

NOTICE = "For the steward, not for release: this report was made by comparison with the raw data."
MOST_PAIRED = 60
"""Pairs are compared among this many columns at most: the number of pairs grows with its square."""
MOST_VALUES = 300
"""Columns of more distinct values are reported by what is gone and changed only."""
LISTED = 1_000
_DENSE = 1 << 22
_SOLID = 10
"""Relative errors are taken where at least this many persons truly are."""

Report = dict[str, Any]


@dataclass(slots=True)
class _Way:
    """Sums over all combinations of one length."""

    combinations: int = 0
    solid: int = 0
    absolute: float = 0.0
    relative: float = 0.0
    suppressed: int = 0
    suppressed_weight: int = 0
    fabricated: int = 0
    fabricated_weight: int = 0
    before: int = 0
    after: int = 0
    solid_suppressed: int = 0
    gone: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    changed: list[tuple[int, int, dict[str, str]]] = field(default_factory=list)

    def add(self, before: Codes, after: Codes) -> None:
        present, solid = before > 0, before >= _SOLID
        gone, invented = present & (after == 0), ~present & (after > 0)
        off = np.abs(after - before)
        self.combinations += int(present.sum())
        self.solid += int(solid.sum())
        self.absolute += float(off[present].sum())
        self.relative += float((off[solid] / before[solid]).sum())
        self.suppressed += int(gone.sum())
        self.solid_suppressed += int((gone & solid).sum())
        self.suppressed_weight += int(before[gone].sum())
        self.fabricated += int(invented.sum())
        self.fabricated_weight += int(after[invented].sum())
        self.before += int(before.sum())
        self.after += int(after.sum())

    def report(self, invented: str) -> Report:
        return {
            "combinations": self.combinations,
            "mean_absolute_error": _share(self.absolute, self.combinations),
            f"combinations_of_{_SOLID}_or_more": self.solid,
            "mean_relative_error": _share(self.relative, self.solid),
            "suppressed": self.suppressed,
            "suppressed_share": _share(self.suppressed, self.combinations),
            "suppressed_weight": _share(self.suppressed_weight, self.before),
            f"suppressed_of_{_SOLID}_or_more": self.solid_suppressed,
            invented: self.fabricated,
            f"{invented}_weight": _share(self.fabricated_weight, self.after),
        }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def compare(
    before: Sequence[Column], after: Sequence[Column], *, factor: float = 2.0, invented: str = "fabricated"
) -> Report:
    """What of `before` is gone, changed by more than `factor` or invented in `after`; columns in the same codes.

    `invented` names what only `after` has: fabricated by synthesis, or a coarser word of anonymisation. Lists hold the
    largest groups first, at most a thousand of each; the numbers beside them count all.
    """
    single, paired = _Way(), _Way()
    values: dict[str, dict[str, list[int]]] = {}
    for first, last in zip(before, after, strict=True):
        counts = first.counts(), last.counts()
        counts[0][0] = counts[1][0] = 0
        single.add(*counts)
        words = ["", *first.words]
        _note(single, *counts, lambda code, name=first.name, words=words: {name: words[code]}, factor)
        if len(words) <= MOST_VALUES + 1:
            shown = np.flatnonzero(counts[0] + counts[1])
            values[first.name] = {words[code]: [int(counts[0][code]), int(counts[1][code])] for code in shown}
    for counts, label in _pairs(before, after):
        paired.add(*counts)
        _note(paired, *counts, label, factor)
    return {
        "factor": factor,
        "1-way": single.report(invented),
        "2-way": {**paired.report(invented), "columns": min(len(before), MOST_PAIRED)},
        "gone_values": _listed(single.gone),
        "gone_pairs": _listed(paired.gone),
        "changed_values": _changes(single.changed),
        "changed_pairs": _changes(paired.changed),
        "values": values,
    }


def _pairs(before: Sequence[Column], after: Sequence[Column]) -> Iterator[tuple[tuple[Codes, Codes], Any]]:
    """Counts of all pairs of values of two columns, before and after, and what names a pair by its position."""
    together = list(zip(before, after, strict=True))[:MOST_PAIRED]
    words = {c.name: ["", *c.words] for c, _ in together}
    for (a, a_after), (b, b_after) in combinations(together, 2):
        size = b.size
        first = (a.codes * size + b.codes)[(a.codes > 0) & (b.codes > 0)]
        last = (a_after.codes * size + b_after.codes)[(a_after.codes > 0) & (b_after.codes > 0)]
        keys = None
        if a.size * size > _DENSE:
            keys, place = np.unique(np.concatenate([first, last]), return_inverse=True)
            first, last = place[: len(first)], place[len(first) :]
        length = len(keys) if keys is not None else a.size * size
        counts = np.bincount(first, minlength=length), np.bincount(last, minlength=length)

        def label(
            position: int, a: str = a.name, b: str = b.name, size: int = size, keys: Codes | None = keys
        ) -> dict[str, str]:
            key = int(keys[position]) if keys is not None else position
            return {a: words[a][key // size], b: words[b][key % size]}

        yield counts, label


def _note(way: _Way, before: Codes, after: Codes, label: Any, factor: float) -> None:
    """Keeps the largest gone and changed groups."""
    for code in _largest(before, (before > 0) & (after == 0)):
        way.gone.append((int(before[code]), label(int(code))))
    moved = (before >= _SOLID) & (after > 0) & ((after * factor < before) | (after > before * factor))
    for code in _largest(before, moved):
        way.changed.append((int(before[code]), int(after[code]), label(int(code))))
    if len(way.gone) > 4 * LISTED:
        way.gone = sorted(way.gone, key=lambda item: -item[0])[:LISTED]
    if len(way.changed) > 4 * LISTED:
        way.changed = sorted(way.changed, key=lambda item: -item[0])[:LISTED]


def _largest(counts: Codes, where: Mask) -> Codes:
    codes = np.flatnonzero(where)
    if len(codes) > LISTED:
        codes = codes[np.argpartition(-counts[codes], LISTED)[:LISTED]]
    return codes


def _listed(gone: list[tuple[int, dict[str, str]]]) -> list[Report]:
    largest = sorted(gone, key=lambda item: -item[0])[:LISTED]
    return [{"group": group, "before": before, "after": 0} for before, group in largest]


def _changes(changed: list[tuple[int, int, dict[str, str]]]) -> list[Report]:
    largest = sorted(changed, key=lambda item: -item[0])[:LISTED]
    return [{"group": group, "before": before, "after": after} for before, after, group in largest]
