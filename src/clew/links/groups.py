"""Groups of texts: union of the pairs that were found alike, then a check that each group has one centre.

Joining pair after pair lets a chain of small steps tie unlike texts together. So in each group of three or more a
sample is compared, its most central text becomes the centre, and a text stays only if it is like the centre or like a
text of the sample that is; the others form groups of their own in the same way.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from clew.links.alignment import desk, similarity
from clew.links.compiled import compiled, in_threads
from clew.links.tokens import Tokens

_SAMPLE = 5
_TURNS = 64
"""A group that falls apart into more groups than this keeps the last ones as they were joined."""
_TEXTS_A_PART = 1 << 16


def apart(count: int) -> npt.NDArray[np.int64]:
    """Every text in a group of its own; groups are named by one of their texts."""
    return np.arange(count, dtype=np.int64)


def join(groups: npt.NDArray[np.int64], left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> None:
    """Puts the texts of each pair into one group, in place; a group is named by its smallest text."""
    _join(groups, left, right)


def settle(texts: Tokens, groups: npt.NDArray[np.int64], threshold: float) -> npt.NDArray[np.int64]:
    """The same groups without what was only chained to them."""
    order = np.argsort(groups, kind="stable")
    named = groups[order]
    edges = np.concatenate([[0], np.flatnonzero(named[1:] != named[:-1]) + 1, [len(order)]]).astype(np.int64)
    cuts = np.unique(np.searchsorted(edges, np.arange(0, len(order) + _TEXTS_A_PART, _TEXTS_A_PART)))
    cuts = np.unique(np.clip(np.append(cuts, len(edges) - 1), 0, len(edges) - 1))
    settled = groups.copy()
    arguments = [
        (texts.values, texts.starts, texts.counts, order, edges[low : high + 1], threshold, settled)
        for low, high in itertools.pairwise(cuts)
    ]
    list(in_threads(_settle, arguments))
    return settled


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


@compiled
def _settle(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int32],
    order: npt.NDArray[np.int64],
    edges: npt.NDArray[np.int64],
    threshold: float,
    settled: npt.NDArray[np.int64],
) -> None:
    room = desk()
    sample = np.empty(_SAMPLE, np.int64)
    total = np.empty(_SAMPLE, np.float32)
    for group in range(len(edges) - 1):
        members = order[edges[group] : edges[group + 1]].copy()
        turn = 0
        while len(members) > 2 and turn < _TURNS:
            turn += 1
            size = min(_SAMPLE, len(members))
            for each in range(size):
                sample[each] = members[each * len(members) // size]
                total[each] = 0
            for one in range(size):
                for other in range(one + 1, size):
                    alike = similarity(values, starts, counts, sample[one], sample[other], 0.0, room)
                    total[one] += alike
                    total[other] += alike
            centre = sample[np.argmax(total[:size])]
            kept = 0
            lost = 0
            rest = np.empty(len(members), np.int64)
            for each in range(len(members)):
                text = members[each]
                if text == centre or similarity(values, starts, counts, centre, text, threshold, room) >= threshold:
                    settled[text] = centre
                    kept += 1
                else:
                    rest[lost] = text
                    lost += 1
            far = 0
            for each in range(lost):
                text = rest[each]
                near = False
                for one in range(size):
                    if not near and settled[sample[one]] == centre and sample[one] != centre:
                        near = similarity(values, starts, counts, sample[one], text, threshold, room) >= threshold
                if near:
                    rest[each] = -1 - text
                else:
                    far += 1
            following = np.empty(far, np.int64)
            at = 0
            for each in range(lost):
                if rest[each] < 0:
                    settled[-1 - rest[each]] = centre
                else:
                    following[at] = rest[each]
                    at += 1
            members = following
            for each in range(len(members)):
                settled[members[each]] = members[0]
