"""Groups of texts: union of the pairs that were found alike, then a check that each group has one centre.

Joining pair after pair lets a chain of small steps tie unlike texts together. So in each group of three or more a
sample is compared, its most central text becomes the centre, and a text stays only if it is like the centre or like a
text of the sample that is; the others form groups of their own in the same way.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.links.alignment import similarities
from clew.links.compiled import compiled
from clew.links.tokens import Tokens

SAMPLE = 5
"""Texts of a group that are compared with each other to find its centre."""
TURNS = 64
"""A group that falls apart into more groups than this keeps the last ones as they were joined."""

Numbers = npt.NDArray[np.int64]
Runs = npt.NDArray[np.uint32]


def apart(count: int) -> npt.NDArray[np.int64]:
    """Every text in a group of its own; groups are named by one of their texts."""
    return np.arange(count, dtype=np.int64)


def join(groups: npt.NDArray[np.int64], left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> None:
    """Puts the texts of each pair into one group, in place; a group is named by its smallest text."""
    _join(groups, left, right)


def settle(texts: Tokens, groups: Numbers, threshold: float, runs: Runs | None = None) -> Numbers:
    """The same groups without what was only chained to them; a group is named by its centre. `runs`: see `alignment`."""
    settled = groups.copy()
    sizes = np.bincount(groups, minlength=len(groups))
    open_texts = np.flatnonzero(sizes[groups] > 2)
    open_texts = open_texts[np.argsort(groups[open_texts], kind="stable")]
    for _ in range(TURNS):
        if len(open_texts) == 0:
            break
        kept, centres = _around_centres(texts, open_texts, settled[open_texts], threshold, runs)
        settled[open_texts[kept]] = centres[kept]
        open_texts = open_texts[~kept]
        settled[open_texts] = first_of_each(settled[open_texts], open_texts)
    return settled


def first_of_each(groups: Numbers, members: Numbers) -> Numbers:
    """For each member the first member of its group; members of one group stand together."""
    _, first, which = np.unique(groups, return_index=True, return_inverse=True)
    return members[first][which]


def _around_centres(
    texts: Tokens, members: Numbers, groups: Numbers, threshold: float, runs: Runs | None
) -> tuple[npt.NDArray[np.bool_], Numbers]:
    """Which members are like their group's centre, or like a sampled text that is; and that centre."""
    _, first, which, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    places = first[:, None] + np.arange(SAMPLE) * sizes[:, None] // SAMPLE
    sample = members[places]
    centre = sample[np.arange(len(sample)), _central(texts, sample, runs)]
    kept = _like(texts, centre[which], members, threshold, runs)
    sample_kept = kept[places]
    for each in range(SAMPLE):
        again = np.flatnonzero(~kept & sample_kept[which, each])
        kept[again] = _like(texts, sample[which[again], each], members[again], threshold, runs)
    return kept, centre[which]


def _central(texts: Tokens, sample: Numbers, runs: Runs | None) -> npt.NDArray[np.intp]:
    """Of each row of sampled texts, the place of the one most like the others."""
    one, other = np.triu_indices(SAMPLE, 1)
    left, right = sample[:, one].ravel(), sample[:, other].ravel()
    alike = np.zeros((len(sample), len(one)))
    # A sample of a group of fewer than `SAMPLE` texts has texts twice: their pairs are compared once.
    pairs, where = np.unique(left * len(texts) + right, return_inverse=True)
    apart = pairs // len(texts) != pairs % len(texts)
    found = np.zeros(len(pairs))
    found[apart] = similarities(texts, pairs[apart] // len(texts), pairs[apart] % len(texts), 0.0, runs)
    alike.ravel()[:] = found[where]
    total: npt.NDArray[np.float64] = np.zeros(sample.shape)
    for pair, ends in enumerate(zip(one, other, strict=True)):
        total[:, ends] += alike[:, [pair]]
    places: npt.NDArray[np.intp] = total.argmax(axis=1)
    return places


def _like(texts: Tokens, left: Numbers, right: Numbers, threshold: float, runs: Runs | None) -> npt.NDArray[np.bool_]:
    same: npt.NDArray[np.bool_] = left == right
    return same | (similarities(texts, left, right, threshold, runs) >= threshold)


@compiled
def _join(groups: npt.NDArray[np.int64], left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> None:
    for pair in range(len(left)):
        a = left[pair]
        b = right[pair]
        while groups[a] != a:
            groups[a] = groups[groups[a]]
            a = groups[a]
        while groups[b] != b:
            groups[b] = groups[groups[b]]
            b = groups[b]
        if a < b:
            groups[b] = a
        else:
            groups[a] = b
    for text in range(len(groups)):  # parents are smaller, so one pass from below flattens all
        groups[text] = groups[groups[text]]
