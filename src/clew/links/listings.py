"""Records on which several adverts stand, such as a captured page of a site: what they name together belongs to nobody together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

ONE_OF_A_KIND = ("phone", "email")
"""Contacts of which one poster mostly has one; account names differ by platform."""


def listings(edges: pa.Table, *, most: int = 1) -> pa.Array:
    """The records that name more than `most` contacts of one kind. `edges`: record, kind, key.

    >>> seen = pa.table({"record": ["p", "p", "q", "q"], "kind": ["phone", "phone", "phone", "email"], "key": list("abac")})
    >>> listings(seen).to_pylist()
    ['p']
    """
    contacts = edges.filter(pc.is_in(edges["kind"], pa.array(ONE_OF_A_KIND))).select(["record", "kind", "key"])
    named = contacts.group_by(["record", "kind"]).aggregate([("key", "count_distinct")])
    many = pc.unique(named.filter(pc.greater(named["key_count_distinct"], most))["record"])
    return many.take(pc.sort_indices(many))


def straddling(edges: pa.Table, pages: pa.Array) -> pa.Array:
    """The pages that lead to several parts of what holds together without any page: two adverts that only stood side by side.

    `edges`: a, b. What a page names and nothing else does may come with it, and a page of one part belongs to that part.

    >>> seen = pa.table({"a": ["x", "y", "p", "p", "q", "q"], "b": ["1", "2", "1", "2", "2", "3"]})
    >>> straddling(seen, pa.array(["p", "q"])).to_pylist()
    ['p']
    """
    from_page = np.asarray(pc.is_in(edges["a"], value_set=pages).combine_chunks())
    ends = pa.chunked_array([*edges["a"].chunks, *edges["b"].chunks], pa.string()).combine_chunks().dictionary_encode()
    a, b = np.split(np.asarray(ends.indices, np.int64), 2)
    part = _components(a[~from_page], b[~from_page], len(ends.dictionary))
    held = np.zeros(len(ends.dictionary), np.bool_)
    held[b[~from_page]] = True
    touched = from_page & held[b]
    led = np.unique(np.stack([a[touched], part[b[touched]]]), axis=1)
    page, parts = np.unique(led[0], return_counts=True)
    return ends.dictionary.take(pa.array(page[parts > 1])).sort()


def _components(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)
