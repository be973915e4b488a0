"""Pairs of profiles and how they compare: drawn, completed inside groups, put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

_LARGEST_CHECKED = 500
"""Profiles of a proposed group whose pairs are all compared; a larger one is left to a person (`review`)."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of profiles, left below right, in order; `levels[i, c]` is the level of pair i in comparison c, or -1."""

    left: Numbers
    right: Numbers
    levels: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.left)

    def where(self, kept: npt.NDArray[np.bool_]) -> Compared:
        """Those pairs alone."""
        return Compared(self.left[kept], self.right[kept], self.levels[kept])


def no_pairs(comparisons: int) -> Compared:
    none = np.zeros(0, np.int64)
    return Compared(none, none, np.zeros((0, comparisons), np.int8))


def random_pairs(count: int, *, most: int, seed: int) -> tuple[Numbers, Numbers]:
    """At most so many pairs of different profiles, all of them where there are few."""
    if count * (count - 1) // 2 <= most:
        left, right = np.triu_indices(count, 1)
        return left.astype(np.int64), right.astype(np.int64)
    draw = np.random.default_rng(seed)
    left, right = draw.integers(0, count, (2, most))
    apart = left != right
    codes = np.unique(np.minimum(left, right)[apart] * np.int64(count) + np.maximum(left, right)[apart])
    return codes // count, codes % count


def pairs_within(label: Numbers, seen: Compared, count: int) -> tuple[Numbers, Numbers]:
    """Pairs inside groups that were not compared yet."""
    order = np.argsort(label, kind="stable")
    _, starts, sizes = np.unique(label[order], return_index=True, return_counts=True)
    found = [np.zeros(0, np.int64)]
    for size in np.unique(sizes):
        if 1 < size <= _LARGEST_CHECKED:
            members = order[starts[sizes == size][:, None] + np.arange(size)]
            one, other = np.triu_indices(int(size), 1)
            ends = np.sort(np.stack([members[:, one].ravel(), members[:, other].ravel()]), axis=0)
            found.append(ends[0] * np.int64(count) + ends[1])
    codes = np.sort(np.concatenate(found))
    codes = codes[~_held(codes, np.sort(seen.left * np.int64(count) + seen.right))]
    return codes // count, codes % count


def _held(values: Numbers, by: Numbers) -> npt.NDArray[np.bool_]:
    """Which values are in `by`, which is sorted."""
    place = np.minimum(np.searchsorted(by, values), max(len(by) - 1, 0))
    return np.asarray(by[place] == values) if len(by) else np.zeros(len(values), dtype=bool)


def together(one: Compared, other: Compared) -> Compared:
    return Compared(
        np.concatenate([one.left, other.left]),
        np.concatenate([one.right, other.right]),
        np.concatenate([one.levels, other.levels]),
    )
