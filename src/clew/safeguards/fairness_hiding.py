"""Which rates by group are not said: those of few, and others with them that would give the few away.

The numbers of one small group are the total less all other groups, and of flagged, missed and wrongly flagged two give the third. So
where some of a column are hidden, at least two are, of a smallest number together; where one of the three is, two are. What
is hidden is decided by sizes alone, so that it is the same for every rule. Not covered: groups of two columns that are the same persons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Sizes = npt.NDArray[np.int64]


def beside(sizes: Sequence[int], hidden: Sequence[bool], smallest: int) -> list[bool]:
    """What to hide of one column of groups: the next smallest with those that are hidden, until two are, of `smallest` together.

    >>> beside([8, 25, 300], [True, False, False], 20)
    [True, True, False]
    >>> beside([8, 15, 300], [True, True, False], 20)
    [True, True, False]
    """
    out = list(hidden)
    order = sorted(range(len(sizes)), key=lambda place: sizes[place])
    while any(out) and not all(out):
        held = [size for size, each in zip(sizes, out, strict=True) if each]
        if len(held) > 1 and sum(held) >= smallest:
            break
        out[next(place for place in order if not out[place])] = True
    return out


def of_three(sizes: Sizes, smallest: int) -> Bools:
    """What to hide of groups (lines) by flagged, missed and wrongly flagged, of all groups of one column and one rule."""
    hidden = sizes < smallest
    while True:
        found = np.column_stack([beside(sizes[:, at].tolist(), hidden[:, at].tolist(), smallest) for at in range(3)])
        alone = found.sum(axis=1) == 1
        found[alone & ~found[:, 0], 0] = True
        found[alone & _first_alone(found), 1] = True
        if (found == hidden).all():
            return hidden
        hidden = found


def _first_alone(hidden: Bools) -> Bools:
    """Lines of which flagged alone is hidden."""
    return np.asarray(hidden[:, 0] & ~hidden[:, 1] & ~hidden[:, 2])
