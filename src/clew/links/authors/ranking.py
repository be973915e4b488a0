"""Ranks texts by hand: rows whose products say how near two hands are, and points of pairs; nothing is joined.

Each text's row is drawn towards the few texts that the verifier finds likeliest to be of its hand, as retrieval draws a
question towards its first answers (query expansion; Chum et al., 2007, weighted as by Radenović et al., 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.links.authors.neighbours import NEAREST, crowding, nearest
from clew.links.authors.pairs import evidence
from clew.links.authors.reading import read
from clew.links.authors.vectors import Vectors, vectors
from clew.links.authors.verifier import shipped
from clew.links.tokens import Texts

DRAWN_BY = 3
"""Texts that draw a row; more of them draw authors of few texts towards others."""

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Hands:
    """`rows` have length one, in the order of the texts; a text without any feature has a row of zeros or nearly so."""

    rows: Floats
    vectors: Vectors
    crowded: Floats

    def points(self, left: Numbers, right: Numbers) -> npt.NDArray[np.float64]:
        """The verifier's points of each pair; higher is likelier of one hand."""
        return shipped().points(evidence(self.vectors, self.crowded, left, right))


def hands(texts: Texts) -> Hands:
    """Reads and ranks; every text by itself, copies too. Memory: about 4 kB a text."""
    return ranked(vectors(read(texts)))


def ranked(read_texts: Vectors) -> Hands:
    """The rows of texts that are read already."""
    near, scores = nearest(read_texts.dense)
    crowded = crowding(scores)
    return Hands(drawn(read_texts, near, crowded), read_texts, crowded)


def drawn(read_texts: Vectors, near: npt.NDArray[np.int32], crowded: Floats) -> Floats:
    """Each row with its `DRAWN_BY` likeliest others, by their probability."""
    size, count = near.shape[0], min(near.shape[1], NEAREST)
    left, right = np.repeat(np.arange(size), count), near[:, :count].ravel().astype(np.int64)
    known = right >= 0
    chance = np.zeros(size * count, np.float32)
    verifier = shipped()
    chance[known] = verifier.probability(
        verifier.points(evidence(read_texts, crowded, left[known], right[known]))
    ).astype(np.float32)
    chance = chance.reshape(size, count)
    best = np.argsort(-chance, axis=1, kind="stable")[:, :DRAWN_BY]
    rows = read_texts.dense.copy()
    for place in range(best.shape[1]):
        other = np.take_along_axis(near, best[:, place : place + 1], axis=1)[:, 0]
        rows += np.take_along_axis(chance, best[:, place : place + 1], axis=1) * read_texts.dense[other]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + np.float32(1e-9)
    return np.ascontiguousarray(rows, dtype=np.float32)
