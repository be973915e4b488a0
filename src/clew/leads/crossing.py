"""How the texts and contacts of a network are tied: crosswise, as an organiser's are, or at single points, as colleagues' are.

Texts and contacts are the two sides of a graph. An organiser's numbers stand under several texts and texts under several numbers, so
that ways go round in it. People who work on their own and share a flat's telephone have each their own text and number, and one
number in common: without it they are apart.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FEWEST = 3
"""Texts and contacts from which hanging together at single points says something: fewer always do."""
CROSSINGS = pa.schema([("network", pa.int64()), ("crossed", pa.int64()), ("single_links", pa.int64())])


def crossings(pairs: pa.Table) -> pa.Table:
    """network, crossed, single_links: a row for each network with a contact. Sorted by network.

    `pairs`: network, text, contact of every advert; doubles do not count. `crossed` is in how many ways one can go round from text to
    contact to text (the cycle rank); `single_links` the number of texts where there is no such way and contacts hold all together.

    >>> shared = [(1, "a", "desk"), (1, "b", "desk"), (1, "c", "desk"), (1, "a", "x"), (1, "b", "y"), (1, "c", "z")]
    >>> table = pa.table(dict(zip(("network", "text", "contact"), map(list, zip(*shared)))))
    >>> crossings(table).to_pylist()
    [{'network': 1, 'crossed': 0, 'single_links': 3}]
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ties = (
        pairs.select(["network", "text", "contact"]).drop_null().group_by(["network", "text", "contact"]).aggregate([])
    )
    network = np.asarray(ties["network"].combine_chunks(), np.int64)
    text, contact = _numbered(ties, "text"), _numbered(ties, "contact")
    first = int(text.max(initial=-1)) + 1
    size = first + int(contact.max(initial=-1)) + 1
    graph = coo_matrix((np.ones(len(text), np.int8), (text, first + contact)), shape=(size, size))
    part = np.asarray(connected_components(graph, directed=False)[1], np.int64)
    known, place = np.unique(network, return_inverse=True)

    def counted(names: np.ndarray) -> np.ndarray:
        return np.bincount(np.unique(np.stack([place, names]), axis=1)[0], minlength=len(known))

    texts, contacts, parts = counted(text), counted(contact), counted(part[text])
    crossed = np.bincount(place, minlength=len(known)) - texts - contacts + parts
    single = (crossed == 0) & (parts == 1) & (texts >= FEWEST) & (contacts >= FEWEST)
    return pa.table([known, crossed, np.where(single, texts, 0)], schema=CROSSINGS)


def _numbered(ties: pa.Table, name: str) -> np.ndarray:
    """A number for each text or contact of each network: the same number in two networks is two."""
    both = pc.binary_join_element_wise(ties["network"].cast(pa.string()), ties[name].cast(pa.string()), " ")
    return np.asarray(both.combine_chunks().dictionary_encode().indices, np.int64)
