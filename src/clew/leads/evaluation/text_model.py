"""A plain text model to measure with: words and pairs of words, weighted by rarity, and ridge regression.

It stands for no product: it says what a simple, regularised model reaches on a file under the file's own labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from scipy.sparse.linalg import lsqr

from clew.leads.evaluation.metrics import Floats, Ints
from clew.safeguards.errors import UsageError

PLACES = 1 << 18
"""Columns that pairs of words share."""
FOLDS = 5
_SPLIT = r"\s+"
_PRIME = 1_000_003


@dataclass(frozen=True, slots=True)
class Counts:
    """Texts x (words and pairs of words), as found; not weighted yet."""

    table: sparse.csr_matrix

    def weighted(self, learnt_on: Ints) -> sparse.csr_matrix:
        """Damped counts times rarity (tf-idf), each row of length 1. Rarity is learnt on the named rows alone."""
        seen = np.asarray((self.table[learnt_on] > 0).sum(axis=0)).ravel()
        rarity = np.log((1 + len(learnt_on)) / (1 + seen)) + 1
        rarity[seen == 0] = 0.0  # what was never seen says nothing
        damped = self.table.copy()
        damped.data = 1 + np.log(damped.data)
        weighted = damped @ sparse.diags_array(rarity)
        length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return sparse.csr_matrix(sparse.diags_array(1 / np.maximum(length, 1e-12)) @ weighted)


def counts(texts: pa.ChunkedArray | pa.Array) -> Counts:
    """Words in lower case, marks apart, and pairs of neighbours. Letters of every script count."""
    column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    spaced = pc.replace_substring_regex(pc.utf8_lower(pc.fill_null(column, "")), r"([^\p{L}\p{N}\s])", r" \1 ")
    split = pc.split_pattern_regex(pc.utf8_trim_whitespace(spaced), _SPLIT)
    flat, parents = pc.list_flatten(split), pc.list_parent_indices(split)
    written = pc.not_equal(flat, "")  # an empty text splits into one empty word
    rows = np.asarray(parents.filter(written), np.int64)
    coded = flat.filter(written).dictionary_encode()
    words = np.asarray(coded.indices, np.int64)
    together = rows[1:] == rows[:-1]
    hashed = _stable(coded.dictionary)
    single = hashed[words] % PLACES
    pairs = ((hashed[words[:-1]] * _PRIME + hashed[words[1:]]) % PLACES)[together]
    table = sparse.coo_matrix(
        (
            np.ones(len(single) + len(pairs)),
            (np.concatenate([rows, rows[1:][together]]), np.concatenate([single, pairs])),
        ),
        shape=(len(column), PLACES),
    )
    return Counts(sparse.csr_matrix(table))


def _stable(words: pa.Array) -> Ints:
    """A number of each word that is the same in every run."""
    import zlib

    return np.array([zlib.crc32(word.encode()) for word in words.to_pylist()], np.int64)


def ridge(rows: sparse.csr_matrix, target: Floats, weight: Floats, *, penalty: float = 1.0) -> tuple[Floats, float]:
    """Weights and offset of least squares with a penalty; `weight` counts a row more or less."""
    offset = float((target * weight).sum() / max(weight.sum(), 1e-12))
    scale = np.sqrt(weight)
    found = lsqr(sparse.diags_array(scale) @ rows, (target - offset) * scale, damp=penalty**0.5, iter_lim=60)
    return np.asarray(found[0], np.float64), offset


def scored(found: Counts, target: Floats, folds: npt.NDArray[np.int64], *, balance: bool) -> Floats:
    """Each row's score by a model of the other folds. `balance` lets both signs of the target weigh alike."""
    scores = np.zeros(len(target))
    for fold in np.unique(folds).tolist():
        out, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        rows = found.weighted(rest)
        weight = np.ones(len(rest))
        if balance:
            positive = target[rest] > 0
            weight[positive] = max(1.0, float((~positive).sum()) / max(int(positive.sum()), 1)) ** 0.5
        weights, offset = ridge(rows[rest], target[rest], weight)
        scores[out] = rows[out] @ weights + offset
    return scores


def folds_of(texts: pa.ChunkedArray | pa.Array, count: int = FOLDS) -> npt.NDArray[np.int64]:
    """A fold for each text; near-copies of one text stay in one fold, so that nothing is measured on what was learnt.

    Raises UsageError where so many are copies of so few that nothing can be held out.
    """
    from clew.links import near_duplicates

    labels = near_duplicates(texts)
    groups, place = np.unique(labels, return_inverse=True)
    if len(groups) < 4 * count:
        raise UsageError(
            f"text: only {len(groups)} texts that are no near-copies of each other; {4 * count} are needed"
        )
    order = np.random.default_rng(7).permutation(len(groups))
    return np.asarray(order[place] % count, np.int64)
