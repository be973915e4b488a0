"""Identifiers that join what is otherwise apart: a hotel's desk phone, a booking office, a stock photo.

What tells them from an organiser's number is the rest of the graph. People who share a desk phone are each reachable
on their own: without it they fall into many parts, and each part has a contact of its own. The adverts of one organiser
mostly have no other contact, or share several. Such a bridge is shown as a hub and joins nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

CONTACTS = ("phone", "email", "handle")


def bridges(edges: pa.Table, texts: pa.Table, *, suspects: int = 5, apart: int = 4) -> pa.Table:
    """kind, key, parts: identifiers that hold together `apart` parts or more that each have a contact of their own.

    `edges` (record, kind, key, ...) name every contact that a record has, shared or not; `texts` (record, cluster) says
    which records are one text. Only identifiers with `suspects` different texts or more are asked about. All of those
    are taken out at once: a part held together by nothing but another bridge is two parts.
    """
    clusters = _lookup(edges["record"], texts)
    named = pc.binary_join_element_wise(edges["kind"], edges["key"], ":").combine_chunks().dictionary_encode()
    records = edges["record"].combine_chunks().dictionary_encode()
    identifier, record = (np.asarray(each.indices, dtype=np.int64) for each in (named, records))
    asked = _texts_of(identifier, clusters, len(named.dictionary)) >= suspects
    part = _parts(identifier, record, clusters, ~asked[identifier])
    own = _with_own_contact(part, edges, ~asked[identifier])
    shared = asked[identifier] & own[part]
    pairs = (
        np.unique(np.stack([identifier[shared], part[shared]]), axis=1) if shared.any() else np.zeros((2, 0), np.int64)
    )
    parts = np.bincount(pairs[0], minlength=len(named.dictionary))
    found = np.flatnonzero(parts >= apart)
    split = pc.split_pattern(named.dictionary.take(pa.array(found)), ":", max_splits=1)
    kinds, keys = pc.list_element(split, 0), pc.list_element(split, 1)
    return pa.table({"kind": kinds, "key": keys, "parts": pa.array(parts[found], pa.int64())})


def _lookup(records: pa.ChunkedArray, texts: pa.Table) -> npt.NDArray[np.int64]:
    """Each record's cluster; a record without one is a text of its own (negative)."""
    where = pc.index_in(records, texts["record"].combine_chunks()).combine_chunks()
    known = np.asarray(pc.fill_null(where, -1), dtype=np.int64)
    clusters = np.asarray(texts["cluster"].combine_chunks(), dtype=np.int64)
    alone = -1 - np.asarray(records.combine_chunks().dictionary_encode().indices, dtype=np.int64)
    return np.where(known >= 0, clusters[known] if len(clusters) else 0, alone)


def _texts_of(identifier: npt.NDArray[np.int64], clusters: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    pairs = np.unique(np.stack([identifier, clusters]), axis=1)
    return np.bincount(pairs[0], minlength=size)


def _parts(
    identifier: npt.NDArray[np.int64],
    record: npt.NDArray[np.int64],
    clusters: npt.NDArray[np.int64],
    kept: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """For each edge the part that its record is in, when only the kept identifiers and the texts hold records together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    text = np.unique(clusters, return_inverse=True)[1]
    first, second = record.max(initial=-1) + 1, text.max(initial=-1) + 1
    size = int(first + second + identifier.max(initial=-1) + 1)
    left = np.concatenate([record, record[kept]])
    right = np.concatenate([first + text, first + second + identifier[kept]])
    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    return np.asarray(component[record], dtype=np.int64)


def _with_own_contact(
    part: npt.NDArray[np.int64], edges: pa.Table, kept: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """For each part whether any of its records has a contact that is not asked about."""
    contact = np.asarray(pc.is_in(edges["kind"], pa.array(CONTACTS)).combine_chunks())
    own = np.zeros(part.max(initial=-1) + 1, dtype=bool)
    own[part[kept & contact]] = True
    return own
