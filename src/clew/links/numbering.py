"""Numbers of clusters that stay: what is clustered anew keeps the numbers that it had, so that an address still leads there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.int64]
RENAMED = pa.schema([("cluster", pa.int64()), ("into", pa.int64())])


@dataclass(frozen=True, slots=True)
class Numbered:
    """`clusters`: id, cluster, in the order they came. `renamed`: cluster, into: numbers that went and where most of their
    members are now; the row that names itself is the highest number ever given, so that none is given twice.
    """

    clusters: pa.Table
    renamed: pa.Table


def numbered(new: pa.Table, old: pa.Table, renamed: pa.Table) -> Numbered:
    """The clusters of `new` (id, cluster) by the numbers of `old`: each keeps the number of the old one it shares most ids with,
    if that one shares most with it; others get numbers nobody had. `renamed` is that of the time before, or empty.

    >>> ids = lambda *numbers: pa.table({"id": list("abcd")[: len(numbers)], "cluster": list(numbers)})
    >>> found = numbered(ids(0, 1, 1, 2), ids(7, 3, 5), RENAMED.empty_table())
    >>> found.clusters["cluster"].to_pylist(), found.renamed.to_pydict()
    ([7, 3, 3, 8], {'cluster': [5, 8], 'into': [3, 8]})
    """
    _, group = np.unique(new["cluster"].to_numpy(), return_inverse=True)
    before = old["cluster"].to_numpy()
    highest = max((int(each.max(initial=-1)) for each in (before, renamed["cluster"].to_numpy())), default=-1)
    place = pc.index_in(new["id"], value_set=old["id"].combine_chunks()).to_numpy().astype(np.float64)
    known = np.flatnonzero(np.isfinite(place))
    theirs, ours = before[place[known].astype(np.int64)], group[known]
    pairs, shared = np.unique(np.stack([theirs, ours]), axis=1, return_counts=True)
    # For each new cluster the old one it shares most with, and for each old one the new; ties by the smaller number.
    best_old = _best(pairs[1], pairs[0], shared)
    best_new = _best(pairs[0], pairs[1], shared)
    number = np.full(int(group.max(initial=-1)) + 1, -1, np.int64)
    keeps = [(mine, was) for mine, was in best_old.items() if best_new[was] == mine]
    if keeps:
        chosen = np.array(keeps)
        number[chosen[:, 0]] = chosen[:, 1]
    fresh = np.flatnonzero(number < 0)
    first = np.full(len(number), len(group))
    np.minimum.at(first, group, np.arange(len(group)))
    number[fresh[np.argsort(first[fresh], kind="stable")]] = highest + 1 + np.arange(len(fresh))
    highest += len(fresh)
    gone = {was: int(number[mine]) for was, mine in best_new.items() if number[mine] != was}
    clusters = pa.table({"id": new["id"], "cluster": number[group]})
    return Numbered(clusters, _followed(renamed, gone, highest))


def _best(of: Numbers, among: Numbers, shared: Numbers) -> dict[int, int]:
    order = np.lexsort((among, -shared, of))
    leading = np.ones(len(order), bool)
    leading[1:] = np.diff(of[order]) != 0
    return dict(zip(of[order[leading]].tolist(), among[order[leading]].tolist(), strict=True))


def _followed(renamed: pa.Table, gone: dict[int, int], highest: int) -> pa.Table:
    """What went before leads on to where it is now."""
    earlier = dict(zip(renamed["cluster"].to_pylist(), renamed["into"].to_pylist(), strict=True))
    rows = {was: gone.get(into, into) for was, into in earlier.items() if was != into} | gone
    rows[highest] = rows.get(highest, highest)
    rows = {was: into for was, into in rows.items() if was >= 0}
    return pa.table([list(rows), list(rows.values())], schema=RENAMED).sort_by("cluster")
