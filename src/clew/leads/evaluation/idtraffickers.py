"""IDTraffickers (Saxena et al., 2023): adverts with the number of a vendor, which is a component of shared telephone numbers.

Columns TEXT and VENDOR, as its authors' own loader reads them. The data are given on request only.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy import sparse

from clew.leads.evaluation.figures import Evaluation, Figure
from clew.leads.evaluation.metrics import Floats, Ints, macro_f1
from clew.leads.evaluation.text_model import counts

QUERIES = 2_000
"""Adverts that are looked up in the open set, at most; drawn with a fixed seed."""
SMALLEST_VENDOR = 2
_BLOCK = 200
MEANS = "Adverts of one vendor are joined by telephone numbers that they share, directly or over other adverts."
MEANS_NOT = (
    "A vendor is no author and no trafficker: a number that is shared or passed on joins strangers, one person with two "
    "numbers is two vendors, and nothing is known of anyone's freedom."
)


def evaluate(table: pa.Table) -> Evaluation:
    """`table` has id, text, label (the vendor)."""
    _, vendors = np.unique(np.array(table["label"].to_pylist(), dtype=str), return_inverse=True)
    vendors = vendors.astype(np.int64)
    sizes = np.bincount(vendors)
    found, few = counts(table["text"]), int((sizes < SMALLEST_VENDOR).sum())
    closed, size = _closed(found, vendors, sizes)
    open_set, queries = _open(found, vendors, sizes)
    note = f"{few} vendors of one advert are left out" if few else ""
    return Evaluation(
        data="IDTraffickers layout",
        label_means=MEANS,
        label_does_not_mean=MEANS_NOT,
        how="closed set: one advert in five of each vendor held out, nearest mean text; open set: vendors that no weight was learnt on, ranked by likeness of words",
        figures=[
            Figure("closed set: macro-F1", closed, count=size, note=note),
            Figure(
                "open set: mean R-precision", open_set, count=queries, note=f"at most {QUERIES} adverts are looked up"
            ),
        ],
    )


def _closed(found: object, vendors: Ints, sizes: Ints) -> tuple[float | None, int]:
    """Macro-F1 of naming the vendor of held-out adverts."""
    from clew.leads.evaluation.text_model import Counts

    assert isinstance(found, Counts)
    turn = _turns(vendors)
    out = np.flatnonzero((turn % 5 == 4) | ((sizes[vendors] < 5) & (turn == sizes[vendors] - 1)))
    out = out[sizes[vendors[out]] >= SMALLEST_VENDOR]
    rest = np.setdiff1d(np.arange(len(vendors)), out)
    if not len(out) or not len(rest):
        return None, 0
    rows = found.weighted(rest)
    belongs = sparse.csr_matrix(
        (np.ones(len(rest)), (vendors[rest], np.arange(len(rest)))), shape=(len(sizes), len(rest))
    )
    means = belongs @ rows[rest]
    length = np.sqrt(np.asarray(means.multiply(means).sum(axis=1)).ravel())
    means = sparse.csr_matrix(sparse.diags_array(1 / np.maximum(length, 1e-12)) @ means)
    said = np.concatenate([_nearest(rows[out[at : at + _BLOCK]], means) for at in range(0, len(out), _BLOCK)])
    return macro_f1(said, vendors[out]), len(out)


def _nearest(rows: sparse.csr_matrix, means: sparse.csr_matrix) -> Ints:
    return np.asarray((rows @ means.T).toarray().argmax(axis=1), np.int64)


def _turns(vendors: Ints) -> Ints:
    """The place of each advert among those of its vendor."""
    order = np.argsort(vendors, kind="stable")
    ranked = vendors[order]
    first = np.searchsorted(ranked, ranked, side="left")
    turns = np.empty(len(vendors), np.int64)
    turns[order] = np.arange(len(vendors)) - first
    return turns


def _open(found: object, vendors: Ints, sizes: Ints) -> tuple[float | None, int]:
    """Mean R-precision: of the R adverts ranked first, how many are the vendor's, where R more adverts of theirs are there."""
    from clew.leads.evaluation.text_model import Counts

    assert isinstance(found, Counts)
    unseen = np.flatnonzero(vendors % 2 == 1)  # the other half teaches what words are rare
    known = np.flatnonzero(vendors % 2 == 0)
    asked = unseen[sizes[vendors[unseen]] >= SMALLEST_VENDOR]
    if not len(asked) or not len(known):
        return None, 0
    chosen = np.sort(np.random.default_rng(7).permutation(asked)[:QUERIES])
    rows = found.weighted(known)
    pool = rows[unseen]
    at = {int(row): place for place, row in enumerate(unseen.tolist())}
    values: list[float] = []
    for start in range(0, len(chosen), _BLOCK):
        part = chosen[start : start + _BLOCK]
        alike = np.asarray((rows[part] @ pool.T).toarray(), np.float64)
        alike[np.arange(len(part)), [at[int(row)] for row in part]] = -np.inf
        values += _r_precisions(alike, vendors[part], vendors[unseen], sizes)
    return float(np.mean(values)), len(values)


def _r_precisions(alike: Floats, mine: Ints, theirs: Ints, sizes: Ints) -> list[float]:
    values = []
    for row, vendor in zip(alike, mine.tolist(), strict=True):
        wanted = int(sizes[vendor]) - 1
        best = np.argpartition(-row, wanted - 1)[:wanted]
        values.append(float((theirs[best] == vendor).mean()))
    return values
