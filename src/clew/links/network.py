"""Networks: what hangs together by links, and the closer communities inside a very large one.

A network is a connected component. One that has grown larger than `giant` is usually held together by few weak links,
so it is divided into communities (Leiden, Traag et al. 2019, by modularity). Both are proposals to look at, not findings.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import MissingColumn, UsageError

Numbers = npt.NDArray[np.int64]


def networks(edges: pa.Table, *, giant: int = 200, seed: int = 1) -> pa.Table:
    """For every node its network and its community, sorted by network and node. Reads the columns a, b, weight.

    Network 0 is the largest. Communities are numbered through all networks, so a community's number is enough to name it;
    a network of at most `giant` nodes is one community. The same edges and seed give the same answer in any order of rows.

    >>> edges = pa.table({"a": ["x", "y", "p"], "b": ["y", "z", "q"], "weight": [1.0, 1.0, 1.0]})
    >>> networks(edges)["network"].to_pylist()
    [0, 0, 0, 1, 1]
    """
    left, right, weight, names = _read(edges)
    network = _components(left, right, len(names))
    community = network.copy()
    for number in np.flatnonzero(np.bincount(network) > giant) if len(network) else ():
        inside = np.flatnonzero(network == number)
        parts = _communities(inside, left, right, weight, seed)
        community[inside] = len(names) * (1 + number) + parts
    order = np.lexsort((np.arange(len(names)), network))
    numbered = _by_first(community[order])
    return pa.table({"node": names.take(pa.array(order)), "network": network[order], "community": numbered})


def _read(edges: pa.Table) -> tuple[Numbers, Numbers, npt.NDArray[np.float64], pa.Array]:
    """Edges as numbers of nodes and summed weights, each pair once, and the nodes' names in order."""
    for name in ("a", "b", "weight"):
        if name not in edges.column_names:
            raise MissingColumn(name, present=tuple(edges.column_names))
        if edges[name].null_count:
            raise UsageError(f"networks: {name} must not be missing")
    left, right = (pc.cast(edges[name], pa.string()).combine_chunks() for name in ("a", "b"))
    weight = pc.cast(edges["weight"], pa.float64()).to_numpy()
    if not (np.isfinite(weight).all() and (weight > 0).all()):
        raise UsageError("networks: weight must be a number above 0")
    names = pc.unique(pa.concat_arrays([left, right]))
    names = names.take(pc.sort_indices(names))
    one, other = (pc.index_in(side, names).to_numpy(zero_copy_only=False).astype(np.int64) for side in (left, right))
    return *_summed(np.minimum(one, other), np.maximum(one, other), weight, len(names)), names


def _summed(
    left: Numbers, right: Numbers, weight: npt.NDArray[np.float64], nodes: int
) -> tuple[Numbers, Numbers, npt.NDArray[np.float64]]:
    pair, which = np.unique(left * max(nodes, 1) + right, return_inverse=True)
    order = np.lexsort((weight, which))  # sums in one order of terms, whatever the order of the rows
    total = np.bincount(which[order], weight[order], len(pair)).astype(np.float64)
    return pair // max(nodes, 1), pair % max(nodes, 1), total


def _components(left: Numbers, right: Numbers, nodes: int) -> Numbers:
    """The component of each node, the largest first, ties by their first node."""
    if nodes == 0:
        return np.zeros(0, np.int64)
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(nodes, nodes))
    _, found = connected_components(graph, directed=False)
    numbered = _by_first(found.astype(np.int64))
    rank = np.argsort(np.argsort(-np.bincount(numbered), kind="stable"))
    return rank[numbered].astype(np.int64)


def _communities(inside: Numbers, left: Numbers, right: Numbers, weight: npt.NDArray[np.float64], seed: int) -> Numbers:
    """Communities of one network by Leiden. One thread: with several, the same seed gives different answers."""
    import networkit as nk

    here = np.isin(left, inside) & (left != right)
    one, other = np.searchsorted(inside, left[here]), np.searchsorted(inside, right[here])
    graph = nk.GraphFromCoo((weight[here], (one, other)), n=len(inside), weighted=True, directed=False)
    threads = nk.getMaxNumberOfThreads()
    nk.setNumberOfThreads(1)
    try:
        nk.setSeed(seed, False)
        found = nk.community.ParallelLeiden(graph, randomize=True, iterations=10).run().getPartition()
    finally:
        nk.setNumberOfThreads(threads)
    return np.asarray(found.getVector(), np.int64)


def _by_first(values: Numbers) -> Numbers:
    """The same groups numbered 0, 1, 2, ... as they first appear."""
    _, first, which = np.unique(values, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[which].astype(np.int64)
