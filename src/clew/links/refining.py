"""Clusters refined by minimum description length: who belongs to a text's template is decided by what telling by it saves.

A member stays where telling it by the cluster's centre, or by a sampled text that stays, saves more bits than naming the
template costs; the others are tried among themselves in the same way (InfoShield's coarse and fine steps, Lee et al. 2021, with
the description of `description`). Members that say otherwise at length in one place, and agree in it with each other, are
a second template under the same notice: it takes apart what only the notice held together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.links import description, groups, moved
from clew.links.alignment import runs_of
from clew.links.description import Costs
from clew.links.tokens import Tokens

SAMPLE = 5
"""Texts of a cluster that are told by each other to find its centre."""
TURNS = 64
"""A cluster that falls apart into more than this keeps the last ones as they were."""
WORTH = 24.0
"""Bits that telling by the template must save besides those that name it."""
OTHERWISE = 8
"""Tokens in one place, other in both texts, from which they may be two templates."""
MOST, MUCH = 0.5, 0.3
"""Shares of their bits that two texts must save by each other to join their clusters: the one, and the other."""
SPREAD = 3
"""Texts of a cluster by which others are found that it may join."""
SHORTEST = 5
"""Texts of fewer tokens join nobody."""

Numbers = npt.NDArray[np.int64]
Kept = npt.NDArray[np.bool_]


def refined(texts: Tokens, labels: Numbers) -> Numbers:
    """The same clusters, named by one of their texts, without those that their template does not describe."""
    bits = description.costs(texts, description.speech(texts, labels))
    least = WORTH + float(np.log2(max(len(np.unique(labels)), 1)))
    _, first, which = np.unique(labels, return_index=True, return_inverse=True)
    settled = _settled(texts, bits, first[which], least)
    joined = _joined(texts, bits, settled, least)
    return _settled(texts, bits, joined, least)


def _joined(texts: Tokens, bits: Costs, named: Numbers, least: float) -> Numbers:
    """The same clusters, with those joined whose texts tell each other well, in whatever order."""
    rows = _spread(named)
    rows = rows[texts.counts[rows] >= SHORTEST]
    left, right = moved.proposed(texts, rows, runs_of(texts))
    other = named[left] != named[right]
    left, right = left[other], right[other]
    whole = np.add.reduceat(np.append(bits, np.float32(0.0)), texts.starts).astype(np.float64)
    there, otherwise = description.saved(texts, bits, left, right)
    back, also = description.saved(texts, bits, right, left)
    share, least_share = np.maximum(there / whole[right], back / whole[left]), np.minimum(there / whole[right], back / whole[left])
    alike = (np.maximum(there, back) >= least) & (share >= MOST) & (least_share >= MUCH)
    alike &= np.minimum(otherwise, also) < OTHERWISE
    groups.join(into := groups.apart(len(named)), named[left[alike]], named[right[alike]])
    return into[named]


def _spread(named: Numbers) -> Numbers:
    """Up to `SPREAD` texts of each cluster, its centre among them."""
    order = np.lexsort((named != np.arange(len(named)), named))
    _, first, sizes = np.unique(named[order], return_index=True, return_counts=True)
    places = first[:, None] + np.arange(SPREAD) * sizes[:, None] // SPREAD
    return np.unique(order[places])


def _settled(texts: Tokens, bits: Costs, named: Numbers, least: float) -> Numbers:
    settled = named.copy()
    sizes = np.bincount(named, minlength=len(named))
    undecided = np.flatnonzero(sizes[named] > 1)
    undecided = undecided[np.argsort(named[undecided], kind="stable")]
    for _ in range(TURNS):
        if not len(undecided):
            break
        kept, centres = _around_centres(texts, bits, undecided, settled[undecided], least)
        settled[undecided[kept]] = centres[kept]
        undecided = undecided[~kept]
        settled[undecided] = groups.first_of_each(settled[undecided], undecided)
    return settled


def _around_centres(texts: Tokens, bits: Costs, members: Numbers, named: Numbers, least: float) -> tuple[Kept, Numbers]:
    """Which members their cluster's centre, or a sampled text that it tells, tells well; and that centre."""
    _, first, which, sizes = np.unique(named, return_index=True, return_inverse=True, return_counts=True)
    places = first[:, None] + np.arange(SAMPLE) * sizes[:, None] // SAMPLE
    sample = members[places]
    centre = sample[np.arange(len(sample)), _central(texts, bits, sample)]
    kept = _told(texts, bits, centre[which], members, least)
    sample_kept = kept[places]
    for each in range(SAMPLE):
        again = np.flatnonzero(~kept & sample_kept[which, each])
        kept[again] = _told(texts, bits, sample[which[again], each], members[again], least)
    return kept, centre[which]


def _central(texts: Tokens, bits: Costs, sample: Numbers) -> npt.NDArray[np.intp]:
    """Of each row of sampled texts, the place of the one that tells the others shortest."""
    one, other = (~np.eye(SAMPLE, dtype=bool)).nonzero()
    left, right = sample[:, one].ravel(), sample[:, other].ravel()
    pairs, where = np.unique(left * len(texts) + right, return_inverse=True)
    found, _ = description.saved(texts, bits, pairs // len(texts), pairs % len(texts))
    found[pairs // len(texts) == pairs % len(texts)] = 0.0
    places: npt.NDArray[np.intp] = found[where].reshape(len(sample), SAMPLE, SAMPLE - 1).sum(axis=2).argmax(axis=1)
    return places


def _told(texts: Tokens, bits: Costs, left: Numbers, right: Numbers, least: float) -> Kept:
    same: Kept = left == right
    found, _ = description.saved(texts, bits, left, right)
    return same | (found >= least)
