"""Clusters refined by minimum description length: who belongs to a text's template is decided by what telling by it saves.

A member stays where telling it by the cluster's centre, or by a sampled text that stays, saves more bits than naming the
template costs (as in InfoShield, Lee et al. 2021, with another description: see `description`); the others are tried among
themselves in the same way. Two texts that have one passage in common and nothing else, while both say more than a few words
besides, are not one: whether the passage is a template with one long slot or a notice over two texts, no description can tell.
Then clusters whose texts tell each other well, whatever their order, are joined, and all is checked again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.links import boilerplate, description, groups, moved
from clew.links.alignment import runs_of
from clew.links.contents import Contents
from clew.links.description import Costs
from clew.links.tokens import Texts, Tokens, tokens

SAMPLE = 5
"""Texts of a cluster that are told by each other to find its centre."""
TURNS = 64
"""A cluster that falls apart into more than this keeps the last ones as they were."""
WORTH = 24.0
"""Bits that telling by the template must save besides those that name it."""
OTHERWISE = 8
"""Tokens that both texts say besides one passage from which they are two."""
ALSO, JOINED_ALSO = 0.1, 0.3
"""Part of its bits by which the rest must be shorter for two texts to have more in common than one passage: to stay, to be joined."""
MOST, MUCH = 0.5, 0.3
"""Shares of their bits that two texts must save by each other to join their clusters: the one, and the other."""
SPREAD = 3
"""Texts of a cluster by which others are found that it may join."""
SHORTEST = 5
"""Texts of fewer tokens join nobody."""

Numbers = npt.NDArray[np.int64]
Kept = npt.NDArray[np.bool_]


def refined_rows(texts: Texts | Contents, labels: Numbers) -> Numbers:
    """The cluster of each text by description. The largest part of a cluster keeps its number; parts that leave get new ones,
    and of clusters that became one the number that most of it had. Of `Contents`, texts that say the same have one cluster.
    """
    if isinstance(texts, Contents):
        first = np.empty(len(texts.texts), np.int64)
        first[texts.which] = labels
        return _numbered(texts.of_rows(refined(texts.texts, first)), labels) if len(labels) else labels
    rows = tokens(texts)
    if not len(rows):
        return labels
    order = np.lexsort((labels, rows.content))
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (np.diff(rows.content[order]) != 0) | (np.diff(labels[order]) != 0)
    which = np.empty(len(order), np.int64)
    which[order] = np.cumsum(fresh) - 1
    first = order[fresh]
    distinct = [rows.take(first)]
    del rows
    return _numbered(refined(boilerplate.removed(distinct), labels[first])[which], labels)


def _numbered(groups_of: Numbers, labels: Numbers) -> Numbers:
    """These groups by the numbers of those that they came from, where most of one and of the other are the same rows."""
    order = np.lexsort((labels, groups_of))
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(labels[order]) != 0) | (np.diff(groups_of[order]) != 0)
    group, label = groups_of[order[new]], labels[order[new]]
    shared = np.diff(np.append(np.flatnonzero(new), len(order)))
    by_group, by_label = np.lexsort((label, -shared, group)), np.lexsort((group, -shared, label))
    leads = np.zeros((2, len(group)), np.bool_)
    leads[0, by_group[np.diff(group[by_group], prepend=-1) != 0]] = True
    leads[1, by_label[np.diff(label[by_label], prepend=-1) != 0]] = True
    both = leads.all(axis=0)
    number = np.full(int(groups_of.max()) + 1, -1, np.int64)
    number[group[both]] = label[both]
    named, at = np.unique(groups_of, return_index=True)
    left = named[number[named] < 0]
    left = left[np.argsort(at[number[named] < 0], kind="stable")]
    number[left] = labels.max() + 1 + np.arange(len(left))
    return number[groups_of]


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
    upto = np.concatenate([[0.0], np.cumsum(bits, dtype=np.float64)])
    whole = np.maximum(upto[texts.starts + texts.counts] - upto[texts.starts], 1.0)
    there, otherwise = description.saved(texts, bits, left, right, JOINED_ALSO)
    back, also = description.saved(texts, bits, right, left, JOINED_ALSO)
    shares = np.stack([there / whole[right], back / whole[left]])
    alike = (np.maximum(there, back) >= least) & (shares.max(axis=0) >= MOST) & (shares.min(axis=0) >= MUCH)
    alike &= np.maximum(otherwise, also) < OTHERWISE
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
    found, _ = description.saved(texts, bits, pairs // len(texts), pairs % len(texts), ALSO)
    found[pairs // len(texts) == pairs % len(texts)] = 0.0
    places: npt.NDArray[np.intp] = found[where].reshape(len(sample), SAMPLE, SAMPLE - 1).sum(axis=2).argmax(axis=1)
    return places


def _told(texts: Tokens, bits: Costs, left: Numbers, right: Numbers, least: float) -> Kept:
    same: Kept = left == right
    found, otherwise = description.saved(texts, bits, left, right, ALSO)
    return same | (found >= least) & (otherwise < OTHERWISE)
