"""A column of texts made ready: read, grouped into units, in an order that does not depend on the rows' order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.links.authors.masking import LONGEST
from clew.links.authors.neighbours import crowding, nearest
from clew.links.authors.reading import Marks, read
from clew.links.authors.units import Units, units
from clew.links.authors.vectors import Vectors, vectors

Numbers = npt.NDArray[np.int64]
SHORTEST = 12
"""Words that a text needs before it is compared; a shorter one shows too little of a hand."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """`place` of each row among the ordered texts; `open` are the units that are long enough to be compared."""

    place: Numbers
    ordered: pa.ChunkedArray
    words: Numbers
    units: Units
    open: Numbers
    vectors: Vectors
    near: npt.NDArray[np.int32]
    crowded: npt.NDArray[np.float32]


def prepare(
    texts: pa.ChunkedArray, contacts: pa.ChunkedArray | None = None, ids: pa.ChunkedArray | None = None
) -> Prepared:
    """Reads and compares; the heavy part is the nearest texts of every text."""
    order = _order(texts, contacts, ids)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    ordered = pc.utf8_slice_codeunits(texts.take(pa.array(order)), 0, LONGEST)
    marks = read(ordered)
    grouped = units(ordered, None if contacts is None else contacts.take(pa.array(order)), marks)
    open_units = np.flatnonzero(marks.words[grouped.text] >= SHORTEST)
    compared = vectors(_taken(marks, grouped.text[open_units]))
    near, scores = nearest(compared.dense)
    return Prepared(place, ordered, marks.words, grouped, open_units, compared, near, crowding(scores))


def _order(texts: pa.ChunkedArray, contacts: pa.ChunkedArray | None, ids: pa.ChunkedArray | None) -> Numbers:
    """Rows by a digest of text and contact, then by id: the same for the same set of rows, whatever their order."""
    beside = contacts.to_pylist() if contacts is not None else [None] * len(texts)
    digests = [
        hashlib.blake2b(f"{text or ''}\0{contact or ''}".encode(errors="surrogatepass"), digest_size=8).digest()
        for text, contact in zip(texts.to_pylist(), beside, strict=True)
    ]
    keys = [np.frombuffer(b"".join(digests), ">u8")]
    if ids is not None and len(ids):
        keys.insert(0, np.unique(ids.to_numpy().astype(str), return_inverse=True)[1].ravel())
    return np.lexsort(keys).astype(np.int64)


def _taken(marks: Marks, rows: Numbers) -> Marks:
    lengths = np.diff(marks.starts)[rows]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    at = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths) + np.repeat(marks.starts[rows], lengths)
    return Marks(marks.ids[at], marks.times[at], starts, marks.done[rows], marks.chances[rows], marks.words[rows])
